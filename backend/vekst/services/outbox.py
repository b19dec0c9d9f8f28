"""Tells what was committed: live wake-ups over Valkey, at least once, forgotten only when Valkey took them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from vekst.jobs.live import Live
from vekst.services.clock import Clock
from vekst.storage import organisations_store, outbox_store
from vekst.storage.database import Database
from vekst.storage.outbox_store import Message

__all__ = ["RECOGNISED", "OutboxService"]

RECOGNISED: Final = "recognised"
"""The topic of entries added to a learner's ledger; the payload holds the first and last `seq`."""

_LEFT_BEHIND: Final = timedelta(seconds=5)
_MESSAGES_AT_MOST: Final = 1_000


class OutboxService:
    """The last stage of judging, after its commit."""

    def __init__(self, database: Database, live: Live, clock: Clock) -> None:
        self._database = database
        self._live = live
        self._clock = clock

    async def tell(self, org_id: UUID, messages: Sequence[Message]) -> None:
        """Wake the streams of the messages' learners; what Valkey did not take stays for the sweep."""
        if not messages or not await self._live.publish(org_id, sorted({each.learner_id for each in messages})):
            return
        async with self._database.writing(org_id) as connection:
            await outbox_store.delete(connection, org_id, [message.outbox_id for message in messages])

    async def sweep(self) -> int:
        """Tell what was left behind for a while; how many messages were found."""
        before = self._clock() - _LEFT_BEHIND
        async with self._database.crossing() as connection:
            organisations = await organisations_store.with_outbox(connection, before)
        found = 0
        for org_id in organisations:
            async with self._database.reading(org_id) as connection:
                messages = await outbox_store.read_before(connection, org_id, before, _MESSAGES_AT_MOST)
            await self.tell(org_id, messages)
            found += len(messages)
        return found
