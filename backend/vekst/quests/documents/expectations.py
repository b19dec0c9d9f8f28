"""Examples: what happened, and what a learner has earned by it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from vekst.domain.events import RecordedBy
from vekst.quests.documents.base import Document, Keyed, by_first_key
from vekst.quests.documents.values import (
    LATEST,
    STEP_PATTERN,
    Duration,
    Instant,
    Key,
    Points,
    Positive,
    Scalar,
    Whole,
    Words,
)

__all__ = [
    "ExampleDocument",
    "ExpectBadge",
    "ExpectMilestone",
    "ExpectNot",
    "ExpectPoints",
    "ExpectQuest",
    "ExpectSkill",
    "ExpectStep",
    "ExpectStreak",
    "Expectation",
    "ExpectedPoints",
    "GivenEvent",
]


class GivenEvent(Document):
    """Something that happened; with `times` again and again, `every` so long."""

    at: Instant
    event: Key
    data: Mapping[str, Scalar] = Field(default_factory=dict)
    recorded_by: Annotated[RecordedBy, Field(strict=False)] = RecordedBy.SELF
    times: Annotated[int, Field(ge=1, le=1_000)] = 1
    every: Duration = timedelta(days=1)

    @model_validator(mode="after")
    def _ends_in_time(self) -> "GivenEvent":
        most = (LATEST - self.at) // self.every + 1
        if self.times > most:
            raise PydanticCustomError(
                "NUMBER_OUT_OF_RANGE", "too far ahead", {"value": str(self.times), "bound": f"≤ {most}"}
            )
        return self

    def instants(self) -> tuple[datetime, ...]:
        """Each moment at which it happened."""
        return tuple(self.at + index * self.every for index in range(self.times))


class ExpectBadge(Document):
    """The badge is earned, in this tier and occurrence where these are given."""

    badge: Key
    tier: Key | None = None
    occurrence: Words | None = None


class ExpectQuest(Document):
    """The quest is completed."""

    quest: Key
    occurrence: Words | None = None


class ExpectStep(Document):
    """The step is completed, written `quest/step`."""

    step: Annotated[str, Field(pattern=STEP_PATTERN)]
    occurrence: Words | None = None


class ExpectMilestone(Document):
    """The streak's milestone of this length is earned."""

    milestone: Key
    length: Positive


class ExpectStreak(Document):
    """The streak stands at these lengths, at `as_of` or after the last event given."""

    streak: Key
    longest: Whole | None = None
    current: Whole | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ExpectStreak":
        if self.longest is None and self.current is None:
            raise PydanticCustomError("MISSING_KEY", "says nothing", {"key": "longest"})
        return self


class ExpectSkill(Document):
    """The skill reached this level (0 before the first); `not` asks that it did not."""

    skill: Key
    level: Whole


class ExpectedPoints(Document):
    """Effort points, and the recognised part of outcome points (P1)."""

    effort: Points | None = None
    outcomes: Points | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ExpectedPoints":
        if self.effort is None and self.outcomes is None:
            raise PydanticCustomError("MISSING_KEY", "says nothing", {"key": "effort"})
        return self


class ExpectPoints(Document):
    """The learner has these points."""

    points: ExpectedPoints


class ExpectNot(Document):
    """`{not: {badge: …}}`: that has not come about."""

    of: "Earned"


_TAGS = ("badge", "quest", "step", "milestone", "streak", "skill", "points")
Earned: TypeAlias = Annotated[
    Annotated[ExpectBadge, Tag("badge")]
    | Annotated[ExpectQuest, Tag("quest")]
    | Annotated[ExpectStep, Tag("step")]
    | Annotated[ExpectMilestone, Tag("milestone")]
    | Annotated[ExpectStreak, Tag("streak")]
    | Annotated[ExpectSkill, Tag("skill")]
    | Annotated[ExpectPoints, Tag("points")],
    Discriminator(by_first_key(_TAGS)),
]
_by_key = by_first_key((*_TAGS, "not"))


def _expectation(value: Any) -> str:
    return "not" if isinstance(value, ExpectNot) else _by_key(value)


Expectation: TypeAlias = Annotated[
    Annotated[ExpectBadge, Tag("badge")]
    | Annotated[ExpectQuest, Tag("quest")]
    | Annotated[ExpectStep, Tag("step")]
    | Annotated[ExpectMilestone, Tag("milestone")]
    | Annotated[ExpectStreak, Tag("streak")]
    | Annotated[ExpectSkill, Tag("skill")]
    | Annotated[ExpectPoints, Tag("points")]
    | Annotated[ExpectNot, Keyed("not", "of"), Tag("not")],
    Discriminator(_expectation),
]
"""What must be true after the events of an example."""
ExpectNot.model_rebuild()


class ExampleDocument(Document):
    """A small story that the pack must judge as its author says."""

    name: Words
    zone: Words | None = None
    as_of: Instant | None = None
    given: Annotated[tuple[GivenEvent, ...], Field(min_length=1)]
    expect: Annotated[tuple[Expectation, ...], Field(min_length=1)]
