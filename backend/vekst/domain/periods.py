"""Calendar windows of local dates: day, ISO week, month, quarter and year, and how an occurrence names them."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, assert_never

__all__ = ["Window", "window_end", "window_key", "window_named", "window_start"]


class Window(StrEnum):
    """A calendar window that `at_most`, `within` and `repeat` can name."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_NAMED: Final = {
    Window.WEEK: re.compile(r"\d{4}-W\d{2}", re.ASCII),
    Window.MONTH: re.compile(r"\d{4}-\d{2}", re.ASCII),
}


@lru_cache(maxsize=65_536)
def window_key(window: Window, day: int) -> str:
    """The occurrence (Q4) of the window that holds the ordinal `day`: 2026-03-14, 2026-W07, 2026-03, 2026-Q1, 2026."""
    when = date.fromordinal(day)
    match window:
        case Window.DAY:
            return when.isoformat()
        case Window.WEEK:
            year, week, _ = when.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case Window.MONTH:
            return f"{when.year:04d}-{when.month:02d}"
        case Window.QUARTER:
            return f"{when.year:04d}-Q{(when.month + 2) // 3}"
        case Window.YEAR:
            return f"{when.year:04d}"
        case _:
            assert_never(window)


def window_named(window: Window, key: str) -> int | None:
    """The ordinal of the first date of the week or month of that key; None for a text that names none."""
    if not _NAMED[window].fullmatch(key):
        return None
    year, number = int(key[:4]), int(key[-2:])
    try:
        first = date.fromisocalendar(year, number, 1) if window is Window.WEEK else date(year, number, 1)
    except ValueError:
        return None
    return first.toordinal()


@lru_cache(maxsize=65_536)
def window_start(window: Window, day: int) -> int:
    """The ordinal of the first date of the window that holds `day`."""
    when = date.fromordinal(day)
    match window:
        case Window.DAY:
            return day
        case Window.WEEK:
            return day - when.weekday()
        case Window.MONTH:
            return when.replace(day=1).toordinal()
        case Window.QUARTER:
            return date(when.year, (when.month - 1) // 3 * 3 + 1, 1).toordinal()
        case Window.YEAR:
            return date(when.year, 1, 1).toordinal()
        case _:
            assert_never(window)


@lru_cache(maxsize=65_536)
def window_end(window: Window, day: int) -> int:
    """The ordinal of the last date of the window that holds `day`."""
    start = window_start(window, day)
    match window:
        case Window.DAY:
            return start
        case Window.WEEK:
            return start + 6
        case Window.MONTH:
            return window_start(Window.MONTH, start + 31) - 1
        case Window.QUARTER:
            return window_start(Window.QUARTER, start + 93) - 1
        case Window.YEAR:
            return window_start(Window.YEAR, start + 366) - 1
        case _:
            assert_never(window)
