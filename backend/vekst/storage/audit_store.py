"""Appends to the audit log; nothing of it is ever changed, and an erasure only takes a name out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.audit import Author

__all__ = ["EntryRow", "append"]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """What is new in an entry: its id, the act, to whom, on what, and the facts as JSON."""

    entry_id: UUID
    act: str
    subject_id: UUID | None
    thing: str | None
    facts: str


_APPEND: Final = text(
    """
    INSERT INTO audit_entries (org_id, entry_id, done_at, act, done_by, actor_id, actor_name, subject_id, thing,
                               request_id, facts)
    SELECT :org_id, n.entry_id, :done_at, n.act, :done_by, :actor_id, :actor_name, n.subject_id, n.thing,
           :request_id, n.facts
      FROM unnest(CAST(:ids AS uuid[]), CAST(:acts AS text[]), CAST(:subjects AS uuid[]), CAST(:things AS text[]),
                  CAST(CAST(:facts AS text[]) AS jsonb[])) AS n (entry_id, act, subject_id, thing, facts)
    """
)


async def append(
    connection: AsyncConnection,
    org_id: UUID,
    entries: Sequence[EntryRow],
    *,
    author: Author,
    at: datetime,
    request_id: str | None,
) -> None:
    """Add entries, all of one author and one moment."""
    parameters = {
        "org_id": org_id,
        "done_at": at,
        "done_by": author.kind.value,
        "actor_id": author.learner_id,
        "actor_name": author.name,
        "request_id": request_id,
        "ids": [each.entry_id for each in entries],
        "acts": [each.act for each in entries],
        "subjects": [each.subject_id for each in entries],
        "things": [each.thing for each in entries],
        "facts": [each.facts for each in entries],
    }
    await connection.execute(_APPEND, parameters)
