"""What boards add up: window edges in the learner's zone, whole numbers, what is kept, and for how long."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.support.judging import Learner, judged
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.standing import Standing, encode, keep
from vekst.engine.tallies import EVER, VALUE_AT_MOST, tally_values

RULES = """
events:
  call.paid: {title: Call, nature: practice, points: 5, at_most: {times: 2, per: day}}
  deal.paid: {title: Deal, nature: outcome, points: 7, at_most: {times: 2, per: day}}
leaderboards:
  points-week: {title: P, measure: {points: effort, per: week}}
  points-month: {title: P, measure: {points: effort, per: month}}
  points-month-too: {title: P, measure: {points: effort, per: month}}
  points-ever: {title: P, measure: {points: effort, per: ever}}
  minutes: {title: M, measure: {sum: {event: call.practised, field: minutes}, per: week}}
  customers: {title: C, measure: {distinct: {event: call.practised, field: customer}, per: ever}}
  calls: {title: N, measure: {count: {event: call.practised, at_most: {times: 2, per: day}}, per: month}}
"""
WEEK, MONTH, MINUTES, CUSTOMERS, CALLS = range(5)
TODAY = date(2026, 3, 31).toordinal()


def day(written: str) -> int:
    return date.fromisoformat(written).toordinal()


def values(learner: Learner, tally: int, standing: Standing | None = None) -> dict[int, int]:
    """The values of a tally, folded anew, at the end of March."""
    return tally_values(learner.pack, standing or learner.standing, tally, TODAY)


def recognition(at: datetime, points: int, nature: Nature = Nature.EFFORT) -> Recognition:
    return Recognition(Identity(RecognitionKind.CHALLENGE, "c", "", "once"), points, nature, None, at, ())


def test_boards_of_the_same_points_share_a_tally_and_points_ever_need_none() -> None:
    pack = Learner(RULES).pack
    assert len(pack.tallies) == 5
    assert pack.points_tallies == (WEEK, MONTH)


def test_a_window_is_of_the_learners_local_dates() -> None:
    """Sunday evening in Oslo is Monday in Tokyo: the zone of the moment decides, before and after a move."""
    learner = Learner(RULES)
    learner.does("call.paid", "2026-03-01T23:59:59")
    learner.does("call.paid", "2026-03-02T00:00:00")
    learner.moves_to("Asia/Tokyo", "2026-03-08T12:00")
    learner.does("call.paid", datetime(2026, 3, 8, 14, 59, tzinfo=UTC))
    learner.does("call.paid", datetime(2026, 3, 8, 15, 0, tzinfo=UTC))
    assert values(learner, WEEK) == {day("2026-02-23"): 5, day("2026-03-02"): 10, day("2026-03-09"): 5}
    assert values(learner, MONTH) == {day("2026-03-01"): 20}


def test_outcome_points_are_on_no_board() -> None:
    """L2."""
    learner = Learner(RULES)
    learner.does("deal.paid", "2026-03-02T09:00")
    assert values(learner, WEEK) == {}


def test_sums_are_whole_numbers_rounded_down_and_come_to_an_end() -> None:
    learner = Learner(RULES)
    learner.practises("2026-03-02", minutes=0.4)
    assert values(learner, MINUTES) == {}
    learner.practises("2026-03-03", minutes=0.7)
    assert values(learner, MINUTES) == {day("2026-03-02"): 1}
    learner.practises("2026-03-04", minutes=0.9)
    assert values(learner, MINUTES) == {day("2026-03-02"): 2}
    learner.practises("2026-03-05", minutes=10**14)
    assert values(learner, MINUTES) == {day("2026-03-02"): VALUE_AT_MOST}


def test_different_values_and_caps_count_as_in_criteria() -> None:
    learner = Learner(RULES)
    for customer in ("a", "b", "a", None):
        learner.practises("2026-02-28", "2026-03-02", customer=customer)
    assert values(learner, CUSTOMERS) == {EVER: 2}
    assert values(learner, CALLS) == {day("2026-02-01"): 2, day("2026-03-01"): 2}


def test_a_voided_event_leaves_its_window_even_a_past_one() -> None:
    learner = Learner(RULES)
    ref = learner.does("call.paid", "2026-02-03T09:00")
    learner.does("call.paid", "2026-03-03T09:00")
    assert values(learner, MONTH) == {day("2026-02-01"): 5, day("2026-03-01"): 5}
    learner.voids(ref, "2026-03-04T09:00")
    assert values(learner, MONTH) == {day("2026-03-01"): 5}


@pytest.mark.parametrize("settled_first", [True, False])
def test_what_is_kept_counts_in_the_window_in_which_it_was_reached(settled_first: bool) -> None:
    """A challenge that ended at midnight in Tokyo, where the learner was then, and not where they began or are now."""
    learner = Learner(RULES)
    learner.moves_to("Asia/Tokyo", "2026-02-20T12:00")
    learner.moves_to("America/New_York", "2026-03-10T12:00")
    given = recognition(datetime(2026, 2, 28, 15, 0, tzinfo=UTC), 30)
    if settled_first:
        standing, _ = judged(learner.pack, learner.zone, learner.events, [given])
    else:
        standing = learner.standing
        keep(learner.pack, standing, given)
    assert values(learner, MONTH, standing) == {day("2026-03-01"): 30}
    keep(learner.pack, standing, recognition(datetime(2026, 2, 28, 15, 0, tzinfo=UTC), 30, Nature.OUTCOME))
    assert values(learner, MONTH, standing) == {day("2026-03-01"): 30}


def test_windows_are_kept_as_long_as_raw_events_are_and_open_ones_are_few() -> None:
    """The pack's retention is 730 days; a board of all time has one window."""
    learner = Learner(RULES)
    standing, sizes = learner.standing, list[int]()
    for year in range(2022, 2027):
        for week in range(1, 53):
            learner.practises(date.fromisocalendar(year, week, 3).isoformat(), minutes=5, customer="a")
        standing, _ = judged(learner.pack, learner.zone, learner.events)
        sizes.append(len(encode(standing)))
        assert max(len(state.open) for state in standing.tallies) <= 2
    minutes = standing.tallies[MINUTES].values
    assert len(minutes) == 105
    assert len(standing.tallies[CALLS].values) == 25
    assert standing.tallies[CUSTOMERS].values == {EVER: 1}
    assert sizes[-1] <= sizes[-2] + 50
    later = tally_values(learner.pack, standing, MINUTES, day("2028-07-01"))
    assert min(later) == day("2026-07-06") - 7
    assert tally_values(learner.pack, standing, MINUTES, day("2030-01-01")) == {}
