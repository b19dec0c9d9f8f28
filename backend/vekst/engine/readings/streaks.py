"""Streaks of a standing, seen at an instant: a run that has ended reads as ended from that instant on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from vekst.domain.calendars import local_day
from vekst.engine.pack import Pack, Streak
from vekst.engine.readings.records import DayReading, DayState, StreakReading, StreakReadingState
from vekst.engine.standing import Standing, StreakState
from vekst.engine.streaks import active_periods, current_run, freezes_held, is_active, is_due, next_losses, period_of

__all__ = ["streak_days", "streak_readings"]


def streak_readings(pack: Pack, standing: Standing, now: datetime) -> list[StreakReading]:
    """Every streak of the pack, as it is at `now`: a run that has ended reads as ended from that instant on."""
    states = zip(pack.streaks, standing.streaks, strict=True)
    return [_streak(streak, state, standing, now) for streak, state in states]


def _streak(streak: Streak, state: StreakState, standing: Standing, now: datetime) -> StreakReading:
    current, freezes = current_run(streak, standing, state, now)
    keep_until, ends_at = next_losses(streak, standing, state, now, (current, freezes))
    where = _streak_state(streak, state, standing, current, period_of(streak, local_day(now, standing.zone)))
    return StreakReading(streak.key, current, state.longest, freezes, where, keep_until, ends_at)


def _streak_state(
    streak: Streak, state: StreakState, standing: Standing, current: int, today: int
) -> StreakReadingState:
    if not state.longest:
        return StreakReadingState.NOT_STARTED
    if is_active(state, today):
        return StreakReadingState.DONE
    if not current:
        return StreakReadingState.ENDED
    return StreakReadingState.DUE if is_due(streak, standing, today) else StreakReadingState.RESTING


def streak_days(
    pack: Pack, standing: Standing, key: str, *, first: date, last: date, now: datetime
) -> list[DayReading]:
    """The dates from `first` to `last`, both included, of one streak's calendar; `KeyError` for an unknown streak."""
    index = pack.streak_index[key]
    streak, state = pack.streaks[index], standing.streaks[index]
    today = period_of(streak, local_day(now, standing.zone))
    frozen = _frozen(streak, state, standing, today)

    def day_state(day: int) -> DayState:
        period = period_of(streak, day)
        if is_active(state, period):
            return DayState.ACTIVE
        if not is_due(streak, standing, period):
            return DayState.REST
        if period >= today:
            return DayState.DUE if period == today else DayState.AHEAD
        return DayState.FROZEN if period in frozen else DayState.OPEN

    days = range(first.toordinal(), last.toordinal() + 1)
    return [DayReading(date.fromordinal(day), day_state(day)) for day in days]


def _frozen(streak: Streak, state: StreakState, standing: Standing, today: int) -> frozenset[int]:
    """The missed periods that a run bridged with a freeze, between active periods or up to now."""
    frozen: set[int] = set()
    for run in _bridged(streak, state, standing, today):
        frozen.update(run)
    return frozenset(frozen)


def _bridged(streak: Streak, state: StreakState, standing: Standing, today: int) -> Iterator[list[int]]:
    runs: list[tuple[int, int]] = []
    for before, after in pairwise([*active_periods(state), today]):
        runs = [*((length + 1, spent) for length, spent in runs), (1, 0)]
        missed = [period for period in range(before + 1, after) if is_due(streak, standing, period)]
        bridge = streak.freezes.bridge_at_most
        if bridge is not None and len(missed) > bridge:
            runs = []
        runs = [
            (length, spent + len(missed))
            for length, spent in runs
            if freezes_held(streak.freezes, length, spent) >= len(missed)
        ]
        if runs and missed:
            yield missed
