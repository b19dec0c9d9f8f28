"""Reads feedback for the two whom it is between, newest first; nobody else finds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.feedback import FeedbackKey

__all__ = ["FeedbackMark", "FeedbackView", "SharedEvent", "SharedPerson", "Side", "feedback_of", "feedback_page"]

FeedbackMark = tuple[datetime, UUID]
"""A place in somebody's list: when the server learnt of the exchange, and its id."""


class Side(StrEnum):
    """Feedback about the viewer, or from the viewer about a colleague."""

    ABOUT_ME = "ABOUT_ME"
    FROM_ME = "FROM_ME"


@dataclass(frozen=True, slots=True)
class SharedPerson:
    """One of the two."""

    learner_id: UUID
    person: str
    name: str


@dataclass(frozen=True, slots=True)
class SharedEvent:
    """An event that the learner shared with the giver by naming it."""

    source: str
    id: str
    type: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """An exchange as one of the two sees it; a turn that was not taken yet is None in all its parts."""

    key: FeedbackKey
    started_at: datetime
    learner: SharedPerson
    giver: SharedPerson
    skill: str | None
    event: SharedEvent | None
    question: str | None
    asked_at: datetime | None
    worked: str | None
    try_next: str | None
    given_at: datetime | None
    tried: str | None
    tried_in: SharedEvent | None
    acted_at: datetime | None

    @property
    def mark(self) -> FeedbackMark:
        """The place in the list."""
        return (self.started_at, self.key.feedback_id)


_SELECT: Final = """
    select f.learner_id, f.feedback_id, f.started_at, f.giver_id, f.skill, f.question, f.asked_at, f.worked, f.try_next,
           f.given_at, f.tried, f.acted_at,
           l.person as learner_person, l.name as learner_name, g.person as giver_person, g.name as giver_name,
           e.source as event_source, e.id as event_id, e.type as event_type, e.occurred_at as event_occurred_at,
           t.source as tried_source, t.id as tried_id, t.type as tried_type, t.occurred_at as tried_occurred_at
      from feedback f
      join people l on l.org_id = f.org_id and l.learner_id = f.learner_id
      join people g on g.org_id = f.org_id and g.learner_id = f.giver_id
      left join progress_events e on e.org_id = f.org_id and e.learner_id = f.learner_id
                                 and e.source = f.event_source and e.id = f.event_id
      left join progress_events t on t.org_id = f.org_id and t.learner_id = f.learner_id
                                 and t.source = f.tried_source and t.id = f.tried_id
     where f.org_id = :org_id
"""
_ONE: Final = text(
    f"""{_SELECT} and f.learner_id = :learner_id and f.feedback_id = :feedback_id
       and :viewer in (f.learner_id, f.giver_id)"""
)
_NEWER_LAST: Final = """
       and (cast(:at as timestamptz) is null
            or (f.started_at, f.feedback_id) < (cast(:at as timestamptz), cast(:id as uuid)))
     order by f.started_at desc, f.feedback_id desc limit :count
"""
_ABOUT: Final = text(f"{_SELECT} and f.learner_id = :viewer {_NEWER_LAST}")
_FROM: Final = text(f"{_SELECT} and f.giver_id = :viewer {_NEWER_LAST}")


async def feedback_of(connection: AsyncConnection, org_id: UUID, viewer: UUID, key: FeedbackKey) -> FeedbackView | None:
    """The exchange of that key, if `viewer` is one of the two."""
    parameters = {"org_id": org_id, "viewer": viewer, "learner_id": key.learner_id, "feedback_id": key.feedback_id}
    row = (await connection.execute(_ONE, parameters)).mappings().one_or_none()
    return _view(row) if row else None


async def feedback_page(
    connection: AsyncConnection,
    org_id: UUID,
    viewer: UUID,
    *,
    side: Side | None,
    before: FeedbackMark | None,
    count: int,
) -> list[FeedbackView]:
    """Up to `count` exchanges of `viewer`, newest first, of one side or (None) of both."""
    at, last = before or (None, None)
    parameters = {"org_id": org_id, "viewer": viewer, "at": at, "id": last, "count": count}
    statements = {Side.ABOUT_ME: (_ABOUT,), Side.FROM_ME: (_FROM,), None: (_ABOUT, _FROM)}[side]
    views = [_view(row) for each in statements for row in (await connection.execute(each, parameters)).mappings()]
    return sorted(views, key=lambda view: view.mark, reverse=True)[:count]


def _view(row: RowMapping) -> FeedbackView:
    return FeedbackView(
        key=FeedbackKey(row["learner_id"], row["feedback_id"]),
        started_at=row["started_at"],
        learner=SharedPerson(row["learner_id"], row["learner_person"], row["learner_name"]),
        giver=SharedPerson(row["giver_id"], row["giver_person"], row["giver_name"]),
        skill=row["skill"],
        event=_event(row, "event"),
        question=row["question"],
        asked_at=row["asked_at"],
        worked=row["worked"],
        try_next=row["try_next"],
        given_at=row["given_at"],
        tried=row["tried"],
        tried_in=_event(row, "tried"),
        acted_at=row["acted_at"],
    )


def _event(row: RowMapping, name: str) -> SharedEvent | None:
    """None where no event was named, and where it was erased since."""
    if row[f"{name}_type"] is None:
        return None
    return SharedEvent(row[f"{name}_source"], row[f"{name}_id"], row[f"{name}_type"], row[f"{name}_occurred_at"])
