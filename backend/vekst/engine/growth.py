"""Growth over a span of dates: what was tried, what moved and what keeps, counted from events and recognitions.

Pure, and the same numbers for the learner and for whoever manages them: nothing here is seen by one of the two alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from vekst.domain.calendars import local_day
from vekst.domain.events import DONE_BY_OTHERS
from vekst.domain.instants import micros
from vekst.domain.recognitions import Nature, RecognitionKind
from vekst.engine.pack import Pack
from vekst.engine.readings import StreakReading, streak_readings
from vekst.engine.standing import Standing

__all__ = [
    "AT_RISK_WITHIN",
    "NATURES",
    "EventTally",
    "Growth",
    "PointTally",
    "SkillGrowth",
    "Span",
    "WeekGrowth",
    "growth_of",
    "growth_together",
    "is_within",
]

NATURES: Final = ("practice", "learning", "reflection", "feedback", "outcome")
"""The natures of events, effort first."""
AT_RISK_WITHIN: Final = timedelta(hours=48)
"""A run is at risk when it would end, or spend a freeze, within so long."""


class Span(NamedTuple):
    """Dates from `first` to `last`, both included, each learner's own."""

    first: date
    last: date

    def holds(self, day: int) -> bool:
        """Whether the date of that ordinal is in the span."""
        return self.first.toordinal() <= day <= self.last.toordinal()

    @property
    def weeks(self) -> list[date]:
        """The Mondays of the ISO weeks that the span touches."""
        first = self.first - timedelta(days=self.first.weekday())
        return [first + timedelta(weeks=number) for number in range((self.last - first).days // 7 + 1)]


class EventTally(NamedTuple):
    """How often an event of the type happened at about that instant."""

    type: str
    at: datetime
    times: int


class PointTally(NamedTuple):
    """Points reached at about that instant; of a level, 0 points and its skill."""

    kind: str
    nature: Nature
    skill: str | None
    at: datetime
    points: int
    times: int


@dataclass(frozen=True, slots=True)
class SkillGrowth:
    """A skill that moved: the points gained and the levels reached in the span, and the level now."""

    skill: str
    points: int
    levels: int
    level: int


@dataclass(frozen=True, slots=True)
class WeekGrowth:
    """One ISO week of the span, from its Monday on: events by nature, and points by nature."""

    monday: date
    events: Mapping[str, int]
    effort: int
    outcomes: int


@dataclass(frozen=True, slots=True)
class Growth:
    """One learner's growth in a span; only `types` have also what others did, such as giving them feedback."""

    active_days: int
    events: Mapping[str, int]
    types: Mapping[str, int]
    skills: Sequence[SkillGrowth]
    effort: int
    outcomes: int
    weeks: Sequence[WeekGrowth]
    at_risk: Sequence[StreakReading]

    @property
    def is_active(self) -> bool:
        """Whether there was any effort."""
        return self.active_days > 0


def growth_of(
    pack: Pack,
    standing: Standing,
    span: Span,
    *,
    events: Iterable[EventTally],
    points: Iterable[PointTally],
    now: datetime,
) -> Growth:
    """The growth that these tallies come to, each on its local date; those beyond the span are left out."""
    days = _Days(standing, span)
    types: Counter[str] = Counter()
    natures: Counter[str] = Counter()
    weekly: dict[date, Counter[str]] = defaultdict(Counter)
    active: set[int] = set()
    for event in events:
        event_type, day = pack.event_types.get(event.type), days.of(event.at)
        if event_type is None or day is None:
            continue
        types[event.type] += event.times
        if event.type in DONE_BY_OTHERS:
            continue
        natures[event_type.nature] += event.times
        weekly[_monday(day)][event_type.nature] += event.times
        if not event_type.is_outcome:
            active.add(day)
    gained: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    balance: Counter[Nature] = Counter()
    balances: dict[date, Counter[Nature]] = defaultdict(Counter)
    for entry in points:
        day = days.of(entry.at)
        if day is None:
            continue
        balance[entry.nature] += entry.points
        balances[_monday(day)][entry.nature] += entry.points
        if entry.skill is not None and entry.kind == RecognitionKind.LEVEL:
            levels[entry.skill] += entry.times
        elif entry.skill is not None and entry.nature is Nature.EFFORT:
            gained[entry.skill] += entry.points
    return Growth(
        active_days=len(active),
        events=_by_nature(natures),
        types=types,
        skills=_skills(pack, standing, gained, levels),
        effort=balance[Nature.EFFORT],
        outcomes=balance[Nature.OUTCOME],
        weeks=[
            WeekGrowth(
                monday, _by_nature(weekly[monday]), balances[monday][Nature.EFFORT], balances[monday][Nature.OUTCOME]
            )
            for monday in span.weeks
        ],
        at_risk=_at_risk(pack, standing, now),
    )


def growth_together(members: Sequence[Growth], span: Span) -> Growth:
    """The sum over people. Active days, levels and runs at risk are each person's own, and there are none in it."""
    natures: Counter[str] = Counter()
    types: Counter[str] = Counter()
    points: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    for member in members:
        natures.update(member.events)
        types.update(member.types)
        points.update({each.skill: each.points for each in member.skills})
        levels.update({each.skill: each.levels for each in member.skills})
    return Growth(
        active_days=0,
        events=_by_nature(natures),
        types=types,
        skills=[SkillGrowth(skill, points[skill], levels[skill], 0) for skill in points | levels],
        effort=sum(member.effort for member in members),
        outcomes=sum(member.outcomes for member in members),
        weeks=[
            _week_together(monday, [member.weeks[index] for member in members])
            for index, monday in enumerate(span.weeks)
        ],
        at_risk=(),
    )


def _week_together(monday: date, weeks: Sequence[WeekGrowth]) -> WeekGrowth:
    natures: Counter[str] = Counter()
    for week in weeks:
        natures.update(week.events)
    effort, outcomes = sum(week.effort for week in weeks), sum(week.outcomes for week in weeks)
    return WeekGrowth(monday, _by_nature(natures), effort, outcomes)


def is_within(standing: Standing, span: Span, at: datetime) -> bool:
    """Whether the learner's local date at the instant is in the span."""
    return _Days(standing, span).of(at) is not None


class _Days:
    """Finds the local date (S1) of an instant, in the zone that the learner had then."""

    def __init__(self, standing: Standing, span: Span) -> None:
        self._from = [begin for begin, _ in standing.zones]
        self._names = [name for _, name in standing.zones]
        self._span = span

    def of(self, at: datetime) -> int | None:
        """The ordinal of the date; None beyond the span."""
        index = max(bisect_right(self._from, micros(at)) - 1, 0)
        day = local_day(at, self._names[index])
        return day if self._span.holds(day) else None


def _monday(day: int) -> date:
    found = date.fromordinal(day)
    return found - timedelta(days=found.weekday())


def _by_nature(counted: Mapping[str, int]) -> dict[str, int]:
    return {nature: counted.get(nature, 0) for nature in NATURES}


def _skills(pack: Pack, standing: Standing, gained: Mapping[str, int], levels: Mapping[str, int]) -> list[SkillGrowth]:
    """Those that moved, in the order of the pack."""
    return [
        SkillGrowth(skill.key, gained.get(skill.key, 0), levels.get(skill.key, 0), standing.skills[index].level)
        for index, skill in enumerate(pack.skills)
        if gained.get(skill.key) or levels.get(skill.key)
    ]


def _at_risk(pack: Pack, standing: Standing, now: datetime) -> list[StreakReading]:
    """Runs that would end, or spend a freeze, within two days, the soonest first."""
    found = [
        (reading.keep_until, index, reading)
        for index, reading in enumerate(streak_readings(pack, standing, now))
        if reading.current and reading.keep_until is not None and reading.keep_until <= now + AT_RISK_WITHIN
    ]
    return [reading for _, _, reading in sorted(found, key=lambda each: each[:2])]
