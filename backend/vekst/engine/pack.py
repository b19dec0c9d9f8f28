"""A compiled pack: what the compiler makes of quest files, ready for the fold, indexed by event type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Literal

from vekst.domain.calendars import WorkCalendar
from vekst.domain.events import ProgressEvent, RecordedBy
from vekst.domain.periods import Window
from vekst.domain.recognitions import Identity, Nature, RecognitionKind
from vekst.engine.conditions import Where
from vekst.engine.goals import Goal, Named
from vekst.engine.leaves import EverLeaf
from vekst.engine.measures import AtMost

__all__ = [
    "Badge",
    "BoardMeasure",
    "Challenge",
    "EventType",
    "Field",
    "Freezes",
    "Leaderboard",
    "Listener",
    "Listeners",
    "Pack",
    "PointsMeasure",
    "Quest",
    "Repeat",
    "Resting",
    "Skill",
    "Step",
    "Streak",
    "StreakMeasure",
    "Tally",
    "TallyMeasure",
    "Texts",
    "Tier",
]

Texts = Mapping[str, str]
"""Locale to text; every locale of the pack is there."""

Repeat = Window | Literal["never", "always"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event type's data; `min`, `max` and `of` bind where they are given."""

    type: Literal["number", "text", "flag", "choice"]
    required: bool
    title: Texts
    min: int | float | None = None
    max: int | float | None = None
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class EventType:
    """What may happen: who may record it, which data it has, and the points it pays (E1).

    Here as in every rule, `since` is the instant before which events do not count for it (V1: since publication), and
    `mark` tells what the rule says, without words and points, so that a checkpoint knows it again.
    """

    key: str
    title: Texts
    description: Texts
    nature: str
    skill: str | None
    recorded_by: frozenset[RecordedBy]
    fields: Mapping[str, Field]
    points: int
    at_most: AtMost | None
    since: datetime | None = None
    mark: str = ""

    @property
    def is_outcome(self) -> bool:
        """Whether it is a result rather than an effort."""
        return self.nature == "outcome"


@dataclass(frozen=True, slots=True, eq=False)
class Skill:
    """A skill and the thresholds of its levels 1, 2, … (K1); fading after `fresh_for` without evidence (K2)."""

    key: str
    title: Texts
    description: Texts
    levels: tuple[int, ...]
    fresh_for: timedelta | None


@dataclass(frozen=True, slots=True, eq=False)
class Tier:
    """One tier of a badge (`tier` is "" for a badge without tiers)."""

    tier: str
    title: Texts
    goal: Goal
    points: int
    nature: Nature
    mark: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Badge:
    """A badge; only events on local dates (ordinals) from `first` to `last` count."""

    key: str
    title: Texts
    description: Texts
    skill: str | None
    repeat: Repeat
    first: int
    last: int
    tiers: tuple[Tier, ...]
    since: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a quest."""

    key: str
    title: Texts
    description: Texts
    goal: Goal
    points: int
    link: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Quest:
    """A quest (Q1-Q4); it and its steps share one nature."""

    key: str
    title: Texts
    description: Texts
    skill: str | None
    requires: Goal | None
    when_accepted: bool
    in_order: bool
    repeat: Repeat
    first: int
    last: int
    points: int
    nature: Nature
    steps: tuple[Step, ...]
    since: datetime | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Freezes:
    """S4: what a run holds at its start, earns on the way, and how many missed periods in a row it may bridge."""

    start_with: int = 0
    earn_one_per: int | None = None
    bridge_at_most: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Streak:
    """A streak (S1-S8); `counts` is judged on one period's events alone; milestones are (length, points), rising."""

    key: str
    title: Texts
    description: Texts
    skill: str | None
    every: Literal["day", "workday", "week"]
    calendar: WorkCalendar
    counts: Goal
    freezes: Freezes
    milestones: tuple[tuple[int, int], ...]
    nature: Nature
    since: datetime | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class StreakMeasure:
    """A board of runs."""

    streak: str
    of: Literal["current", "longest"]


@dataclass(frozen=True, slots=True)
class PointsMeasure:
    """A board of effort points, in windows or (None) ever; `tally` is the pack's tally of those windows."""

    per: Window | None
    tally: int | None


@dataclass(frozen=True, slots=True)
class TallyMeasure:
    """A board of a measure over events, in windows or (None) ever, kept in the pack's tally of that index."""

    per: Window | None
    tally: int


BoardMeasure = StreakMeasure | PointsMeasure | TallyMeasure


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What standings add up for boards, per window or (None) ever: a measure over events, or (None) effort points.

    The threshold of `leaf` says nothing here.
    """

    leaf: EverLeaf | None
    per: Window | None
    mark: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Leaderboard:
    """A board and how it shows people (L1-L3)."""

    key: str
    title: Texts
    description: Texts
    measure: BoardMeasure
    ties: Literal["shared", "dense"]
    top: int
    neighbours: int
    joins: Literal["opt_in", "opt_out"]
    smallest_group: int


@dataclass(frozen=True, slots=True, eq=False)
class Challenge:
    """A template that a manager can start from; `document` is the author's text of measure and goal."""

    key: str
    title: Texts
    description: Texts
    document: Any
    lasts: timedelta
    settles_after: timedelta
    points: int


@dataclass(frozen=True, slots=True)
class Listener:
    """A rule, by index, that hears events of a type: those that one of `wheres` fits, or, without any, all of them."""

    rule: int
    wheres: tuple[Where, ...] = ()

    def hears(self, event: ProgressEvent) -> bool:
        """Whether the event can move the rule; one that can't need not even have its state read."""
        for where in self.wheres:
            if where.matches(event):
                return True
        return not self.wheres


@dataclass(frozen=True, slots=True)
class Listeners:
    """Which rules hear an event type: `requires` are quests by their conditions, `quests` by their steps."""

    streaks: tuple[Listener, ...] = ()
    requires: tuple[Listener, ...] = ()
    quests: tuple[Listener, ...] = ()
    badges: tuple[Listener, ...] = ()
    tallies: tuple[Listener, ...] = ()


@dataclass(frozen=True, slots=True)
class Resting:
    """The rules that name something, by index."""

    quests: tuple[int, ...] = ()
    badges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One version of an organisation's rules, compiled.

    `listeners` finds the rules by event type, so that an event costs only the rules that match; `state_quests` and
    `state_badges` are the rules that also read the whole state and are looked at again when it moves, and `resting`
    finds those that name what has moved. Of `windowed_quests` and `windowed_badges` something that is counted can be
    gone later, without an event. `learner_goal` compiles the criterion of a learner's goal, written as JSON; None for
    one that has no meaning under this version.
    `tallies` are what boards rest on besides streaks; those at `points_tallies` add up effort points. `said` keeps what
    was put into words of its rules, for as long as there is the pack.
    """

    key: str
    version: int
    digest: str
    title: Texts
    purpose: Texts
    locales: tuple[str, ...]
    zone: str
    retention: timedelta
    accepts_events_up_to: timedelta
    outcomes_at_most: Fraction
    event_types: Mapping[str, EventType]
    skills: tuple[Skill, ...]
    quests: tuple[Quest, ...]
    badges: tuple[Badge, ...]
    streaks: tuple[Streak, ...]
    challenges: Mapping[str, Challenge]
    leaderboards: Mapping[str, Leaderboard]
    tallies: tuple[Tally, ...]
    points_tallies: tuple[int, ...]
    listeners: Mapping[str, Listeners]
    state_quests: tuple[int, ...]
    state_badges: tuple[int, ...]
    windowed_quests: tuple[int, ...]
    windowed_badges: tuple[int, ...]
    resting: Mapping[Named, Resting]
    skill_index: Mapping[str, int]
    streak_index: Mapping[str, int]
    learner_goal: Callable[[str], Goal | None]
    said: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)

    def quest(self, key: str) -> Quest | None:
        """The quest of that key."""
        return next((quest for quest in self.quests if quest.key == key), None)

    def badge(self, key: str) -> Badge | None:
        """The badge of that key."""
        return next((badge for badge in self.badges if badge.key == key), None)

    def streak(self, key: str) -> Streak | None:
        """The streak of that key."""
        return next((streak for streak in self.streaks if streak.key == key), None)

    def goals_of(self, identity: Identity) -> tuple[Goal, ...]:
        """The goals that a badge, quest or step rests on itself; none for other kinds and unknown keys."""
        if identity.kind == RecognitionKind.BADGE:
            badge = self.badge(identity.key)
            return tuple(tier.goal for tier in badge.tiers if tier.tier == identity.tier) if badge else ()
        quest = self.quest(identity.key.partition("/")[0])
        if quest is None or identity.kind not in {RecognitionKind.QUEST, RecognitionKind.STEP}:
            return ()
        steps = [step.goal for step in quest.steps if identity.key in {quest.key, f"{quest.key}/{step.key}"}]
        return (*steps, quest.requires) if quest.requires else tuple(steps)

    def mark_of(self, identity: Identity) -> str:
        """The mark of the rule that gives recognitions of that identity; "" where this version has none."""
        kind, key, tier, _ = identity
        rule: EventType | Quest | Tier | Streak | None = None
        if kind == RecognitionKind.EVENT:
            rule = self.event_types.get(key)
        elif kind in {RecognitionKind.QUEST, RecognitionKind.STEP}:
            rule = self.quest(key.partition("/")[0])
        elif kind == RecognitionKind.MILESTONE:
            rule = self.streak(key)
        elif kind == RecognitionKind.BADGE:
            badge = self.badge(key)
            rule = next((each for each in badge.tiers if each.tier == tier), None) if badge else None
        return rule.mark if rule else ""

    def skill(self, key: str) -> Skill | None:
        """The skill of that key."""
        return next((skill for skill in self.skills if skill.key == key), None)
