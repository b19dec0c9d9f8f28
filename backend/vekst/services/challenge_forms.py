"""What managers ask for when they set a challenge or change one, and whether it has the form of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from vekst.domain.challenges import ChallengeForm, Lifetime
from vekst.domain.errors import InvalidInput, NotFound
from vekst.domain.storable import is_storable
from vekst.quests.challenges import goal_faults, read_goal
from vekst.quests.documents import Goal, Together
from vekst.services.event_forms import ID_AT_MOST

__all__ = [
    "ChallengeChange",
    "NewChallenge",
    "check_end",
    "check_new",
    "check_times",
    "check_title",
    "fitting",
    "goal_of",
]

_TEAMS_AT_MOST: Final = 50
_TITLE_AT_MOST: Final = 200
_POINTS_AT_MOST: Final = 100
"""What a measure of a manager's own may give each; a template may say more."""
_TERMS_AT_MOST: Final = 10_000
_LONGEST: Final = timedelta(days=366)
_AHEAD_AT_MOST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewChallenge:
    """What a manager asks for: a `template` of the pack, or a `measure`, `goal` and `title` of their own.

    `goal` beside a template replaces the template's. Without `starts_at` it starts at once; without `ends_at` it lasts
    as long as its template says, in days of the first team's zone.
    """

    id: str
    teams: tuple[str, ...]
    template: str | None = None
    title: str | None = None
    measure: object = None
    goal: object = None
    points: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    draft: bool = False
    form: ChallengeForm = ChallengeForm.TOGETHER

    def request(self) -> dict[str, object]:
        """The same as JSON, so that a second sending can be told from another challenge."""
        told: dict[str, object] = {
            "teams": sorted(self.teams),
            "template": self.template,
            "title": self.title,
            "measure": self.measure,
            "goal": self.goal,
            "points": self.points,
            "starts_at": self.starts_at.astimezone(UTC).isoformat() if self.starts_at else None,
            "ends_at": self.ends_at.astimezone(UTC).isoformat() if self.ends_at else None,
            "draft": self.draft,
        }
        # Left out where it is what it was before there was a choice, so that older requests read the same.
        return told if self.form is ChallengeForm.TOGETHER else {**told, "form": self.form.value}


@dataclass(frozen=True, slots=True)
class ChallengeChange:
    """What is to be changed; None leaves it as it is. `publish` announces a draft."""

    title: str | None = None
    goal: object = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    publish: bool = False


def check_new(new: NewChallenge) -> None:
    """Refuse a wish that has not the form of one."""
    if not new.id or len(new.id) > ID_AT_MOST or not is_storable(new.id):
        raise InvalidInput("ID_NOT_VALID", field="id", most=ID_AT_MOST)
    if not 0 < len(new.teams) <= _TEAMS_AT_MOST or len(set(new.teams)) < len(new.teams):
        raise InvalidInput("CHALLENGE_TEAMS_NOT_VALID", field="teams", most=_TEAMS_AT_MOST)
    if new.form is ChallengeForm.SIDE_BY_SIDE and len(new.teams) == 1:
        raise InvalidInput("CHALLENGE_SIDES_NEED_TEAMS", field="teams")
    if new.points is not None and (new.template is not None or not 0 <= new.points <= _POINTS_AT_MOST):
        raise InvalidInput("CHALLENGE_POINTS_NOT_VALID", field="points", most=_POINTS_AT_MOST)
    if new.template is not None and new.measure is not None:
        raise InvalidInput("CHALLENGE_TEMPLATE_OR_MEASURE", field="measure")
    if new.template is not None and not is_storable(new.template):
        raise NotFound("CHALLENGE_TEMPLATE_UNKNOWN", field="template", key="…")
    check_title(new.title)
    for field, value in (("measure", new.measure), ("goal", new.goal)):
        _check_storable(field, value)


def check_title(title: str | None) -> None:
    """Refuse a title that is blank, too long or not storable."""
    if title is not None and not (len(title.strip()) > 0 and len(title) <= _TITLE_AT_MOST and is_storable(title)):
        raise InvalidInput("CHALLENGE_TITLE_NOT_VALID", field="title", most=_TITLE_AT_MOST)


def _check_storable(field: str, value: object) -> None:
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        written = "\0"
    if len(written) > _TERMS_AT_MOST or not is_storable(written) or "\\u0000" in written:
        raise InvalidInput("CHALLENGE_TERMS_NOT_VALID", field=field, detail="…")


def goal_of(raw: object, form: ChallengeForm) -> Goal:
    """The goal that was written; `InvalidInput` for what is none, or none for teams that stand like that."""
    _check_storable("goal", raw)
    if goal_faults(raw):
        raise InvalidInput("CHALLENGE_GOAL_NOT_VALID", field="goal")
    return fitting(read_goal(raw), form)


def fitting(goal: Goal, form: ChallengeForm) -> Goal:
    """The goal, unless it would set the totals of unequal teams side by side."""
    if form is ChallengeForm.SIDE_BY_SIDE and isinstance(goal, Together):
        raise InvalidInput("CHALLENGE_SIDES_NEED_SHARE", field="goal")
    return goal


def check_times(life: Lifetime, now: datetime, *, started: bool = False) -> None:
    """Refuse times that lie too far away or, but for what may have `started`, in the past."""
    if not started and life.starts_at < now:
        raise InvalidInput("CHALLENGE_STARTS_IN_THE_PAST", field="startsAt")
    if life.starts_at > now + _AHEAD_AT_MOST:
        raise InvalidInput("CHALLENGE_TOO_FAR", field="startsAt", most=_AHEAD_AT_MOST.days)
    check_end(life)


def check_end(life: Lifetime) -> None:
    """Refuse an end before the beginning, or too long after it."""
    if not timedelta() < life.ends_at - life.starts_at <= _LONGEST:
        raise InvalidInput("CHALLENGE_LENGTH_NOT_VALID", field="endsAt", most=_LONGEST.days)
