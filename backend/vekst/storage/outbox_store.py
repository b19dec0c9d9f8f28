"""Stores the outbox: what must be told after a commit, kept in the same transaction until it was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct

__all__ = ["Message", "append", "delete", "read_before"]


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be told about a learner."""

    outbox_id: UUID
    learner_id: UUID
    topic: str
    payload: Mapping[str, object]


_APPEND: Final = """
    WITH told AS (DELETE FROM outbox WHERE org_id = $1 AND outbox_id = ANY($3::uuid[]))
    INSERT INTO outbox (org_id, outbox_id, learner_id, topic, payload, created_at)
    SELECT $1, n.outbox_id, n.learner_id, n.topic, n.payload::jsonb, $2
      FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[]) AS n (outbox_id, learner_id, topic, payload)
"""
_READ: Final = text(
    """
    SELECT outbox_id, learner_id, topic, payload FROM outbox WHERE org_id = :org_id AND created_at < :before
     ORDER BY outbox_id LIMIT :most
    """
)
_DELETE: Final = text("DELETE FROM outbox WHERE org_id = :org_id AND outbox_id = ANY(:ids)")


async def append(
    connection: AsyncConnection, org_id: UUID, messages: Sequence[Message], at: datetime, *, told: Collection[UUID]
) -> None:
    """Add the messages, and on the way forget earlier ones that were told."""
    columns = (
        [message.outbox_id for message in messages],
        [message.learner_id for message in messages],
        [message.topic for message in messages],
        [msgspec.json.encode(message.payload).decode() for message in messages],
    )
    await direct.fetch(connection, _APPEND, org_id, at, list(told), *columns)


async def read_before(connection: AsyncConnection, org_id: UUID, before: datetime, most: int) -> list[Message]:
    """The oldest messages written before that instant."""
    rows = await connection.execute(_READ, {"org_id": org_id, "before": before, "most": most})
    return [Message(row.outbox_id, row.learner_id, row.topic, row.payload) for row in rows]


async def delete(connection: AsyncConnection, org_id: UUID, outbox_ids: Collection[UUID]) -> None:
    """Forget messages that were told."""
    await connection.execute(_DELETE, {"org_id": org_id, "ids": list(outbox_ids)})
