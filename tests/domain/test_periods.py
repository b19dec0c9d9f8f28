from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vekst.domain.periods import Window, window_end, window_key, window_start

DATES = st.dates(date(1, 1, 8), date(9998, 12, 24))


def ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def length(window: Window, day: date) -> int:
    """How many dates the window of a date has, by another way."""
    months = range((day.month - 1) // 3 * 3 + 1, (day.month - 1) // 3 * 3 + 4)
    return {
        Window.DAY: 1,
        Window.WEEK: 7,
        Window.MONTH: monthrange(day.year, day.month)[1],
        Window.QUARTER: sum(monthrange(day.year, month)[1] for month in months),
        Window.YEAR: date(day.year, 12, 31).timetuple().tm_yday,
    }[window]


@pytest.mark.parametrize(
    ("window", "day", "key"),
    [
        (Window.DAY, "2026-03-14", "2026-03-14"),
        (Window.WEEK, "2026-02-09", "2026-W07"),
        (Window.WEEK, "2026-02-15", "2026-W07"),
        (Window.WEEK, "2026-02-16", "2026-W08"),
        (Window.WEEK, "2024-12-30", "2025-W01"),
        (Window.WEEK, "2026-12-31", "2026-W53"),
        (Window.WEEK, "2027-01-03", "2026-W53"),
        (Window.WEEK, "2027-01-04", "2027-W01"),
        (Window.MONTH, "2026-03-31", "2026-03"),
        (Window.QUARTER, "2026-03-31", "2026-Q1"),
        (Window.QUARTER, "2026-04-01", "2026-Q2"),
        (Window.QUARTER, "2026-09-30", "2026-Q3"),
        (Window.QUARTER, "2026-12-31", "2026-Q4"),
        (Window.YEAR, "2026-12-31", "2026"),
        (Window.YEAR, "0987-01-01", "0987"),
        (Window.MONTH, "0987-01-01", "0987-01"),
        (Window.QUARTER, "0987-01-01", "0987-Q1"),
        (Window.WEEK, "0987-01-10", "0987-W02"),
    ],
)
def test_an_occurrence_is_named_for_its_window(window: Window, day: str, key: str) -> None:
    """Q4."""
    assert window_key(window, ordinal(day)) == key


@given(day=DATES, window=st.sampled_from(Window))
@example(date(2026, 12, 31), Window.WEEK)
@example(date(2027, 1, 1), Window.WEEK)
@example(date(2024, 2, 29), Window.MONTH)
@example(date(2024, 12, 31), Window.YEAR)
@settings(max_examples=300)
def test_a_window_is_exactly_the_dates_that_share_its_key(day: date, window: Window) -> None:
    at = day.toordinal()
    start, end = window_start(window, at), window_end(window, at)
    assert start <= at <= end
    assert end - start + 1 == length(window, day)
    assert window_key(window, start) == window_key(window, at) == window_key(window, end)
    assert window_key(window, start - 1) != window_key(window, at) != window_key(window, end + 1)
    assert (window_start(window, end), window_end(window, start)) == (start, end)


@given(day=DATES)
@settings(max_examples=100)
def test_weeks_are_iso_weeks(day: date) -> None:
    monday = date.fromordinal(window_start(Window.WEEK, day.toordinal()))
    assert monday.isoweekday() == 1
    assert monday + timedelta(days=day.isoweekday() - 1) == day
    assert window_key(Window.WEEK, day.toordinal()) == monday.strftime("%G-W%V").zfill(8)


def test_keys_of_one_window_sort_as_their_dates_do() -> None:
    days = range(ordinal("2025-12-20"), ordinal("2027-01-20"))
    for window in Window:
        keys = [window_key(window, day) for day in days]
        assert keys == sorted(keys)
