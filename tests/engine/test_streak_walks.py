from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.judging import Learner
from tests.support.running import CALL, runner

FIRST = date(2026, 3, 23).toordinal()
DAYS = 35
NORWAY = holidays.country_holidays("NO", years=2026)


@dataclass
class Walk:
    """S4 to the letter: one run from its first period up to today."""

    length: int = 0
    held: int = 0
    row: int = 0
    alive: bool = True


@dataclass
class Case:
    every: str
    start_with: int
    earn_one_per: int | None
    bridge_at_most: int | None
    practised: frozenset[int]
    off: frozenset[int]
    today: int

    @property
    def freezes(self) -> str:
        parts = {
            "start_with": self.start_with,
            "earn_one_per": self.earn_one_per,
            "bridge_at_most": self.bridge_at_most,
        }
        return "{" + ", ".join(f"{name}: {value}" for name, value in parts.items() if value is not None) + "}"

    def period(self, offset: int) -> int:
        return (FIRST + offset - 1) // 7 if self.every == "week" else FIRST + offset

    def due(self, period: int) -> bool:
        dates = range(7 * period + 1, 7 * period + 8) if self.every == "week" else [period]
        return any(self.asks(day) for day in dates)

    def asks(self, day: int) -> bool:
        on = date.fromordinal(day)
        works = self.every == "day" or (on.weekday() < 5 and on not in NORWAY)
        return works and day - FIRST not in self.off

    def walk(self, start: int, active: set[int], today: int) -> Walk:
        run = Walk(held=self.start_with)
        for period in range(start, today + 1):
            if period in active:
                run.length, run.row = run.length + 1, 0
                run.held += bool(self.earn_one_per and run.length % self.earn_one_per == 0)
            elif period < today and self.due(period):
                run.row += 1
                if not run.held or (self.bridge_at_most and run.row > self.bridge_at_most):
                    run.alive = False
                    return run
                run.held -= 1
        return run

    def losses(self, run: Walk, active: set[int], today: int) -> tuple[date | None, date | None]:
        """The dates after which a freeze is spent or the run ends, and after which it ends, if nothing more happens."""
        first, held, row = None, run.held, run.row
        period = today
        while True:
            if period not in active and self.due(period):
                last = date.fromordinal(7 * period + 7 if self.every == "week" else period)
                first, row = first or last, row + 1
                if not held or (self.bridge_at_most and row > self.bridge_at_most):
                    return first, last
                held -= 1
            period += 1

    def learner(self) -> Learner:
        learner = runner(self.every, freezes=self.freezes, milestones="{1: 1, 2: 1, 3: 1, 5: 1, 8: 1, 13: 1, 21: 1}")
        for offset in sorted(self.practised):
            learner.practises(date.fromordinal(FIRST + offset).isoformat())
        for offset in sorted(self.off):
            day = date.fromordinal(FIRST + offset).isoformat()
            learner.rests(day, day, f"{date.fromordinal(FIRST + self.today).isoformat()}T12:00")
        return learner

    @property
    def now(self) -> str:
        return f"{date.fromordinal(FIRST + self.today).isoformat()}T13:00"


OFFSETS = st.frozensets(st.integers(0, DAYS - 1), max_size=DAYS)
CASES = st.builds(
    Case,
    every=st.sampled_from(["day", "workday", "week"]),
    start_with=st.integers(0, 2),
    earn_one_per=st.sampled_from([None, 1, 2, 3, 5]),
    bridge_at_most=st.sampled_from([None, 1, 2, 3]),
    practised=OFFSETS,
    off=st.one_of(st.just(frozenset[int]()), st.frozensets(st.integers(0, DAYS + 6), max_size=8)),
    today=st.integers(DAYS - 1, DAYS + 6),
)


def end_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Europe/Oslo"))


@given(case=CASES)
@settings(max_examples=300)
def test_s4_s5_s8_runs_are_those_of_a_walk_from_every_active_period(case: Case) -> None:
    learner, today = case.learner(), case.period(case.today)
    active = {case.period(offset) for offset in case.practised}
    walks = [case.walk(start, active, today) for start in sorted(active)]
    best = max((run for run in walks if run.alive), key=lambda run: run.length, default=None)
    longest = max((run.length for run in walks), default=0)
    read = learner.streak("s", case.now)
    assert (read.current, read.freezes) == ((best.length, best.held) if best else (0, 0))
    assert read.longest == longest
    assert {int(length) for length in learner.occurrences("MILESTONE", "s")} == {
        length for length in (1, 2, 3, 5, 8, 13, 21) if length <= longest
    }
    first, last = case.losses(best, active, today) if best else (None, None)
    assert (read.keep_until, read.ends_at) == (end_of(first), end_of(last))


@given(case=CASES, more=st.integers(0, DAYS - 1), rest=st.booleans())
@settings(max_examples=200)
def test_s5_one_more_event_or_day_off_never_shortens_a_streak(case: Case, more: int, *, rest: bool) -> None:
    before = case.learner()
    after = case.learner()
    day = date.fromordinal(FIRST + more).isoformat()
    if rest:
        after.rests(day, day, case.now)
    else:
        after.does(CALL, f"{day}T07:00")
    assert after.streak("s", case.now).current >= before.streak("s", case.now).current
    assert after.streak("s", case.now).longest >= before.streak("s", case.now).longest
    assert set(before.earned) <= set(after.earned)
