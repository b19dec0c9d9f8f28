"""Reads learners' own goals: one's own newest first, and of others those that they share with who manages them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.events import RESERVED_PREFIX
from vekst.domain.learner_goals import GoalKey, GoalState, goal_state
from vekst.domain.recognitions import RecognitionKind
from vekst.engine.goal_suggestions import Deed

__all__ = ["GoalMark", "GoalView", "goal_of", "goal_terms", "goals_page", "goals_within", "recent_deeds"]

_DEEDS_AT_MOST: Final = 2_000
GoalMark = tuple[datetime, UUID]
"""A place in somebody's list: when the server learnt of the goal, and its id."""


@dataclass(frozen=True, slots=True)
class GoalView:
    """A goal as who may see it sees it; `reached_at` is what the ledger says."""

    key: GoalKey
    person: str
    name: str
    proposed_by: str | None
    earn: str
    until: date
    why: str | None
    shared: bool
    created_at: datetime
    set_at: datetime | None
    dropped_at: datetime | None
    reflection: str | None
    reflected_at: datetime | None
    reached_at: datetime | None

    @property
    def mark(self) -> GoalMark:
        """The place in the list."""
        return (self.created_at, self.key.goal_id)

    def state(self, today: date) -> GoalState:
        """How the goal stands on the learner's local date."""
        return goal_state(
            set_at=self.set_at,
            reached_at=self.reached_at,
            reflected_at=self.reflected_at,
            dropped_at=self.dropped_at,
            until=self.until,
            today=today,
        )


_SELECT: Final = f"""
    select g.learner_id, g.goal_id, p.person, p.name, b.name as proposed_by, g.earn, g.until, g.why, g.shared,
           g.created_at, g.set_at, g.dropped_at, g.reflection, g.reflected_at, reached.at as reached_at
      from goals g
      join people p on p.org_id = g.org_id and p.learner_id = g.learner_id
      left join people b on b.org_id = g.org_id and b.learner_id = g.proposed_by
      left join lateral (
          select l.reached_at as at from ledger_entries l
           where l.org_id = g.org_id and l.learner_id = g.learner_id and l.kind = '{RecognitionKind.GOAL}'
             and l.key = replace(g.goal_id::text, '-', '')
             and not exists (select 1 from ledger_entries r where r.org_id = l.org_id and r.learner_id = l.learner_id
                                                              and r.reverses_seq = l.seq)) reached on true
     where g.org_id = :org_id and g.deleted_at is null
"""
_ONE: Final = text(
    f"""{_SELECT} and g.learner_id = :learner_id and g.goal_id = :goal_id
       and (g.learner_id = :viewer
            or (g.shared and (:everyone or exists (
                select 1 from memberships m where m.org_id = g.org_id and m.learner_id = g.learner_id
                                              and m.team_id = any(:manages) and m.left_at is null))))"""
)
# By the states in the order of `goal_state`; the date is the learner's.
_STATE: Final = """
    case when reached.at is not null then 'REACHED' when g.reflected_at is not null then 'LEARNED'
         when g.dropped_at is not null then 'DROPPED' when g.until < cast(:today as date) then 'PAST'
         when g.set_at is null then 'PROPOSED' else 'OPEN' end
"""
_PAGE: Final = text(
    f"""{_SELECT} and g.learner_id = :learner_id
       and (cast(:state as text) is null or {_STATE} = cast(:state as text))
       and (cast(:at as timestamptz) is null
            or (g.created_at, g.goal_id) < (cast(:at as timestamptz), cast(:id as uuid)))
     order by g.created_at desc, g.goal_id desc limit :count"""
)
_WITHIN: Final = text(
    f"""{_SELECT} and g.learner_id = any(:learners) and (g.shared or g.learner_id = cast(:mine as uuid))
       and g.set_at is not null and g.until >= :first and g.set_at < cast(:last as date) + 2
     order by g.learner_id, g.set_at, g.goal_id"""
)
_DEEDS: Final = text(
    f"""
    select source, id, type, occurred_at, data from progress_events
     where org_id = :org_id and learner_id = :learner_id and occurred_at >= :since and occurred_at <= now()
       and not starts_with(type, '{RESERVED_PREFIX}')
     order by occurred_at desc limit {_DEEDS_AT_MOST}
    """
)
_TERMS: Final = text(
    """
    select g.learner_id, g.goal_id, g.earn
      from unnest(cast(:learners as uuid[]), cast(:ids as uuid[])) as wanted (learner_id, goal_id)
      join goals g on g.org_id = :org_id and g.learner_id = wanted.learner_id and g.goal_id = wanted.goal_id
    """
)


async def goal_of(
    connection: AsyncConnection,
    org_id: UUID,
    key: GoalKey,
    *,
    viewer: UUID,
    manages: Collection[UUID],
    everyone: bool = False,
) -> GoalView | None:
    """The goal of that key, if it is the viewer's, or shared with those who manage a team of the learner's.

    With `everyone` the viewer manages all teams.
    """
    parameters = {"org_id": org_id, "viewer": viewer, "manages": sorted(manages), "everyone": everyone, **key._asdict()}
    row = (await connection.execute(_ONE, parameters)).mappings().one_or_none()
    return _view(row) if row else None


async def goals_page(
    connection: AsyncConnection,
    org_id: UUID,
    learner_id: UUID,
    *,
    state: GoalState | None,
    today: date,
    before: GoalMark | None,
    count: int,
) -> list[GoalView]:
    """Up to `count` of the learner's goals, newest first, in one state or (None) in any on that local date."""
    at, last = before or (None, None)
    parameters = {"org_id": org_id, "learner_id": learner_id, "state": state, "today": today, "at": at, "id": last}
    rows = await connection.execute(_PAGE, {**parameters, "count": count})
    return [_view(row) for row in rows.mappings()]


async def goals_within(
    connection: AsyncConnection, org_id: UUID, learners: Collection[UUID], *, first: date, last: date, mine: UUID | None
) -> dict[UUID, list[GoalView]]:
    """The goals of these learners that ran at some time of the span: all of `mine`, and what others share."""
    parameters = {"org_id": org_id, "learners": sorted(learners), "first": first, "last": last, "mine": mine}
    found: dict[UUID, list[GoalView]] = defaultdict(list)
    for row in (await connection.execute(_WITHIN, parameters)).mappings():
        view = _view(row)
        found[view.key.learner_id].append(view)
    return found


async def recent_deeds(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, *, since: datetime, voided: Collection[tuple[str, str]]
) -> list[Deed]:
    """What the learner did since then, the latest first and at most so many, but for what is void."""
    rows = await connection.execute(_DEEDS, {"org_id": org_id, "learner_id": learner_id, "since": since})
    return [Deed(row.type, row.occurred_at, row.data) for row in rows if (row.source, row.id) not in voided]


async def goal_terms(connection: AsyncConnection, org_id: UUID, keys: Sequence[GoalKey]) -> dict[GoalKey, str]:
    """What these goals ask for, as JSON; one that is not known is left out."""
    parameters = {"org_id": org_id, "learners": [key.learner_id for key in keys], "ids": [key.goal_id for key in keys]}
    rows = await connection.execute(_TERMS, parameters)
    return {GoalKey(row.learner_id, row.goal_id): row.earn for row in rows}


def _view(row: RowMapping) -> GoalView:
    fields = dict(row)
    return GoalView(GoalKey(fields.pop("learner_id"), fields.pop("goal_id")), **fields)
