"""The floor of ingestion: rows come as arrays, in one statement that leaves out what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import msgspec
from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy

from vekst.domain.receipts import NewEvent

__all__ = ["FloorRow", "PoolConnection", "floor_rows", "store"]

PoolConnection: TypeAlias = "PoolConnectionProxy[Record]"

FloorRow = tuple[UUID, UUID, UUID, str, datetime, str]
"""Organisation, learner, id, type, instant, data as JSON text."""

_STORE: Final = """
INSERT INTO events (org, learner, id, type, occurred_at, data)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::jsonb[])
ON CONFLICT (org, id) DO NOTHING RETURNING ref
"""


def floor_rows(org: UUID, learners: dict[str, UUID], events: Sequence[NewEvent]) -> list[FloorRow]:
    """The events as rows; making them is not measured."""
    return [
        (
            org,
            learners[event.person or ""],
            UUID(event.id),
            event.type,
            event.occurred_at,
            msgspec.json.encode(event.data).decode(),
        )
        for event in events
    ]


async def store(connection: PoolConnection, rows: Sequence[FloorRow]) -> list[int]:
    """Store a batch, in a transaction of its own unless there is one; the refs of what was new."""
    stored = await connection.fetch(_STORE, *(list(column) for column in zip(*rows, strict=True)))
    return [record["ref"] for record in stored]
