"""Local dates, the windows they belong to, and which of them a learner owes practice."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import holidays

__all__ = ["Stay", "date_occurs", "first_instant_after", "holiday", "local_date", "monday", "window", "workday"]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of the learner's life in one zone: from `start` (included) to `end` (not), None where it is open."""

    zone: str
    start: datetime | None
    end: datetime | None


@cache
def _zone(name: str) -> ZoneInfo:
    """Open the zone in the tzdata package, never in the system's own copy, which may be of another release."""
    with importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def local_date(instant: datetime, zone: str) -> date:
    """Give the date on a wall calendar in the zone at the instant."""
    return instant.astimezone(_zone(zone)).date()


def window(day: date, per: str) -> str:
    """Name the day, ISO week, month, quarter or year in which the date lies."""
    match per:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year:04}"
        case _:
            raise ValueError(f"no such window: {per}")


def monday(day: date) -> date:
    """Give the first date of the ISO week."""
    return day - timedelta(days=day.weekday())


@cache
def _holidays_of(country: str) -> Any:
    return holidays.country_holidays(country)


def holiday(day: date, country: str | None) -> bool:
    """Tell whether the date is a public holiday of the country."""
    return country is not None and day in _holidays_of(country)


def workday(day: date, calendar: dict[str, Any]) -> bool:
    """Tell whether people with this calendar work on the date."""
    named = _WEEKDAYS[day.weekday()] in calendar.get("workdays", _WEEKDAYS[:5])
    return named and not holiday(day, calendar.get("holidays"))


def _offset_changes(zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """Find, to the second, the instants in (start, end] at which the zone's clocks jump."""
    here = _zone(zone)
    hour = start
    while hour < end:
        if hour.astimezone(here).utcoffset() != (hour + _HOUR).astimezone(here).utcoffset():
            before, after = hour, hour + _HOUR
            while after - before > _SECOND:
                middle = before + ((after - before) // (2 * _SECOND)) * _SECOND
                same = middle.astimezone(here).utcoffset() == before.astimezone(here).utcoffset()
                before, after = (middle, after) if same else (before, middle)
            yield after
        hour += _HOUR


@cache
def _instants_of(day: date, zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Give the spans of instants at which the zone's calendars show the date; usually one, now and then none or two."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    start, end = midnight - 2 * _DAY, midnight + 3 * _DAY
    edges = [start, *_offset_changes(zone, start, end), end]
    spans = []
    for left, right in pairwise(edges):
        offset = left.astimezone(_zone(zone)).utcoffset() or timedelta()
        first, last = max(left, midnight - offset), min(right, midnight - offset + _DAY)
        if first < last:
            spans.append((first, last))
    return tuple(spans)


def date_occurs(day: date, stays: list[Stay]) -> bool:
    """Tell whether some instant of the learner's life has the local date."""
    for stay in stays:
        for first, last in _instants_of(day, stay.zone):
            left = first if stay.start is None else max(first, stay.start)
            right = last if stay.end is None else min(last, stay.end)
            if left < right:
                return True
    return False


def first_instant_after(day: date, zone: str, now: datetime) -> datetime:
    """Give the first instant from now on, in the zone, whose local date is later than the date."""
    later = [max(first, now) for k in range(1, 6) for first, last in _instants_of(day + k * _DAY, zone) if last > now]
    return min(later)
