"""Reads all learners of an organisation, page by page, for whoever judges everyone again without writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["LearnerRow", "count", "page"]


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """A learner, the zone before any change of zone, and how many events are stored."""

    learner_id: UUID
    person: str
    name: str
    first_zone: str | None
    events: int


_PAGE: Final = text(
    """
    SELECT p.learner_id, p.person, p.name, p.first_zone,
           (SELECT count(*) FROM progress_events e WHERE e.org_id = p.org_id AND e.learner_id = p.learner_id) AS events
      FROM people p WHERE p.org_id = :org_id AND p.learner_id > :after ORDER BY p.learner_id LIMIT :most
    """
)
_COUNT: Final = text("SELECT count(*) FROM people WHERE org_id = :org_id")


async def page(connection: AsyncConnection, org_id: UUID, *, after: UUID, most: int) -> Sequence[LearnerRow]:
    """Up to `most` learners beyond `after`, by id."""
    rows = await connection.execute(_PAGE, {"org_id": org_id, "after": after, "most": most})
    return [LearnerRow(row.learner_id, row.person, row.name, row.first_zone, row.events) for row in rows]


async def count(connection: AsyncConnection, org_id: UUID) -> int:
    """How many learners there are."""
    return int((await connection.execute(_COUNT, {"org_id": org_id})).scalar_one())
