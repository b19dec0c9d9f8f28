"""How a challenge may change: freely before it starts, and while it runs only in what can't hurt anyone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from vekst.domain.challenges import Lifetime, Move, after, moved
from vekst.domain.errors import InvalidInput
from vekst.quests.challenges import goal_json, read_goal
from vekst.quests.documents import Everyone, Goal, Share, Together
from vekst.services.challenge_forms import ChallengeChange, check_end, check_times, check_title, goal_of
from vekst.storage.challenges_store import ChallengeRow

__all__ = ["changed", "changes_of"]


def changed(row: ChallengeRow, change: ChallengeChange, now: datetime) -> ChallengeRow:
    """The challenge as changed at `now`; `InvalidInput` for what can't change any more, and for what does not fit.

    What is announced already may be announced once more, which does nothing: answers get lost.
    """
    state = row.state(now)
    wanted = (Move.PUBLISH, Move.REWRITE, Move.EASE) if change.publish else (Move.REWRITE, Move.EASE)
    move = next((move for move in wanted if after(state, move)), None)
    if move is None:
        raise InvalidInput("CHALLENGE_OVER", field="challenge")
    check_title(change.title)
    if move is Move.EASE:
        _check_eased(row, change)
        life = moved(row.life, move, now, ends_at=change.ends_at)
        check_end(life)
    else:
        life = _rewritten(row.life, move, change, now)
    goal = row.goal if change.goal is None else goal_json(goal_of(change.goal, row.form))
    return replace(row, title=change.title or row.title, goal=goal, life=life)


def changes_of(before: ChallengeRow, after_it: ChallengeRow) -> list[str]:
    """What differs, by the names of the fields of a change."""
    old, new = before.life, after_it.life
    differs = {
        "title": before.title != after_it.title,
        "goal": before.goal != after_it.goal,
        "startsAt": old.starts_at != new.starts_at,
        "endsAt": old.ends_at != new.ends_at,
        "publish": old.draft != new.draft,
    }
    return [name for name, is_other in differs.items() if is_other]


def _rewritten(life: Lifetime, move: Move, change: ChallengeChange, now: datetime) -> Lifetime:
    """Before it starts nobody has done anything for it yet: everything may change.

    A draft whose time to begin went by while it was prepared begins when it is announced.
    """
    starts, ends = change.starts_at or life.starts_at, change.ends_at or life.ends_at
    if move is Move.PUBLISH and change.starts_at is None:
        starts = max(starts, now)
    is_ahead = starts != life.starts_at or move is Move.PUBLISH
    check_times(replace(life, starts_at=starts, ends_at=ends), now, started=not is_ahead)
    return moved(life, move, now, starts_at=starts, ends_at=ends)


def _check_eased(row: ChallengeRow, change: ChallengeChange) -> None:
    """While it runs: more time, or less to reach."""
    if change.starts_at not in {None, row.life.starts_at}:
        raise InvalidInput("CHALLENGE_IS_RUNNING", field="startsAt")
    if change.title not in {None, row.title}:
        raise InvalidInput("CHALLENGE_IS_RUNNING", field="title")
    if change.ends_at is not None and change.ends_at < row.life.ends_at:
        raise InvalidInput("CHALLENGE_ONLY_LONGER", field="endsAt")
    if change.goal is not None and not _is_lower(goal_of(change.goal, row.form), read_goal(row.goal)):
        raise InvalidInput("CHALLENGE_ONLY_LOWER", field="goal")


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
