"""The criteria tree: what must have happened before something is recognised."""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, Discriminator, Field, Tag

from vekst.quests.documents.base import Document, Keyed, by_only_key
from vekst.quests.documents.conditions import Where
from vekst.quests.documents.values import (
    ABOVE_NONE,
    Cap,
    Duration,
    EventKeys,
    Key,
    Percent,
    Positive,
    PositiveNumber,
    Recorders,
    Within,
)

__all__ = [
    "MEASURE_NAMES",
    "NODE_NAMES",
    "AllOf",
    "AnyOf",
    "BadgeEarned",
    "Count",
    "CountMeasure",
    "Criterion",
    "Days",
    "DaysMeasure",
    "Distinct",
    "DistinctMeasure",
    "EventNode",
    "Improvement",
    "Measure",
    "PersonalBest",
    "QuestCompleted",
    "SkillLevel",
    "SomeOf",
    "StreakLongest",
    "Sum",
    "SumMeasure",
]


class EventNode(Document):
    """What every node that reads events has: which events, with which fields, recorded by whom (`None`: anyone)."""

    event: EventKeys
    where: Where = Field(default_factory=dict)
    recorded_by: Recorders | None = None


class CountMeasure(EventNode):
    """How many matching events; `at_most` lets no more of each window count."""

    at_most: Cap | None = None


class SumMeasure(EventNode):
    """What a number field of the matching events adds up to."""

    field: Key


class DistinctMeasure(EventNode):
    """How many different values a field of the matching events has."""

    field: Key


class DaysMeasure(EventNode):
    """On how many local dates matching events lie."""


class Count(CountMeasure):
    """At least `at_least` matching events."""

    at_least: Positive
    within: Within | None = None


class Sum(SumMeasure):
    """The field's values add up to at least `at_least`."""

    at_least: PositiveNumber
    within: Within | None = None


class Distinct(DistinctMeasure):
    """At least `at_least` different values of the field."""

    at_least: Positive
    within: Within | None = None


class Days(DaysMeasure):
    """Matching events on at least `at_least` different local dates."""

    at_least: Positive
    within: Within | None = None


class Improvement(EventNode):
    """The median of the last `recent` values has risen by `by` above the best sustained level before (I1 to I4)."""

    field: Key
    by: Annotated[Percent, ABOVE_NONE]
    recent: Positive = 5
    baseline: Positive = 10
    memory: Duration


class PersonalBest(EventNode):
    """A value above every earlier one, after at least `after` earlier tries."""

    field: Key
    after: Positive = 3


class StreakLongest(Document):
    """That streak's longest run reached `at_least`."""

    key: Key
    at_least: Positive


class SkillLevel(Document):
    """That skill reached this level; the first level is 1."""

    key: Key
    level: Positive


class QuestCompleted(Document):
    """That quest is completed."""

    key: Key


class BadgeEarned(Document):
    """That badge is earned, in this tier, or with `None` in any."""

    key: Key
    tier: Key | None = None


class AllOf(Document):
    """Every node holds."""

    of: Annotated[tuple["Criterion", ...], Field(min_length=1)]


class AnyOf(Document):
    """At least one node holds."""

    of: Annotated[tuple["Criterion", ...], Field(min_length=1)]


class SomeOf(Document):
    """At least `at_least` of the nodes hold."""

    at_least: Positive
    of: Annotated[tuple["Criterion", ...], Field(min_length=1)]


MEASURE_NAMES: Final[Mapping[type[BaseModel], str]] = {
    CountMeasure: "count",
    SumMeasure: "sum",
    DistinctMeasure: "distinct",
    DaysMeasure: "days",
}
NODE_NAMES: Final[Mapping[type[BaseModel], str]] = {
    Count: "count",
    Sum: "sum",
    Distinct: "distinct",
    Days: "days",
    Improvement: "improvement",
    PersonalBest: "personal_best",
    StreakLongest: "streak",
    SkillLevel: "skill",
    QuestCompleted: "quest",
    BadgeEarned: "badge",
    AllOf: "all",
    AnyOf: "any",
    SomeOf: "some",
}

Measure: TypeAlias = Annotated[
    Annotated[CountMeasure, Keyed("count"), Tag("count")]
    | Annotated[SumMeasure, Keyed("sum"), Tag("sum")]
    | Annotated[DistinctMeasure, Keyed("distinct"), Tag("distinct")]
    | Annotated[DaysMeasure, Keyed("days"), Tag("days")],
    Discriminator(by_only_key(MEASURE_NAMES)),
]
"""A quantity without a threshold, for challenges and leaderboards."""

Criterion: TypeAlias = Annotated[
    Annotated[Count, Keyed("count"), Tag("count")]
    | Annotated[Sum, Keyed("sum"), Tag("sum")]
    | Annotated[Distinct, Keyed("distinct"), Tag("distinct")]
    | Annotated[Days, Keyed("days"), Tag("days")]
    | Annotated[Improvement, Keyed("improvement"), Tag("improvement")]
    | Annotated[PersonalBest, Keyed("personal_best"), Tag("personal_best")]
    | Annotated[StreakLongest, Keyed("streak"), Tag("streak")]
    | Annotated[SkillLevel, Keyed("skill"), Tag("skill")]
    | Annotated[QuestCompleted, Keyed("quest", "key"), Tag("quest")]
    | Annotated[BadgeEarned, Keyed("badge"), Tag("badge")]
    | Annotated[AllOf, Keyed("all", "of"), Tag("all")]
    | Annotated[AnyOf, Keyed("any", "of"), Tag("any")]
    | Annotated[SomeOf, Keyed("some"), Tag("some")],
    Discriminator(by_only_key(NODE_NAMES)),
]
"""One node of the tree under `earn`, `requires` and `counts`."""

for _model in (AllOf, AnyOf, SomeOf):
    _model.model_rebuild()
