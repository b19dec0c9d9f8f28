"""What a plan says: by rule who gains what and what becomes easier or harder, and what it does to points as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from vekst.engine.pack import Texts
from vekst.quests.changes import Change, RuleKey

__all__ = ["Affected", "Bucket", "Effect", "Effects", "Plan", "RulePlan", "Side", "Tally", "Week"]


class Effect(StrEnum):
    """What a change does to what a rule gives.

    `GAINS` is what publishing gives to learners for the past. The others compare the rules themselves, as if each
    version had always been in force: what more or fewer would be given for the same events, sooner or later, or with
    other points. Who holds what becomes harder keeps it (V1).
    """

    GAINS = "gains"
    EASIER = "easier"
    HARDER = "harder"
    SOONER = "sooner"
    LATER = "later"
    WORTH_MORE = "worthMore"
    WORTH_LESS = "worthLess"


@dataclass(frozen=True, slots=True)
class Tally:
    """Learners, the recognitions that they have between them, and the points of these."""

    learners: int = 0
    recognitions: int = 0
    points: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.learners + other.learners, self.recognitions + other.recognitions, self.points + other.points)


Effects = Mapping[Effect, Tally]
"""The effects that there are; `WORTH_MORE` and `WORTH_LESS` count the difference as points."""


@dataclass(frozen=True, slots=True)
class Affected:
    """A learner whom an effect concerns."""

    person: str
    name: str
    recognitions: int
    points: int


@dataclass(frozen=True, slots=True)
class RulePlan:
    """One rule: what happened to it and what follows.

    `parts` tells the same by tier, step (the quest itself is ""), length or level, where a rule has several. `people`
    is filled when names were asked for.
    """

    rule: RuleKey
    title: Texts
    change: Change
    effects: Effects
    parts: Mapping[str, Effects] = field(default_factory=dict)
    people: Mapping[Effect, tuple[Affected, ...]] = field(default_factory=dict)

    @property
    def matters(self) -> bool:
        """Whether there is anything to say about it."""
        return bool(self.effects) or self.change is not Change.UNCHANGED


@dataclass(frozen=True, slots=True)
class Side:
    """What all stored events come to under one version (P1); `learner_weeks` counts each learner's active weeks."""

    effort: int
    outcomes: int
    recognised: int
    at_most: Fraction
    reachable_share: Fraction
    learner_weeks: int

    @property
    def total(self) -> int:
        """The recognised points of all learners."""
        return self.effort + self.recognised

    @property
    def outcome_share(self) -> float:
        """The part of the recognised points that outcomes have."""
        return self.recognised / self.total if self.total else 0.0

    @property
    def inflation(self) -> float:
        """Points per active learner and week."""
        return self.total / self.learner_weeks if self.learner_weeks else 0.0


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week: the learners with an event in it, and the recognised points it brings them before and after."""

    week: str
    learners: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many learners gain at least so many points, and fewer than the next bucket begins with."""

    at_least: int
    learners: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to: what would happen if these files were published now?

    `gains` counts each learner once; `kept` is what learners go on holding though the new rules would not give it, or
    would give other points. `before` is None where nothing was in force.
    """

    version: int | None
    learners: int
    events: int
    rules: tuple[RulePlan, ...]
    gains: Tally
    kept: Tally
    before: Side | None
    after: Side
    weeks: tuple[Week, ...]
    gained: tuple[Bucket, ...]
