"""Devices: a person says where pushes may reach them, and where no longer."""

from __future__ import annotations

from typing import Final

from vekst.domain.actors import Actor
from vekst.domain.errors import InvalidInput, NotAllowed
from vekst.push import Keys, WebPush
from vekst.push.addresses import is_endpoint
from vekst.services.clock import Clock
from vekst.storage import devices_store, standings_store
from vekst.storage.database import Database
from vekst.storage.devices_store import Device

__all__ = ["DEVICES_AT_MOST", "DevicesService"]

DEVICES_AT_MOST: Final = 10
"""Devices of one person; with one more, the one that was silent the longest goes."""


class DevicesService:
    """What one person keeps of their devices."""

    def __init__(self, database: Database, pushes: WebPush | None, clock: Clock) -> None:
        self._database = database
        self._pushes = pushes
        self._clock = clock

    @property
    def public_key(self) -> str | None:
        """What devices subscribe with; None where no pushes are sent."""
        return self._pushes.public_key if self._pushes else None

    async def register(self, actor: Actor, *, endpoint: str, p256dh: str, auth: str, language: str) -> None:
        """Reach the person on that device from now on, and nobody else; `InvalidInput` for one that can't be reached.

        A device that somebody else had registered is theirs no longer. Known already, its keys and language are new.
        """
        if actor.learner_id is None:
            raise NotAllowed("NOT_A_LEARNER")
        if self._pushes is None:
            raise InvalidInput("PUSH_OFF")
        if not is_endpoint(endpoint, anywhere=self._pushes.anywhere):
            raise InvalidInput("ENDPOINT_NOT_VALID", field="endpoint")
        try:
            keys = Keys.read(p256dh, auth)
        except ValueError:
            raise InvalidInput("DEVICE_KEYS_NOT_VALID", field="p256dh") from None
        device = Device(actor.learner_id, endpoint, keys.public, keys.secret, language)
        async with self._database.writing(actor.org_id) as connection:
            # Whoever judges the person waits: what is recognised from here on is told, and nothing from before.
            if not await standings_store.lock(connection, actor.org_id, [actor.learner_id]):
                raise InvalidInput("PERSON_ERASED")  # while they asked
            await devices_store.put(connection, actor.org_id, device, self._clock(), most=DEVICES_AT_MOST)

    async def remove(self, actor: Actor, endpoint: str) -> bool:
        """Send nothing to that device any more; whether it was one of the person's."""
        if actor.learner_id is None:
            raise NotAllowed("NOT_A_LEARNER")
        if not is_endpoint(endpoint, anywhere=True):
            return False
        async with self._database.writing(actor.org_id) as connection:
            return await devices_store.remove(connection, actor.org_id, actor.learner_id, endpoint)
