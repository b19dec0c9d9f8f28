from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vekst.domain.calendars import (
    CALENDAR_DATA,
    WorkCalendar,
    day_start,
    has_zone,
    local_day,
    zone,
    zone_has_day,
    zone_names,
)

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
HARD_ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Toronto",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Oslo",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
]
DAYS = st.dates(date(1900, 1, 1), date(2037, 12, 31)).map(date.toordinal)


def ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def occurs(day: int, where: ZoneInfo) -> bool:
    """Whether some wall-clock time of the date, tried by the quarter of an hour, leads back to the date."""
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time(), where)
    walls = [midnight + timedelta(minutes=15 * quarter) for quarter in range(96)]
    return any(wall.astimezone(UTC).astimezone(where).toordinal() == day for wall in walls)


@given(day=DAYS, name=st.sampled_from(HARD_ZONES))
@example(ordinal("2011-12-30"), "Pacific/Apia")
@example(ordinal("1994-12-31"), "Pacific/Kiritimati")
@example(ordinal("1993-08-21"), "Pacific/Kwajalein")
@example(ordinal("2006-10-29"), "America/St_Johns")
@example(ordinal("1919-03-31"), "America/Toronto")
@settings(max_examples=400)
def test_a_date_begins_at_the_first_instant_that_is_not_before_it_in_every_hard_zone(day: int, name: str) -> None:
    """Hard cases 2 and 3: `day_start` and `local_day` are one view of days, over a century."""
    start = day_start(day, name)
    assert start.tzinfo is UTC
    assert local_day(start, name) >= day
    assert local_day(start - MICROSECOND, name) < day
    assert zone_has_day(day, name) == occurs(day, zone(name))


@given(
    name=st.sampled_from(HARD_ZONES),
    at=st.datetimes(datetime(1900, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC)),
)
@settings(max_examples=400)
def test_an_instant_lies_between_the_beginnings_of_its_date_and_of_the_next(name: str, at: datetime) -> None:
    """Hard case 3: one function computes days."""
    day = local_day(at, name)
    assert date.fromordinal(day) == at.astimezone(zone(name)).date()
    assert day_start(day, name) <= at
    assert local_day(day_start(day + 1, name), name) > day


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Oslo", "2026-03-29", 23),
        ("Europe/Oslo", "2026-10-25", 25),
        ("Africa/Cairo", "2026-04-24", 23),
        ("Africa/Cairo", "2026-10-29", 25),
        ("Asia/Beirut", "2026-03-29", 23),
        ("Asia/Beirut", "2026-10-24", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Sao_Paulo", "2018-02-17", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Pacific/Apia", "2011-12-30", 0),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-31", 24),
    ],
)
def test_dst_nights_make_dates_of_other_lengths(name: str, day: str, hours: float) -> None:
    """Hard case 2: 23 and 25 hours, half hours, and a date that never was."""
    assert day_start(ordinal(day) + 1, name) - day_start(ordinal(day), name) == hours * HOUR


@pytest.mark.parametrize(
    ("name", "day", "begins"),
    [
        ("Europe/Oslo", "2026-03-02", "2026-03-01T23:00+00:00"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00+00:00"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00+00:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00+00:00"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00+00:00"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30+00:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00+00:00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00+00:00"),
    ],
)
def test_a_date_without_a_midnight_begins_when_its_clock_does(name: str, day: str, begins: str) -> None:
    """Hard case 2: a midnight skipped, or in the middle of what is, one that comes twice, a skipped date."""
    assert day_start(ordinal(day), name) == datetime.fromisoformat(begins)


def test_apia_never_had_30_december_2011() -> None:
    """Hard case 2."""
    days = [ordinal(f"2011-12-{day}") for day in (29, 30, 31)]
    assert [zone_has_day(day, "Pacific/Apia") for day in days] == [True, False, True]
    assert all(zone_has_day(day, "Europe/Oslo") for day in days)


def test_the_same_instant_is_another_date_elsewhere() -> None:
    """Hard case 1."""
    at = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    dates = {
        name: date.fromordinal(local_day(at, name)).isoformat()
        for name in ("Pacific/Kiritimati", "Europe/Oslo", "Pacific/Pago_Pago")
    }
    assert dates == {
        "Pacific/Kiritimati": "2026-03-03",
        "Europe/Oslo": "2026-03-02",
        "Pacific/Pago_Pago": "2026-03-01",
    }


def test_an_instant_may_be_told_with_any_offset() -> None:
    at = datetime.fromisoformat("2026-03-02T23:30:00-05:00")
    assert date.fromordinal(local_day(at, "Europe/Oslo")) == date(2026, 3, 3)


def test_zones_are_those_of_the_pinned_database() -> None:
    assert {"Europe/Oslo", "UTC", "America/Argentina/Buenos_Aires"} <= zone_names()
    assert has_zone("Europe/Oslo")
    assert zone("Europe/Oslo").key == "Europe/Oslo"
    assert f"tz{version('tzdata')}+holidays{version('holidays')}" == CALENDAR_DATA


@pytest.mark.parametrize("name", ["", "Europe/oslo", "Europe", "Mars/Olympus", "../zones", "/etc/localtime"])
def test_a_zone_that_the_database_lacks_is_refused(name: str) -> None:
    assert not has_zone(name)
    with pytest.raises(KeyError, match=name or "''"):
        zone(name)


class TestWorkCalendar:
    """Hard case 4: work weeks, holidays, part time."""

    def workdays(self, calendar: WorkCalendar, first: str, last: str) -> list[str]:
        days = range(ordinal(first), ordinal(last) + 1)
        return [date.fromordinal(day).strftime("%a %d") for day in days if calendar.is_workday(day)]

    def test_a_week_from_monday_to_friday(self) -> None:
        calendar = WorkCalendar(frozenset(range(5)))
        assert self.workdays(calendar, "2026-03-02", "2026-03-08") == ["Mon 02", "Tue 03", "Wed 04", "Thu 05", "Fri 06"]

    def test_a_week_from_sunday_to_thursday(self) -> None:
        calendar = WorkCalendar(frozenset({6, 0, 1, 2, 3}))
        assert self.workdays(calendar, "2026-03-02", "2026-03-08") == ["Mon 02", "Tue 03", "Wed 04", "Thu 05", "Sun 08"]

    def test_part_time(self) -> None:
        calendar = WorkCalendar(frozenset({0, 2}))
        assert self.workdays(calendar, "2026-03-02", "2026-03-11") == ["Mon 02", "Wed 04", "Mon 09", "Wed 11"]

    def test_public_holidays_are_no_workdays(self) -> None:
        calendar = WorkCalendar(frozenset(range(5)), "NO")
        assert self.workdays(calendar, "2026-03-30", "2026-04-08") == ["Mon 30", "Tue 31", "Wed 01", "Tue 07", "Wed 08"]

    def test_holidays_belong_to_their_country_and_year(self) -> None:
        constitution_day = ordinal("2027-05-17")
        assert not WorkCalendar(frozenset(range(5)), "NO").is_workday(constitution_day)
        assert WorkCalendar(frozenset(range(5)), "SE").is_workday(constitution_day)
        assert WorkCalendar(frozenset(range(5)), "NO").is_workday(ordinal("2028-05-18"))
        assert WorkCalendar(frozenset(range(5))).is_workday(constitution_day)
