"""The life of a challenge as a written state machine: its states, what moves it from one to the next, and who may.

The state is a pure function of what is stored and of the time, so no clock has to tick for a challenge to begin or to
end. Everything else asks here: whether a move is possible (`after`), who makes it (`MADE_BY`, `leads`), and what is
stored once it was made (`moved`).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

__all__ = [
    "BEGINNINGS",
    "FINAL",
    "MADE_BY",
    "MOVES",
    "ChallengeForm",
    "ChallengeState",
    "IllegalMove",
    "Lifetime",
    "Move",
    "Mover",
    "after",
    "leads",
    "moved",
    "state_at",
]


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


class Move(StrEnum):
    """What happens to a challenge."""

    REWRITE = "REWRITE"
    """Title, goal and times change; nobody has done anything for it yet."""
    PUBLISH = "PUBLISH"
    """A draft is announced to its teams, rewritten at once or as it is."""
    BEGIN = "BEGIN"
    """`starts_at` is there."""
    EASE = "EASE"
    """A later end, or less to reach: what can't hurt anyone who is at it."""
    END = "END"
    """`ends_at` is there."""
    CANCEL = "CANCEL"
    """It is called off; once more is no other than once."""
    SETTLE = "SETTLE"
    """The grace time is over: the result is measured and becomes final (C3)."""


class Mover(StrEnum):
    """Who makes a move."""

    LEADERS = "those who manage all its teams, and admins"
    TIME = "time alone"
    WORKER = "the worker"


_S, _M = ChallengeState, Move

MOVES: Final[Mapping[tuple[ChallengeState, Move], ChallengeState]] = {
    (_S.DRAFT, _M.REWRITE): _S.DRAFT,
    (_S.DRAFT, _M.PUBLISH): _S.SCHEDULED,
    (_S.DRAFT, _M.CANCEL): _S.CANCELLED,
    (_S.SCHEDULED, _M.REWRITE): _S.SCHEDULED,
    (_S.SCHEDULED, _M.BEGIN): _S.RUNNING,
    (_S.SCHEDULED, _M.CANCEL): _S.CANCELLED,
    (_S.RUNNING, _M.EASE): _S.RUNNING,
    (_S.RUNNING, _M.END): _S.SETTLING,
    (_S.RUNNING, _M.CANCEL): _S.CANCELLED,
    (_S.SETTLING, _M.SETTLE): _S.SETTLED,
    (_S.CANCELLED, _M.CANCEL): _S.CANCELLED,
}
"""Every move that there is, and where it leads; no other is possible."""

MADE_BY: Final[Mapping[Move, Mover]] = {
    Move.REWRITE: Mover.LEADERS,
    Move.PUBLISH: Mover.LEADERS,
    Move.BEGIN: Mover.TIME,
    Move.EASE: Mover.LEADERS,
    Move.END: Mover.TIME,
    Move.CANCEL: Mover.LEADERS,
    Move.SETTLE: Mover.WORKER,
}
"""Who makes which move."""

BEGINNINGS: Final = frozenset({ChallengeState.DRAFT, ChallengeState.SCHEDULED, ChallengeState.RUNNING})
"""What a challenge may be when it is created: to be prepared, for later, or for now."""

FINAL: Final = frozenset(ChallengeState) - {state for (state, _), following in MOVES.items() if following is not state}
"""What nothing leads out of."""


class IllegalMove(ValueError):
    """A move that the state does not allow."""


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


def after(state: ChallengeState, move: Move) -> ChallengeState | None:
    """Where a move leads from that state; None where it is not possible."""
    return MOVES.get((state, move))


def leads(manages: AbstractSet[UUID], teams: AbstractSet[UUID], *, is_admin: bool) -> bool:
    """Whether somebody who manages these teams is one of the LEADERS of a challenge of those `teams`."""
    return is_admin or teams <= manages


def moved(
    life: Lifetime,
    move: Move,
    now: datetime,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Lifetime:
    """The life after a move that is not time's, at the instant `now`; the grace after the end stays as long as it was.

    Times may come with REWRITE and PUBLISH, and a later end with EASE. `IllegalMove` for anything else: for a move that
    the state does not allow, for one to a state that it does not lead to, and for settling before `settles_at`.
    """
    state = state_at(life, now)
    leads_to = after(state, move)
    if leads_to is None or MADE_BY[move] is Mover.TIME:
        raise IllegalMove(f"{move} of a challenge that is {state}")
    changed = _changed(life, move, now, starts_at or life.starts_at, ends_at or life.ends_at)
    if not changed.starts_at < changed.ends_at:
        raise IllegalMove("a challenge ends after it begins")
    # What is announced for this very instant has begun.
    if state_at(changed, now) not in {leads_to, after(leads_to, Move.BEGIN)}:
        raise IllegalMove(f"{move} would not make a challenge {leads_to}")
    return changed


def _changed(life: Lifetime, move: Move, now: datetime, starts_at: datetime, ends_at: datetime) -> Lifetime:
    times = replace(life, starts_at=starts_at, ends_at=ends_at, settles_at=ends_at + (life.settles_at - life.ends_at))
    match move:
        case Move.CANCEL:
            return life if life.cancelled_at is not None else replace(life, cancelled_at=now)
        case Move.SETTLE if now >= life.settles_at:
            return replace(life, settled_at=now)
        case Move.EASE if starts_at == life.starts_at and ends_at >= life.ends_at:
            return times
        case Move.PUBLISH:
            return replace(times, draft=False)
        case Move.REWRITE:
            return times
        case _:
            raise IllegalMove(f"{move} of a challenge that began at {life.starts_at} and ends at {life.ends_at}")
