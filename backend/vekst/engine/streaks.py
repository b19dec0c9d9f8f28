"""Streaks (S1-S8): which periods are due, and the runs that active periods make of them.

Every active period may begin a run (S5). Of all runs alive only those matter that no longer one will always outlive:
a longer run that can spend at least as many freezes in every future makes a shorter one needless, so a handful
remains however long the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from functools import lru_cache

from vekst.domain.calendars import day_start, local_day, zone_has_day
from vekst.domain.instants import instant
from vekst.engine.pack import Freezes, Streak
from vekst.engine.standing import BEGINNING, Standing, StreakState

__all__ = [
    "activate",
    "active_periods",
    "current_run",
    "freezes_held",
    "is_active",
    "is_due",
    "next_losses",
    "period_days",
    "period_of",
    "period_over_at",
    "rebuild",
    "runs_at",
]

DAYS_AHEAD = 800
"""How far ahead the end of a run is looked for; a calendar without any due date for so long never ends one."""


def period_of(streak: Streak, day: int) -> int:
    """The number of the period (S2) that holds a local date: its ordinal, or the count of ISO weeks before it."""
    return (day - 1) // 7 if streak.every == "week" else day


def period_days(streak: Streak, period: int) -> range:
    """The ordinals of a period's local dates."""
    return range(period * 7 + 1, period * 7 + 8) if streak.every == "week" else range(period, period + 1)


def is_due(streak: Streak, standing: Standing, period: int) -> bool:
    """Whether something is asked of the learner in the period (S2, S7)."""
    if streak.every != "week":
        return _asks(streak, standing, period)
    return any(_asks(streak, standing, day) for day in period_days(streak, period))


def _asks(streak: Streak, standing: Standing, day: int) -> bool:
    if streak.every != "day" and not streak.calendar.is_workday(day):
        return False
    if standing.time_off and any(first <= day <= last for first, last in standing.time_off):
        return False
    return _occurred(standing, day)


def _occurred(standing: Standing, day: int) -> bool:
    """Whether the local date occurred for the learner in some zone while they had it."""
    zones = standing.zones
    if len(zones) == 1:
        return zone_has_day(day, zones[0][1])
    ends = [*(begin for begin, _ in zones[1:]), None]
    return any(_segment_has(day, begin, end, name) for (begin, name), end in zip(zones, ends, strict=True))


@lru_cache(maxsize=65_536)
def _segment_has(day: int, begin: int, end: int | None, zone: str) -> bool:
    if begin != BEGINNING and local_day(instant(begin), zone) > day:
        return False
    if end is not None and (end <= begin or local_day(instant(end - 1), zone) < day):
        return False
    return zone_has_day(day, zone)


def freezes_held(freezes: Freezes, length: int, spent: int) -> int:
    """How many freezes a run of that length holds after spending some (S4)."""
    earned = length // freezes.earn_one_per if freezes.earn_one_per else 0
    return freezes.start_with + earned - spent


def is_active(state: StreakState, period: int) -> bool:
    """Whether the period was active (S3)."""
    index = period - state.first
    return 0 <= index < len(state.active) * 8 and bool(state.active[index >> 3] >> (index & 7) & 1)


def active_periods(state: StreakState) -> Iterator[int]:
    """All active periods, in order."""
    for index, byte in enumerate(state.active):
        for bit in range(8):
            if byte >> bit & 1:
                yield state.first + index * 8 + bit


def activate(streak: Streak, standing: Standing, state: StreakState, period: int) -> None:
    """Make today's period active and lengthen the runs by it."""
    _set_bit(state, period)
    if state.unsettled or (state.last is not None and period < state.last):
        rebuild(streak, standing, state, today=period)
    else:
        _extend(streak, standing, state, period, today=period)


def rebuild(streak: Streak, standing: Standing, state: StreakState, *, today: int) -> None:
    """Walk all active periods again, as of `today`'s: a date went back, time off was declared, the zone changed."""
    periods = list(active_periods(state))
    state.runs, state.last = [], None
    for period in periods:
        _extend(streak, standing, state, period, today=today)
    state.unsettled = bool(periods) and today < periods[-1]


def _set_bit(state: StreakState, period: int) -> None:
    if not state.active:
        state.first = period
    bits = bytearray(state.active)
    if period < state.first:
        more = -(-(state.first - period) // 8)
        bits = bytearray(more) + bits
        state.first -= more * 8
    index = period - state.first
    bits.extend(bytes(max(0, (index >> 3) + 1 - len(bits))))
    bits[index >> 3] |= 1 << (index & 7)
    state.active = bytes(bits)


def _extend(streak: Streak, standing: Standing, state: StreakState, period: int, *, today: int) -> None:
    """S4: misses are due periods that are over, so those before `today` only."""
    alive = _survivors(streak, standing, state, until=min(period, max(today, (state.last or 0) + 1)))
    state.runs = _needed(streak.freezes, [*([length + 1, spent] for length, spent in alive), [1, 0]])
    state.last = period
    state.longest = max(state.longest, state.runs[0][0])


def _needed(freezes: Freezes, runs: list[list[int]]) -> list[list[int]]:
    """The runs, longest first, that no longer one will always match."""
    needed: list[list[int]] = []
    for length, spent in runs:
        if not any(
            _outlives(freezes, length_before - length, spent_before - spent) for length_before, spent_before in needed
        ):
            needed.append([length, spent])
    return needed


def _outlives(freezes: Freezes, longer_by: int, spent_more: int) -> bool:
    """Whether a run longer by so much, that spent so much more, holds at least as many freezes in every future.

    floor((n + d) / e) - floor(n / e) is at least floor(d / e), for every n.
    """
    return spent_more <= (longer_by // freezes.earn_one_per if freezes.earn_one_per else 0)


def _survivors(streak: Streak, standing: Standing, state: StreakState, *, until: int) -> list[list[int]]:
    """The runs that are alive at the beginning of the period `until`, after the missed ones before it (S4)."""
    if state.last is None or not state.runs:
        return []
    most = max(freezes_held(streak.freezes, length, spent) for length, spent in state.runs)
    if streak.freezes.bridge_at_most is not None:
        most = min(most, streak.freezes.bridge_at_most)
    missed = 0
    for period in range(state.last + 1, until):
        if is_due(streak, standing, period):
            missed += 1
            if missed > most:
                return []
    return [
        [length, spent + missed]
        for length, spent in state.runs
        if freezes_held(streak.freezes, length, spent) >= missed
    ]


def runs_at(streak: Streak, standing: Standing, state: StreakState, now: datetime) -> list[list[int]]:
    """The runs alive at an instant, the longest first; today's period, not yet active, is never a miss."""
    today = period_of(streak, local_day(now, standing.zone))
    if state.unsettled or (state.last is not None and today < state.last):
        state = deepcopy(state)
        rebuild(streak, standing, state, today=today)
    return _survivors(streak, standing, state, until=today)


def current_run(streak: Streak, standing: Standing, state: StreakState, now: datetime) -> tuple[int, int]:
    """(length, freezes held) of the longest run alive; (0, 0) if there is none (S5)."""
    runs = runs_at(streak, standing, state, now)
    if not runs:
        return 0, 0
    length, spent = runs[0]
    return length, freezes_held(streak.freezes, length, spent)


def period_over_at(streak: Streak, period: int, zone: str) -> datetime:
    """The first instant at which the period is over in a zone."""
    return day_start(period_days(streak, period)[-1] + 1, zone)


def next_losses(
    streak: Streak, standing: Standing, state: StreakState, now: datetime, run: tuple[int, int]
) -> tuple[datetime | None, datetime | None]:
    """When the current `run` would first end or spend a freeze (S8), and when it would end, if nothing happened."""
    length, held = run
    if not length or state.last is None:
        return None, None
    today = period_of(streak, local_day(now, standing.zone))
    if today < state.last:
        return _losses_walked(streak, standing, state, now)
    behind = sum(is_due(streak, standing, period) for period in range(state.last + 1, today))
    bridge = streak.freezes.bridge_at_most
    left = held if bridge is None else min(held, bridge - behind)
    keep_until: datetime | None = None
    start = max(today, state.last + 1)
    for period in range(start, start + DAYS_AHEAD):
        if not is_due(streak, standing, period):
            continue
        over = period_over_at(streak, period, standing.zone)
        keep_until = keep_until or over
        if left == 0:
            return keep_until, over
        left -= 1
    return keep_until, None


def _losses_walked(
    streak: Streak, standing: Standing, state: StreakState, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """The same where a date is lived again: the run is read anew at the end of each period that could cost it."""
    before = current_run(streak, standing, state, now)
    today = period_of(streak, local_day(now, standing.zone))
    keep_until: datetime | None = None
    for period in range(today, today + DAYS_AHEAD):
        if is_active(state, period) or not is_due(streak, standing, period):
            continue
        over = period_over_at(streak, period, standing.zone)
        after = current_run(streak, standing, state, over)
        keep_until = keep_until or (over if after != before else None)
        if after[0] < before[0]:
            return keep_until, over
    return keep_until, None
