"""The floor of judging: one transaction stores a batch and queues it; a second claims it, reads it back and gives.

The second writes as many ledger rows per event as our judging did, moves one row per learner, queues one message per
learner and takes the batch out of the queue: what any service with a worker would have to write. It judges nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from benchmarks.floors.storing import FloorRow, PoolConnection, store

__all__ = ["SplitFloor"]

_BATCHES_AT_MOST: Final = 50
_IDLE: Final = 0.002
_QUEUE: Final = "INSERT INTO messages (topic, org, refs) VALUES ('judge', $1, $2)"
_CLAIM: Final = """
DELETE FROM messages WHERE topic = 'judge' AND message IN (
    SELECT message FROM messages WHERE topic = 'judge' ORDER BY message LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING refs
"""
_READ: Final = "SELECT ref, org, learner, id, type, occurred_at, data FROM events WHERE ref = ANY($1::bigint[])"
_GIVE: Final = """
INSERT INTO ledger (org, learner, rule, occurrence, points)
SELECT $1, learner, rule, occurrence, 5 FROM unnest($2::uuid[], $3::text[], $4::text[]) AS n (learner, rule, occurrence)
ON CONFLICT DO NOTHING
"""
_MOVE: Final = """
INSERT INTO runs AS r (org, learner, current, longest, last_day)
SELECT $1, learner, 1, 1, day FROM unnest($2::uuid[], $3::date[]) AS n (learner, day) ORDER BY learner
ON CONFLICT (org, learner) DO UPDATE SET
    current = CASE excluded.last_day - r.last_day WHEN 0 THEN r.current WHEN 1 THEN r.current + 1 ELSE 1 END,
    longest = greatest(r.longest, r.current + 1),
    last_day = greatest(r.last_day, excluded.last_day)
"""
_TELL: Final = "INSERT INTO messages (topic, org, learner) SELECT 'tell', $1, unnest($2::uuid[])"


@dataclass(slots=True)
class SplitFloor:
    """Stores and gives; `entries` is how many ledger rows it writes per event."""

    pool: asyncpg.Pool[asyncpg.Record]
    org: UUID
    entries: float = 1.0
    _given: float = 0.0

    async def run(self, batches: Sequence[Sequence[Sequence[FloorRow]]]) -> None:
        """Send the batches of every caller, all callers side by side, until everything was given."""
        expected = sum(len(batch) for mine in batches for batch in mine)
        await asyncio.gather(self._give_all(expected), *(self._send(mine) for mine in batches))

    async def _send(self, batches: Sequence[Sequence[FloorRow]]) -> None:
        async with self.pool.acquire() as connection:
            for batch in batches:
                async with connection.transaction():
                    await connection.execute(_QUEUE, self.org, await store(connection, batch))

    async def _give_all(self, expected: int) -> None:
        async with self.pool.acquire() as connection:
            while expected > 0:
                given = await self._give(connection)
                expected -= given
                if not given:
                    await asyncio.sleep(_IDLE)

    async def _give(self, connection: PoolConnection) -> int:
        async with connection.transaction():
            claimed = await connection.fetch(_CLAIM, _BATCHES_AT_MOST)
            if not claimed:
                return 0
            events = await connection.fetch(_READ, [ref for record in claimed for ref in record["refs"]])
            by_learner: dict[UUID, list[asyncpg.Record]] = defaultdict(list)
            for event in events:
                by_learner[event["learner"]].append(event)
            await self._write(connection, by_learner)
        return len(events)

    async def _write(self, connection: PoolConnection, by_learner: dict[UUID, list[asyncpg.Record]]) -> None:
        learners = sorted(by_learner)
        entries = [
            (learner, event["type"], f"{event['id']}#{number}")
            for learner in learners
            for event in by_learner[learner]
            for number in range(self._due())
        ]
        if entries:
            await connection.execute(_GIVE, self.org, *(list(column) for column in zip(*entries, strict=True)))
        days = [max(event["occurred_at"] for event in by_learner[learner]).date() for learner in learners]
        await connection.execute(_MOVE, self.org, learners, days)
        await connection.execute(_TELL, self.org, learners)

    def _due(self) -> int:
        """How many entries the next event brings, so that on average there are as many as there should be."""
        before, self._given = int(self._given), self._given + self.entries
        return int(self._given) - before
