"""Reads learners together with their standing: one row is all that the home screen's standings need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.storable import is_storable
from vekst.storage import direct

__all__ = ["LearnerRow", "learner_by_person", "learners_by_id"]


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """A person and their stored standing; `state` is None before the first judging."""

    learner_id: UUID
    person: str
    name: str
    zone: str | None
    locale: str | None
    pack_version: int | None
    state: bytes | None
    pending: int


_SELECT: Final = """
    select p.learner_id, p.person, p.name, p.zone, p.locale, s.pack_version, s.state,
           (select count(*) from progress_events e
             where e.org_id = p.org_id and e.learner_id = p.learner_id and e.judged_at is null) as pending
      from people p
      left join standings s on s.org_id = p.org_id and s.learner_id = p.learner_id
     where p.org_id = $1 and p.active
"""
# Without the number of ids in sight the plan is made once, however many are asked for.
_BY_ID: Final = _SELECT + " and p.learner_id = any(array(select unnest($2::uuid[])))"
_BY_PERSON: Final = _SELECT + " and p.person = $2"


async def learners_by_id(connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID]) -> dict[UUID, LearnerRow]:
    """The active learners of these ids; one that does not exist is left out."""
    rows = await direct.fetch(connection, _BY_ID, org_id, list(ids))
    return {row["learner_id"]: LearnerRow(*row) for row in rows}


async def learner_by_person(connection: AsyncConnection, org_id: UUID, person: str) -> LearnerRow | None:
    """The active learner whom the organisation knows under that key."""
    if not is_storable(person):
        return None
    rows = await direct.fetch(connection, _BY_PERSON, org_id, person)
    return LearnerRow(*rows[0]) if rows else None
