"""Of what is repeated and not yet reached, a standing remembers only what an event in order can still fall into."""

from __future__ import annotations

from datetime import date

from tests.support.judging import Learner
from vekst.engine.streaks import active_periods

RULES = """
badges: {b: {title: B, repeat: day, earn: {count: {event: call.practised, at_least: 2}}}}
quests:
  q: {title: Q, repeat: day, steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]}
streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 2}}}}
"""


def one_call_a_day(*, days: int) -> Learner:
    learner = Learner(RULES)
    learner.practises(*[f"2026-03-{day:02}" for day in range(1, days + 1)])
    return learner


def test_open_periods_and_occurrences_are_remembered_for_two_days() -> None:
    """In canonical order a local date falls no further back: zones span 26 hours."""
    standing = one_call_a_day(days=9).standing
    assert list(standing.streaks[0].open) == [date(2026, 3, day).toordinal() for day in (7, 8, 9)]
    assert [run.occurrence for run in standing.badges[0].runs[0]] == ["2026-03-07", "2026-03-08", "2026-03-09"]
    assert [run.occurrence for run in standing.quests[0].runs] == ["2026-03-07", "2026-03-08", "2026-03-09"]


def test_a_date_of_two_days_before_goes_on_where_it_was_left() -> None:
    """From Kiritimati (UTC+14) to Pago Pago (UTC-11), soon after midnight."""
    learner = Learner(RULES, zone="Pacific/Kiritimati")
    learner.does("call.practised", "2026-03-03T09:00")
    learner.does("call.practised", "2026-03-04T09:00")
    learner.does("call.practised", "2026-03-05T00:10")
    learner.moves_to("Pacific/Pago_Pago", "2026-03-05T00:20")
    learner.does("call.practised", "2026-03-05T00:30")
    assert learner.occurrences("BADGE", "b") == ["2026-03-03"]
    assert learner.occurrences("QUEST", "q") == ["2026-03-03"]
    assert learner.streak("s", "2026-03-05T00:40").longest == 1


def test_active_periods_take_a_bit_each_also_when_the_dates_go_back() -> None:
    learner = Learner(RULES, zone="Pacific/Kiritimati")
    learner.does("call.practised", "2026-03-05T00:10")
    learner.does("call.practised", "2026-03-05T00:11")
    learner.moves_to("Pacific/Pago_Pago", "2026-03-05T00:20")
    learner.does("call.practised", "2026-03-05T00:30")
    learner.does("call.practised", "2026-03-05T00:31")
    state = learner.standing.streaks[0]
    assert list(active_periods(state)) == [date(2026, 3, day).toordinal() for day in (3, 5)]
    assert len(state.active) == 2
