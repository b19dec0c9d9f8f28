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
from vekst.storage.lines import lines

__all__ = ["FORGET", "Message", "columns", "delete", "read_before"]


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be told about a learner."""

    outbox_id: UUID
    learner_id: UUID
    topic: str
    payload: Mapping[str, object]


_READ: Final = text(
    """
    SELECT outbox_id, learner_id, topic, payload FROM outbox WHERE org_id = :org_id AND created_at < :before
     ORDER BY outbox_id LIMIT :most
    """
)
FORGET: Final = """
    DELETE FROM outbox
     WHERE org_id = $1 AND outbox_id IN (SELECT o.outbox_id FROM outbox o
                                          WHERE o.org_id = $1 AND o.outbox_id = ANY({ids}::uuid[])
                                            FOR UPDATE SKIP LOCKED)
"""
"""A statement that forgets the messages of `ids` but those that somebody else is about to forget: nobody waits."""
_DELETE: Final = FORGET.format(ids="$2")


def columns(messages: Sequence[Message]) -> tuple[Sequence[object], ...]:
    """The messages, column by column."""
    return (
        [message.outbox_id for message in messages],
        [message.learner_id for message in messages],
        lines([message.topic for message in messages]),
        lines([msgspec.json.encode(message.payload).decode() for message in messages]),
    )


async def read_before(connection: AsyncConnection, org_id: UUID, before: datetime, most: int) -> list[Message]:
    """The oldest messages written before that instant."""
    rows = await connection.execute(_READ, {"org_id": org_id, "before": before, "most": most})
    return [Message(row.outbox_id, row.learner_id, row.topic, row.payload) for row in rows]


async def delete(connection: AsyncConnection, org_id: UUID, outbox_ids: Collection[UUID]) -> None:
    """Forget messages that were told."""
    await direct.fetch(connection, _DELETE, org_id, list(outbox_ids))
