"""Walks the runs of a streak period by period, once from every active period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.model.criteria import State, holds
from tests.model.days import Stay, date_occurs, first_instant_after, local_date, monday, workday
from tests.model.history import Event, rest_dates, stays

__all__ = ["Run", "Streak", "streak_at"]

_YEARS_AHEAD = 3


@dataclass(slots=True)
class Run:
    """One run: how long it became, the freezes it holds, and whether it is still alive."""

    start: date
    length: int
    freezes: int
    alive: bool


@dataclass(frozen=True, slots=True)
class Streak:
    """A streak as it is read at one instant."""

    current: int
    longest: int
    freezes: int
    keep_until: datetime | None
    ends_at: datetime | None


class _Life:
    """What the learner's life says of dates: which are due for this streak, and which have passed."""

    def __init__(self, streak: dict[str, Any], calendar: dict[str, Any], places: list[Stay], rest: set[date]) -> None:
        self.weekly = streak["every"] == "week"
        self.daily = streak["every"] == "day"
        self.calendar = calendar
        self.freezes: dict[str, int] = streak.get("freezes") or {}
        self.places = places
        self.rest = rest

    def period(self, day: date) -> date:
        """Name a period by its first date."""
        return monday(day) if self.weekly else day

    def after(self, period: date) -> date:
        """Give the period that follows."""
        return period + timedelta(days=7 if self.weekly else 1)

    def due(self, period: date) -> bool:
        """S2: tell whether the learner owes something in the period."""
        if self.weekly:
            return any(self._date_due(period + timedelta(days=k)) for k in range(7))
        return self._date_due(period)

    def _date_due(self, day: date) -> bool:
        works = self.daily or workday(day, self.calendar)
        return works and day not in self.rest and date_occurs(day, self.places)


def streak_at(
    streak: dict[str, Any],
    calendar: dict[str, Any],
    prefix: list[Event],
    now: datetime,
    *,
    first_zone: str,
    state: State,
) -> Streak:
    """Read the streak at the instant, with what the events of the prefix tell."""
    places = stays(prefix, first_zone)
    life = _Life(streak, calendar, places, rest_dates(prefix))
    today = life.period(local_date(now, places[-1].zone))
    active = _active_periods(streak, life, prefix, state)
    runs = [_walk(start, active, today, life) for start in sorted(active)]
    alive = [run for run in runs if run.alive]
    current = max(alive, key=lambda run: run.length, default=Run(today, 0, 0, alive=False))
    keep_until, ends_at = _ahead(current, active, today, life, now) if current.alive else (None, None)
    return Streak(
        current=current.length,
        longest=max((run.length for run in runs), default=0),
        freezes=current.freezes,
        keep_until=keep_until,
        ends_at=ends_at,
    )


def _active_periods(streak: dict[str, Any], life: _Life, prefix: list[Event], state: State) -> set[date]:
    """S3: the periods whose own events satisfy `counts`."""
    parts: dict[date, list[Event]] = {}
    for event in prefix:
        parts.setdefault(life.period(event.date), []).append(event)
    return {period for period, events in parts.items() if holds(streak["counts"], events, state)}


def _walk(start: date, active: set[date], today: date, life: _Life) -> Run:
    """S4: the run that begins at `start`."""
    run = Run(start, length=0, freezes=life.freezes.get("start_with", 0), alive=True)
    missed_in_a_row = 0
    period = start
    while period <= max(today, *active):
        if period in active:
            run.length += 1
            missed_in_a_row = 0
            if life.freezes.get("earn_one_per") and run.length % life.freezes["earn_one_per"] == 0:
                run.freezes += 1
        elif period < today and life.due(period):
            missed_in_a_row += 1
            if run.freezes == 0 or missed_in_a_row > life.freezes.get("bridge_at_most", missed_in_a_row):
                run.alive = False
                return run
            run.freezes -= 1
        period = life.after(period)
    return run


def _ahead(
    run: Run, active: set[date], today: date, life: _Life, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """S8: when the run would first end or spend a freeze, and when it would end, if nothing more happened.

    Either is None where no such period comes within years. The run is walked anew as of the end of each period that
    is due and has nothing to show, from today's on; after a flight back over the date line, today's may come before
    the run's first, or before one that is active already.
    """
    keep_until = None
    period = max(today, run.start)
    while period < today + timedelta(days=366 * _YEARS_AHEAD):
        following = life.after(period)
        if period not in active and life.due(period):
            over = first_instant_after(following - timedelta(days=1), life.places[-1].zone, now)
            keep_until = keep_until or over
            if not _walk(run.start, active, following, life).alive:
                return keep_until, over
        period = following
    return keep_until, None
