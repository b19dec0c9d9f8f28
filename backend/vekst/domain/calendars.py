"""The one place where days are computed: local dates from instants, and which dates a work calendar asks for.

Zones come from the pinned `tzdata` package and never from the system, whose data can differ by release.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

import holidays

__all__ = ["CALENDAR_DATA", "WorkCalendar", "day_start", "has_zone", "local_day", "zone", "zone_has_day", "zone_names"]

CALENDAR_DATA = f"tz{version('tzdata')}+holidays{version('holidays')}"
"""The releases of the data that days depend on; part of a standing's engine version."""


@cache
def zone_names() -> frozenset[str]:
    """Every zone name of the pinned database."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def has_zone(name: str) -> bool:
    """Whether `name` is an IANA zone of the pinned database."""
    return name in zone_names()


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of the pinned database; `KeyError` for a name it does not have."""
    if not has_zone(name):
        raise KeyError(name)
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as compiled:
        return ZoneInfo.from_file(compiled, key=name)


def local_day(at: datetime, zone_name: str) -> int:
    """The proleptic ordinal of the local date at the instant `at`."""
    return at.astimezone(zone(zone_name)).toordinal()


@lru_cache(maxsize=65_536)
def day_start(day: int, zone_name: str) -> datetime:
    """The first instant, in UTC, at which the local date is `day` or a later one (midnight may be skipped)."""
    where = zone(zone_name)
    guess = datetime.combine(date.fromordinal(day), time(), where).astimezone(UTC)
    low, high = guess - timedelta(hours=30), guess + timedelta(hours=30)
    if low.astimezone(where).toordinal() < day <= guess.astimezone(where).toordinal():
        before = guess - timedelta(microseconds=1)
        if before.astimezone(where).toordinal() < day:
            return guess
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(where).toordinal() >= day:
            high = middle
        else:
            low = middle
    return high


@lru_cache(maxsize=65_536)
def zone_has_day(day: int, zone_name: str) -> bool:
    """Whether the local date `day` ever occurs in that zone (Apia has no 2011-12-30)."""
    return day_start(day, zone_name).astimezone(zone(zone_name)).toordinal() == day


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which dates are working days: `workdays` are 0 (Monday) to 6; `country` is an ISO code for public holidays."""

    workdays: frozenset[int]
    country: str | None = None

    def is_workday(self, day: int) -> bool:
        """Whether the date is one of the workdays and not a public holiday."""
        return (day - 1) % 7 in self.workdays and not (self.country and day in _holidays(self.country, _year(day)))


@lru_cache(maxsize=65_536)
def _year(day: int) -> int:
    return date.fromordinal(day).year


@cache
def _holidays(country: str, year: int) -> frozenset[int]:
    return frozenset(day.toordinal() for day in holidays.country_holidays(country, years=year))
