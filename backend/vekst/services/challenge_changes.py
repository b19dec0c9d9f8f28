"""How a challenge may change: freely before it starts, and while it runs only in what can't hurt anyone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from vekst.domain.challenges import Lifetime
from vekst.domain.errors import InvalidInput
from vekst.quests.challenges import goal_json, read_goal
from vekst.quests.documents import Everyone, Goal, Share, Together
from vekst.services.challenge_forms import ChallengeChange, check_end, check_times, check_title, goal_of
from vekst.storage.challenges_store import ChallengeRow

__all__ = ["eased", "rewritten"]


def rewritten(row: ChallengeRow, change: ChallengeChange, now: datetime) -> ChallengeRow:
    """Before it starts nobody has done anything for it yet: everything may change."""
    check_title(change.title)
    life = _moved(row.life, change)
    if change.publish:
        life = replace(life, draft=False)
    moved = life.starts_at != row.life.starts_at or (row.life.draft and change.publish)
    check_times(life, now, started=not moved)
    goal = row.goal if change.goal is None else goal_json(goal_of(change.goal, row.form))
    return replace(row, title=change.title or row.title, goal=goal, life=life)


def eased(row: ChallengeRow, change: ChallengeChange) -> ChallengeRow:
    """While it runs: more time, or less to reach."""
    if change.starts_at not in {None, row.life.starts_at}:
        raise InvalidInput("CHALLENGE_IS_RUNNING", field="startsAt")
    if change.title not in {None, row.title}:
        raise InvalidInput("CHALLENGE_IS_RUNNING", field="title")
    if change.ends_at is not None and change.ends_at < row.life.ends_at:
        raise InvalidInput("CHALLENGE_ONLY_LONGER", field="endsAt")
    life = _moved(row.life, change)
    check_end(life)
    if change.goal is None:
        return replace(row, life=life)
    goal = goal_of(change.goal, row.form)
    if not _is_lower(goal, read_goal(row.goal)):
        raise InvalidInput("CHALLENGE_ONLY_LOWER", field="goal")
    return replace(row, life=life, goal=goal_json(goal))


def _moved(life: Lifetime, change: ChallengeChange) -> Lifetime:
    """The times changed; the grace after the end stays as long as it was."""
    ends = change.ends_at or life.ends_at
    grace = life.settles_at - life.ends_at
    return replace(life, starts_at=change.starts_at or life.starts_at, ends_at=ends, settles_at=ends + grace)


def _is_lower(new: Goal, old: Goal) -> bool:
    """Whether whoever reached the old goal has reached the new one; everyone is a share of all."""
    if isinstance(new, Together) or isinstance(old, Together):
        return isinstance(new, Together) and isinstance(old, Together) and new.together <= old.together
    (share, reach), (was_share, was_reach) = _as_share(new), _as_share(old)
    return share <= was_share and reach <= was_reach


def _as_share(goal: Everyone | Share) -> tuple[Fraction, int | Decimal]:
    if isinstance(goal, Everyone):
        return Fraction(1), goal.everyone
    return Fraction(goal.share), goal.reach
