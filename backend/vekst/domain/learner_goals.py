"""A learner's own goals: what tells one apart, how it stands, and how much may be said and set."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID, uuid5

__all__ = [
    "AHEAD_AT_MOST",
    "OPEN_AT_MOST",
    "TERMS_AT_MOST",
    "WORDS_AT_MOST",
    "GoalKey",
    "GoalState",
    "goal_id",
    "goal_state",
]

WORDS_AT_MOST: Final = 2_000
"""Characters of a why and of a reflection."""
TERMS_AT_MOST: Final = 4_000
"""Characters of a goal's criterion as JSON."""
OPEN_AT_MOST: Final = 30
"""Goals of one learner whose last date has not passed, dropped ones and proposals too."""
AHEAD_AT_MOST: Final = 366
"""Days from the setting of a goal to its last date."""


class GoalKey(NamedTuple):
    """What tells a goal apart within the organisation: whose it is, and its id."""

    learner_id: UUID
    goal_id: UUID


class GoalState(StrEnum):
    """How a goal stands. Nothing here is a failure."""

    PROPOSED = "PROPOSED"
    OPEN = "OPEN"
    REACHED = "REACHED"
    PAST = "PAST"
    LEARNED = "LEARNED"
    DROPPED = "DROPPED"


def goal_id(author_id: UUID, client_id: str) -> UUID:
    """The id of the goal that somebody sets or proposes under the client's id; the same whenever it is sent."""
    return uuid5(author_id, f"goal:{client_id}")


def goal_state(
    *,
    set_at: datetime | None,
    reached_at: datetime | None,
    reflected_at: datetime | None,
    dropped_at: datetime | None,
    until: date,
    today: date,
) -> GoalState:
    """The state on the learner's local date: what was reached stays so, and what was learnt comes before the rest."""
    if reached_at is not None:
        return GoalState.REACHED
    if reflected_at is not None:
        return GoalState.LEARNED
    if dropped_at is not None:
        return GoalState.DROPPED
    if until < today:
        return GoalState.PAST
    return GoalState.PROPOSED if set_at is None else GoalState.OPEN
