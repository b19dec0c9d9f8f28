"""The season: every day of every character, told in order, so that a later day adds events and changes none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from vekst.demo.cast import CAST, Aim, Character
from vekst.demo.details import DETAILS, Telling
from vekst.domain.calendars import WorkCalendar, zone
from vekst.domain.events import FieldValue, RecordedBy

__all__ = ["SEASON_DAYS", "ZONE", "Acceptance", "PersonalGoal", "Season", "SeasonEvent", "TimeOff", "tell_season"]

SEASON_DAYS: Final = 90
"""From the season's first day to the day it is told as of."""
ZONE: Final = "Europe/Oslo"

_WEEKLY: Final = "week.reviewed"
_ABOUT_A_MEMBER: Final = frozenset({"coaching.received", "call.observed"})
"""What a leader records about somebody of the team."""
_CALENDAR: Final = WorkCalendar(frozenset(range(5)), "NO")
_FIRST_HOUR: Final = 8
_FRIDAY: Final = 4


@dataclass(frozen=True, slots=True)
class SeasonEvent:
    """One event; `recorder` is the person whose phone sends it, and `person` the one it is about."""

    person: str
    recorder: str
    id: str
    type: str
    at: datetime
    data: dict[str, FieldValue]

    @property
    def recorded_by(self) -> RecordedBy:
        """Whether it is told by the person or by the one who leads them."""
        return RecordedBy.SELF if self.person == self.recorder else RecordedBy.MANAGER


@dataclass(frozen=True, slots=True)
class TimeOff:
    """Dates of rest, both included; declared on the day after the last of them."""

    person: str
    first: date
    last: date
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A yes to a quest that waited for one."""

    person: str
    quest: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class PersonalGoal:
    """A goal that somebody sets, and what they say on the day after its last one; nothing before that has come."""

    person: str
    earn: Mapping[str, object]
    until: date
    why: str
    shared: bool
    set_at: datetime
    reflected_at: datetime
    words: str | None


@dataclass(frozen=True, slots=True)
class Season:
    """Everything that happened from the first day until an instant, by time."""

    first: date
    events: tuple[SeasonEvent, ...]
    times_off: tuple[TimeOff, ...]
    acceptances: tuple[Acceptance, ...]
    goals: tuple[PersonalGoal, ...]


def tell_season(first: date, until: datetime, *, seed: int = 1) -> Season:
    """The season that began on `first`, as far as it has come at the aware instant `until`.

    The same arguments give the same season; a later `until` gives the same events and some more.
    """
    last = until.astimezone(zone(ZONE)).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    events = [event for who in CAST for event in _story(who, days, Random(f"{seed}/{who.person}"))]  # noqa: S311 - a story, not a secret
    times_off = [_time_off(who.person, first, who.away) for who in CAST if who.away]
    acceptances = [
        Acceptance(who.person, quest, _morning(first, day)) for who in CAST for quest, day in who.accepts.items()
    ]
    goals = [_goal(who.person, first, aim, until) for who in CAST for aim in who.aims]
    return Season(
        first,
        tuple(sorted((event for event in events if event.at <= until), key=lambda event: (event.at, event.person))),
        tuple(each for each in times_off if each.declared_at <= until),
        tuple(each for each in acceptances if each.accepted_at <= until),
        tuple(each for each in goals if each.set_at <= until),
    )


def _story(who: Character, days: list[date], dice: Random) -> Iterator[SeasonEvent]:
    telling = Telling(dice)
    for number, day in enumerate(days):
        progress = min(1.0, max(0.0, (number - who.begins) / (SEASON_DAYS - who.begins)))
        telling.score = who.score[0] + (who.score[1] - who.score[0]) * progress
        if _is_there(who, number):
            yield from _day(who, day, progress, telling)


def _is_there(who: Character, number: int) -> bool:
    away = who.away is not None and who.away[0] <= number <= who.away[1]
    return who.begins <= number and (who.ends is None or number <= who.ends) and not away


def _day(who: Character, day: date, progress: float, telling: Telling) -> Iterator[SeasonEvent]:
    at_work = day.weekday() in who.workdays and _CALENDAR.is_workday(day.toordinal())
    share = 1.0 if at_work else who.weekends
    clock = datetime.combine(day, time(_FIRST_HOUR), zone(ZONE))
    for number, kind in enumerate(sorted({*who.habits, *who.becomes})):
        start = who.habits.get(kind, 0.0)
        chance = start + (who.becomes.get(kind, start) - start) * progress
        if kind == _WEEKLY and day.weekday() != _FRIDAY:
            continue
        # The dice are thrown for every habit of every day, so that one habit's luck never moves another's.
        luck, pause = telling.dice.random(), telling.dice.randint(5, 55)
        if luck < chance * share:
            clock += timedelta(minutes=pause)
            yield _event(who, f"{who.person}-{day}-{number}", kind, clock, telling)


def _event(who: Character, key: str, kind: str, at: datetime, telling: Telling) -> SeasonEvent:
    about = telling.next_of("member", _members(who)) if kind in _ABOUT_A_MEMBER else who.person
    return SeasonEvent(about, who.person, key, kind, at.astimezone(UTC), DETAILS[kind](telling))


def _members(leader: Character) -> tuple[str, ...]:
    return tuple(who.person for who in CAST if who.team == leader.team and not who.manages)


def _time_off(person: str, first: date, away: tuple[int, int]) -> TimeOff:
    from_, until = (first + timedelta(days=number) for number in away)
    return TimeOff(person, from_, until, _morning(first, away[1] + 1))


def _goal(person: str, first: date, aim: Aim, until: datetime) -> PersonalGoal:
    last, afterwards = first + timedelta(days=aim.day + aim.lasts - 1), _morning(first, aim.day + aim.lasts)
    words = aim.looks_back if afterwards <= until else None
    return PersonalGoal(person, aim.earn, last, aim.why, aim.shared, _morning(first, aim.day), afterwards, words)


def _morning(first: date, number: int) -> datetime:
    day = first + timedelta(days=number)
    return datetime.combine(day, time(_FIRST_HOUR), zone(ZONE)).astimezone(UTC)
