"""What challenges come to, found the slow way: hour by hour and event by event, from a diary of all that happened.

It shares no code with the package, and is meant to be read beside C1 to C3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

__all__ = ["Diary", "Done", "ModelChallenge", "Result", "Stay"]

HOUR = timedelta(hours=1)


@dataclass
class Stay:
    """Somebody in a team, from when until when; times are whole hours."""

    person: str
    team: str
    since: datetime
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass
class Done:
    """Something that somebody did, and when the server heard of it."""

    person: str
    type: str
    at: datetime
    heard: datetime
    voided: datetime | None = None


@dataclass
class Rest:
    """Dates of time off, both included, and when the server heard of them."""

    person: str
    first: date
    last: date
    heard: datetime


@dataclass
class ModelChallenge:
    """What a leader set, as it is by now."""

    measure: str
    """`count` or `days`."""
    types: frozenset[str]
    goal: str
    """`everyone`, `share` or `together`."""
    need: int
    share: Fraction
    teams: tuple[str, ...]
    apart: bool
    starts: datetime
    ends: datetime
    points: int = 0
    cancelled: bool = False

    @property
    def settles(self) -> datetime:
        return self.ends + timedelta(hours=24)


@dataclass
class Part:
    """One person's part."""

    value: int
    asked: bool
    reached: bool


@dataclass
class Result:
    """What a group of people came to."""

    met: bool
    members: int
    asked: int
    reached: int
    total: int
    parts: dict[str, Part] = field(default_factory=dict)


@dataclass
class Diary:
    """All that happened."""

    zones: dict[str, str] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)
    gone: dict[str, datetime] = field(default_factory=dict)

    def result(self, challenge: ModelChallenge, teams: tuple[str, ...], now: datetime) -> Result:
        """What these teams of a challenge came to as one, by what the server has heard at `now`."""
        people = {
            stay.person
            for stay in self.stays
            if stay.team in teams and stay.since < challenge.ends and (not stay.until or stay.until > challenge.starts)
        }
        parts = {person: self._part(challenge, person, teams, now) for person in people}
        asked = sum(part.asked for part in parts.values())
        reached = sum(part.reached for part in parts.values())
        total = sum(part.value for part in parts.values())
        if challenge.goal == "together":
            met = total >= challenge.need
        elif challenge.goal == "everyone":
            met = asked > 0 and reached == asked
        else:
            met = asked > 0 and Fraction(reached, asked) >= challenge.share
        return Result(met, len(people), asked, reached, total, parts)

    def sides(self, challenge: ModelChallenge, now: datetime) -> dict[str, Result]:
        """What each team came to by itself."""
        return {team: self.result(challenge, (team,), now) for team in challenge.teams}

    def contributors(self, challenge: ModelChallenge, now: datetime) -> set[str]:
        """Who is recognised: everyone who did something for a goal that was met."""
        groups = list(self.sides(challenge, now).values()) if challenge.apart else []
        groups = groups or [self.result(challenge, challenge.teams, now)]
        return {person for group in groups if group.met for person, part in group.parts.items() if part.value > 0}

    def mine(self, challenge: ModelChallenge, person: str, now: datetime) -> Part | None:
        """What one sees of oneself."""
        part = self.result(challenge, challenge.teams, now).parts.get(person)
        if part is None or not challenge.apart:
            return part
        apart = [side.parts[person] for side in self.sides(challenge, now).values() if person in side.parts]
        return Part(part.value, any(each.asked for each in apart), any(each.reached for each in apart))

    def _part(self, challenge: ModelChallenge, person: str, teams: tuple[str, ...], now: datetime) -> Part:
        counted = [
            each
            for each in self.done
            if each.person == person
            and each.type in challenge.types
            and each.heard <= now
            and not (each.voided and each.voided <= now)
            and challenge.starts <= each.at < challenge.ends
            and self._is_in(person, teams, each.at)
        ]
        zone = ZoneInfo(self.zones[person])
        days = {each.at.astimezone(zone).date() for each in counted}
        value = len(days) if challenge.measure == "days" else len(counted)
        if challenge.goal == "together":
            return Part(value, asked=False, reached=False)
        reached = value >= challenge.need
        whole = self._is_in_all_the_time(challenge, person, teams, now)
        excused = not reached and self._rested(challenge, person, now)
        asked = whole and not excused and not self._is_gone(person, now)
        return Part(value, asked, asked and reached)

    def _is_in(self, person: str, teams: tuple[str, ...], at: datetime) -> bool:
        return any(stay.person == person and stay.team in teams and stay.covers(at) for stay in self.stays)

    def _is_in_all_the_time(
        self, challenge: ModelChallenge, person: str, teams: tuple[str, ...], now: datetime
    ) -> bool:
        hour = challenge.starts
        hours = [hour]
        while (hour := hour + HOUR) < min(now, challenge.ends):
            hours.append(hour)
        return all(self._is_in(person, teams, each) for each in hours)

    def _is_gone(self, person: str, now: datetime) -> bool:
        return person in self.gone and self.gone[person] <= now

    def _rested(self, challenge: ModelChallenge, person: str, now: datetime) -> bool:
        zone = ZoneInfo(self.zones[person])
        first = challenge.starts.astimezone(zone).date()
        last = (challenge.ends - timedelta(microseconds=1)).astimezone(zone).date()
        return any(
            rest.person == person and rest.heard <= now and rest.first <= last and first <= rest.last
            for rest in self.rests
        )
