"""The life of a challenge as a written state machine: its state is a pure function of what is stored and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

__all__ = ["FOLLOWED_BY", "ChallengeForm", "ChallengeState", "Lifetime", "state_at"]


class ChallengeForm(StrEnum):
    """How the teams of a challenge stand to each other."""

    TOGETHER = "TOGETHER"
    """As one: all their members count towards one goal."""
    SIDE_BY_SIDE = "SIDE_BY_SIDE"
    """Each for itself, on the share of its own members who got there; never on totals, as teams are unequal."""


class ChallengeState(StrEnum):
    """Where a challenge stands."""

    DRAFT = "DRAFT"
    """Being prepared; nobody but its managers sees it."""
    SCHEDULED = "SCHEDULED"
    """Announced, and not begun."""
    RUNNING = "RUNNING"
    """Events that occur now count; it changes only in what can't hurt anyone."""
    SETTLING = "SETTLING"
    """Over; late events of its time still count (C3)."""
    SETTLED = "SETTLED"
    """Final."""
    CANCELLED = "CANCELLED"
    """Called off before its end; nobody wins or loses anything by it."""


FOLLOWED_BY: Final[Mapping[ChallengeState, frozenset[ChallengeState]]] = {
    ChallengeState.DRAFT: frozenset({ChallengeState.SCHEDULED, ChallengeState.CANCELLED}),
    ChallengeState.SCHEDULED: frozenset({ChallengeState.RUNNING, ChallengeState.CANCELLED}),
    ChallengeState.RUNNING: frozenset({ChallengeState.SETTLING, ChallengeState.CANCELLED}),
    ChallengeState.SETTLING: frozenset({ChallengeState.SETTLED}),
    ChallengeState.SETTLED: frozenset(),
    ChallengeState.CANCELLED: frozenset(),
}
"""What may come next; time alone moves from scheduled over running to settling."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What is stored of a challenge's life; it runs in `[starts_at, ends_at)` and is settled from `settles_at` on."""

    starts_at: datetime
    ends_at: datetime
    settles_at: datetime
    draft: bool = False
    cancelled_at: datetime | None = None
    settled_at: datetime | None = None


def state_at(life: Lifetime, now: datetime) -> ChallengeState:
    """The state at the instant `now`."""
    if life.cancelled_at is not None:
        return ChallengeState.CANCELLED
    if life.settled_at is not None:
        return ChallengeState.SETTLED
    if life.draft:
        return ChallengeState.DRAFT
    if now < life.starts_at:
        return ChallengeState.SCHEDULED
    return ChallengeState.RUNNING if now < life.ends_at else ChallengeState.SETTLING
