"""Pushes: tells devices of what was recognised while the app was closed, at least once, and in one message for all.

What a device is due for is what its person's ledger holds beyond the entry that it was last told of. A worker that is
killed loses nothing: the device is due again when its time is over. Judging never waits for a push service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.engine.pack import Pack
from vekst.push import Delivery, Keys, Outcome, WebPush
from vekst.services.clock import Clock
from vekst.services.packs import Packs
from vekst.services.push_words import NOTABLE, TOPIC, message
from vekst.signals.metrics import WorkMetrics
from vekst.storage import devices_store
from vekst.storage.database import Database
from vekst.storage.devices_store import DueDevice, News

__all__ = ["TRIES_AT_MOST", "PushingService"]

TRIES_AT_MOST: Final = 8
"""Tries of one push, over about an hour; then the device waits for the next recognition."""

_DEVICES_AT_MOST: Final = 20
_NEWS_AT_MOST: Final = 100
_HELD_FOR: Final = timedelta(seconds=90)
_FIRST_PAUSE: Final = 30
_PAUSE_AT_MOST: Final = 3_600
_log = structlog.get_logger(__name__)


class PushingService:
    """The telling of devices; any number of workers may do it at once, since devices are claimed."""

    def __init__(
        self, database: Database, packs: Packs, pushes: WebPush | None, clock: Clock, metrics: WorkMetrics
    ) -> None:
        self._database = database
        self._packs = packs
        self._pushes = pushes
        self._clock = clock
        self._metrics = metrics

    async def organisations_due(self) -> list[UUID]:
        """The organisations with a device that is to be told something now."""
        if self._pushes is None:
            return []
        async with self._database.crossing() as connection:
            return await devices_store.organisations_due(connection, self._clock())

    async def send_due(self, org_id: UUID) -> int:
        """Tell some devices of the organisation that are due; how many were claimed for it."""
        if self._pushes is None:
            return 0
        now = self._clock()
        async with self._database.writing(org_id) as connection:
            due = await devices_store.claim(connection, org_id, now=now, until=now + _HELD_FOR, most=_DEVICES_AT_MOST)
            news = await devices_store.news(connection, org_id, due, NOTABLE, most=_NEWS_AT_MOST) if due else {}
            versions = {each.pack_version for entries in news.values() for each in entries[:1]}
            packs = {version: await self._packs.version(connection, org_id, version) for version in versions}
        deliveries = await asyncio.gather(*(self._send(each, news, packs) for each in due))
        if due:
            async with self._database.writing(org_id) as connection:
                for each, delivery in sorted(zip(due, deliveries, strict=True), key=lambda pair: pair[0].endpoint):
                    await self._settle(connection, org_id, each, delivery)
        return len(due)

    async def _send(
        self, due: DueDevice, news: Mapping[str, Sequence[News]], packs: Mapping[int, Pack | None]
    ) -> Delivery | None:
        """Send what is new, if anything is worth a message; it raises nothing, so that one device stops no other."""
        entries = news.get(due.endpoint)
        if not entries or self._pushes is None:
            return None
        text = message(entries, packs[entries[0].pack_version], due.language)
        return await self._pushes.send(due.endpoint, Keys(due.public_key, due.secret), text, topic=TOPIC)

    async def _settle(
        self, connection: AsyncConnection, org_id: UUID, due: DueDevice, delivery: Delivery | None
    ) -> None:
        """Keep what became of a push. A device that was removed or moved meanwhile is left alone."""
        if delivery is None:
            await devices_store.told(connection, org_id, due)
            return
        now, outcome = self._clock(), delivery.outcome
        last = due.tries + 1 >= TRIES_AT_MOST
        match outcome:
            case Outcome.GONE:
                await devices_store.remove(connection, org_id, due.learner_id, due.endpoint)
            case Outcome.AGAIN if not last:
                retry_at = now + timedelta(seconds=_pause(due.tries, delivery.after))
                await devices_store.put_off(connection, org_id, due, retry_at=retry_at)
            case Outcome.DELIVERED:
                await devices_store.told(connection, org_id, due, delivered_at=now)
            case _:
                await devices_store.told(connection, org_id, due)
        self._count(org_id, due, delivery)

    def _count(self, org_id: UUID, due: DueDevice, delivery: Delivery) -> None:
        self._metrics.pushes.labels(delivery.outcome.value).inc()
        if delivery.outcome in (Outcome.AGAIN, Outcome.REFUSED):
            # Without the endpoint: whoever has it can send to the device.
            learner = str(due.learner_id)
            _log.warning(
                "push_failed", org_id=str(org_id), learner_id=learner, reason=delivery.reason, tries=due.tries + 1
            )


def _pause(tries: int, asked: int | None) -> int:
    """Seconds until the next try: twice as many each time, and not fewer than the push service asks for."""
    pause: int = _FIRST_PAUSE * 2**tries
    return max(min(pause, _PAUSE_AT_MOST), asked or 0)
