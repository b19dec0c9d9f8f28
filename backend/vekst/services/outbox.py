"""Tells what was committed: live wake-ups over Valkey, at least once, forgotten only when Valkey took them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from vekst.jobs.live import Live
from vekst.jobs.queue import Queue
from vekst.services.clock import Clock
from vekst.services.replica import Replica
from vekst.storage import organisations_store, outbox_store
from vekst.storage.database import Database
from vekst.storage.outbox_store import Message

__all__ = ["RECOGNISED", "SUMMARISED", "OutboxService", "Told"]

RECOGNISED: Final = "recognised"
"""The topic of entries added to a learner's ledger; the payload holds the first and last `seq`."""

SUMMARISED: Final = "summarised"
"""The topic of all that a change of rules, or of the engine, gave a learner: one summary instead of many notices (V1).

The payload also holds how many recognitions there are, their points, and the pack's version.
"""

Told = dict[UUID, set[UUID]]
"""By organisation, the messages that this process has told and that are still to be deleted."""

_LEFT_BEHIND: Final = timedelta(seconds=5)
_MESSAGES_AT_MOST: Final = 1_000


class OutboxService:
    """The last stage of judging, after its commit; told messages are deleted by the transaction that comes next."""

    def __init__(
        self,
        database: Database,
        replica: Replica | None,
        live: Live,
        clock: Clock,
        told: Told,
        *,
        pushes: Queue | None = None,
    ) -> None:
        self._database = database
        self._replica = replica
        self._live = live
        self._clock = clock
        self._told = told
        # What hears that devices are to be told, where there are pushes at all.
        self._pushes = pushes

    async def tell(self, org_id: UUID, messages: Sequence[Message]) -> None:
        """Wake streams and devices of the messages' learners; what Valkey did not take stays for the sweep."""
        if not messages:
            return
        learners = sorted({each.learner_id for each in messages})
        if self._replica is not None:
            # Whoever is woken asks at once, and must find what they were woken for.
            await self._replica.wrote(org_id, map(str, learners))
        if await self._live.publish(org_id, learners):
            self._told.setdefault(org_id, set()).update(each.outbox_id for each in messages)
            if self._pushes is not None:
                await self._pushes.push(org_id)

    async def nudge(self, org_id: UUID) -> None:
        """Wake the streams of the organisation: something of no single learner has changed."""
        await self._live.publish(org_id, ())

    def told(self, org_id: UUID) -> frozenset[UUID]:
        """The organisation's messages that may be deleted."""
        return frozenset(self._told.get(org_id, ()))

    def deleted(self, org_id: UUID, messages: frozenset[UUID]) -> None:
        """Forget messages whose deletion was committed."""
        left = self._told.get(org_id, set()) - messages
        if left:
            self._told[org_id] = left
        else:
            self._told.pop(org_id, None)

    async def sweep(self) -> int:
        """Delete what was told, and tell what was left behind for a while; how many messages that were."""
        for org_id in list(self._told):
            await self._delete(org_id)
        before = self._clock() - _LEFT_BEHIND
        async with self._database.crossing() as connection:
            organisations = await organisations_store.with_outbox(connection, before)
        found = 0
        for org_id in organisations:
            async with self._database.reading(org_id) as connection:
                messages = await outbox_store.read_before(connection, org_id, before, _MESSAGES_AT_MOST)
            await self.tell(org_id, messages)
            await self._delete(org_id)
            found += len(messages)
        return found

    async def _delete(self, org_id: UUID) -> None:
        told = self.told(org_id)
        if told:
            async with self._database.writing(org_id) as connection:
                await outbox_store.delete(connection, org_id, told)
            self.deleted(org_id, told)
