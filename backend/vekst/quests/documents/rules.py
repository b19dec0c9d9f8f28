"""Skills, badges, quests and streaks: the rules that recognise growth."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import override

from vekst.quests.documents.base import Document
from vekst.quests.documents.criteria import Criterion
from vekst.quests.documents.values import DIFFERENT, Day, Duration, Key, Link, Points, Positive, Text, Whole

__all__ = [
    "BadgeDocument",
    "CalendarDocument",
    "Every",
    "FreezesDocument",
    "QuestDocument",
    "Repeat",
    "SkillDocument",
    "Starts",
    "StepDocument",
    "StreakDocument",
    "TierDocument",
    "Weekday",
]


class Repeat(StrEnum):
    """How often a rule may be earned; each window of the local calendar is judged on its own events."""

    NEVER = "never"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALWAYS = "always"


class Starts(StrEnum):
    """Whether a quest opens on its own, or waits for the learner to accept it."""

    BY_ITSELF = "by_itself"
    WHEN_ACCEPTED = "when_accepted"


class Every(StrEnum):
    """The period of a streak."""

    DAY = "day"
    WORKDAY = "workday"
    WEEK = "week"


class Weekday(StrEnum):
    """A day of the week; `list(Weekday)` begins with Monday."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


Since: TypeAlias = Literal["publication"] | None


class _Rule(Document):
    title: Text
    description: Text | None = None
    purpose: Text | None = None


class SkillDocument(_Rule):
    """Something one can get better at; `levels` are the points at which level 1, 2, … begin."""

    levels: Annotated[tuple[Positive, ...], Field(min_length=1)]
    fresh_for: Duration | None = None


class TierDocument(Document):
    """One grade of a badge; the only tier of a badge without tiers has `tier` `None`."""

    tier: Key | None
    title: Text | None = None
    earn: Criterion
    points: Points = 0


class BadgeDocument(_Rule):
    """A badge with its tiers, lowest first. `earn` and `points` written directly become the one tier."""

    skill: Key | None = None
    repeat: Annotated[Repeat, Field(strict=False)] = Repeat.NEVER
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    since: Since = None
    tiers: Annotated[tuple[TierDocument, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _one_tier(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "earn" not in value:
            return value
        if "tiers" in value:
            raise PydanticCustomError("TIERS_OR_EARN", "both tiers and earn")
        rest = {key: entry for key, entry in value.items() if key not in {"earn", "points"}}
        tier = {key: value[key] for key in ("earn", "points") if key in value}
        return {**rest, "tiers": ({"tier": None, **tier},)}

    @classmethod
    @override
    def written_keys(cls) -> tuple[str, ...]:
        return (*super().written_keys(), "earn", "points")


class StepDocument(Document):
    """One step of a quest."""

    key: Key
    title: Text
    description: Text | None = None
    earn: Criterion
    points: Points = 0
    link: Link | None = None


class QuestDocument(_Rule):
    """A quest: what must hold before it opens, how it starts, and its steps."""

    skill: Key | None = None
    requires: Criterion | None = None
    starts: Annotated[Starts, Field(strict=False)] = Starts.BY_ITSELF
    in_order: bool = False
    repeat: Annotated[Repeat, Field(strict=False)] = Repeat.NEVER
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    since: Since = None
    points: Points = 0
    steps: Annotated[tuple[StepDocument, ...], Field(min_length=1)]


class FreezesDocument(Document):
    """How a run survives missed periods; `None` means never earned, and no limit in a row (S4)."""

    start_with: Whole = 0
    earn_one_per: Positive | None = None
    bridge_at_most: Positive | None = None


class StreakDocument(_Rule):
    """Practice kept up period after period. `milestones` maps a length to its points."""

    skill: Key | None = None
    every: Annotated[Every, Field(strict=False)]
    calendar: Key | None = None
    counts: Criterion
    freezes: FreezesDocument = FreezesDocument()
    milestones: Mapping[Positive, Points] = Field(default_factory=dict)
    since: Since = None


class CalendarDocument(Document):
    """Which days are workdays; `holidays` names the country whose public holidays are free."""

    title: Text | None = None
    holidays: str | None = None
    workdays: Annotated[tuple[Annotated[Weekday, Field(strict=False)], ...], Field(min_length=1), DIFFERENT] = (
        Weekday.MON,
        Weekday.TUE,
        Weekday.WED,
        Weekday.THU,
        Weekday.FRI,
    )
