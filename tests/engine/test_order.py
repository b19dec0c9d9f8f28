"""M1: the same events under the same pack, in any order, batching and number, give the same recognitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.judging import Learner, judged, pack_of
from vekst.domain.events import QUEST_ACCEPTED, TIME_OFF, ZONE_CHANGED, FieldValue, ProgressEvent
from vekst.domain.recognitions import Recognition
from vekst.engine.fold import fold, follows
from vekst.engine.pack import Pack
from vekst.engine.readings import badge_readings, points_reading, quest_readings, skill_readings, streak_readings
from vekst.engine.standing import Standing, decode, encode, fresh_standing

MONOTONE = """
skills: {craft: {title: Craft, levels: [5, 20, 60], fresh_for: 7d}}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
badges:
  ever:
    title: A
    tiers:
      - {tier: one, points: 1, earn: {count: {event: call.paid, at_least: 2}}}
      - {tier: two, points: 2, earn: {days: {event: call.paid, at_least: 3}}}
  rolling:
    title: A
    points: 3
    earn: {count: {event: [call.paid, call.practised], at_least: 3, within: 24h, at_most: {times: 2, per: day}}}
  sum:
    title: A
    repeat: week
    points: 3
    earn: {sum: {event: call.practised, field: minutes, at_least: 10.5}}
  distinct:
    title: A
    repeat: month
    points: 3
    earn: {distinct: {event: call.practised, field: customer, at_least: 2, within: week}}
  levelled:
    title: A
    skill: craft
    points: 10
    earn: {all: [{skill: {key: craft, level: 1}}, {any: [{quest: open}, {streak: {key: days, at_least: 2}}]}]}
  outcome: {title: A, points: 40, from: 2026-03-24, earn: {count: {event: deal.closed, at_least: 1}}}
  both:
    title: A
    earn:
      some:
        at_least: 2
        of: [{badge: {key: ever, tier: one}}, {badge: {key: rolling}}, {count: {event: deal.closed, at_least: 2}}]
quests:
  open:
    title: Q
    skill: craft
    points: 5
    steps: [{key: s, title: S, points: 1, earn: {count: {event: call.practised, at_least: 2}}}]
  ordered:
    title: Q
    in_order: true
    requires: {any: [{badge: {key: ever}}, {count: {event: call.reflected, at_least: 1}}]}
    steps:
      - {key: one, title: S, points: 1, earn: {count: {event: call.practised, at_least: 1}}}
      - {key: two, title: S, points: 1, earn: {count: {event: call.practised, at_least: 1}}}
      - {key: three, title: S, points: 1, earn: {streak: {key: days, at_least: 3}}}
  accepted:
    title: Q
    starts: when_accepted
    repeat: week
    points: 2
    steps: [{key: s, title: S, earn: {count: {event: call.paid, at_least: 2}}}]
streaks:
  days:
    title: S
    skill: craft
    every: day
    counts: {count: {event: [call.paid, call.practised], at_least: 1}}
    freezes: {start_with: 1, earn_one_per: 3}
    milestones: {1: 1, 2: 2, 3: 3, 5: 5}
  workdays:
    title: S
    every: workday
    counts: {count: {event: call.practised, at_least: 2}}
    freezes: {start_with: 1, bridge_at_most: 1}
    milestones: {2: 7}
"""
IMPROVING = MONOTONE.replace(
    "quests:",
    "  record: {title: A, points: 4, earn: {personal_best: {event: call.practised, field: score, after: 2}}}\n"
    "  better: {title: A, repeat: always, points: 4, earn: {improvement: "
    "{event: call.practised, field: score, by: 10%, recent: 2, baseline: 2, memory: 5d}}}\n"
    "quests:",
    1,
)
Done = tuple[str, Mapping[str, FieldValue]]
"""A type, and an event's data."""

BEGIN = datetime(2026, 3, 23, tzinfo=UTC)
ZONES = ["Europe/Oslo", "Africa/Cairo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe"]

INSTANTS = st.integers(0, 12 * 24).map(lambda hour: BEGIN + timedelta(hours=hour))
CALLS: st.SearchStrategy[Mapping[str, FieldValue]] = st.fixed_dictionaries(
    {},
    optional={
        "minutes": st.sampled_from([0, 2, 5.5, 10]),
        "score": st.integers(1, 12),
        "customer": st.sampled_from(["a", "b"]),
    },
)
REST = st.tuples(st.integers(0, 12), st.integers(0, 3)).map(
    lambda days: {
        "from": (BEGIN.date() + timedelta(days[0])).isoformat(),
        "until": (BEGIN.date() + timedelta(days[0] + days[1])).isoformat(),
    }
)
DONE: st.SearchStrategy[Done] = st.one_of(
    st.tuples(st.sampled_from(["call.practised", "call.practised", "call.paid"]), CALLS),
    st.tuples(st.sampled_from(["call.paid", "call.reflected", "deal.closed"]), st.just({})),
    st.tuples(st.just(TIME_OFF), REST),
    st.tuples(st.just(QUEST_ACCEPTED), st.just({"quest": "accepted"})),
)
MOVED: st.SearchStrategy[Done] = st.tuples(
    st.just(ZONE_CHANGED), st.sampled_from(ZONES).map(lambda zone: {"zone": zone})
)
SOURCES = st.sampled_from(["app", "crm"])


def history(done: Sequence[tuple[datetime, str, Done]]) -> list[ProgressEvent]:
    return [
        ProgressEvent(ref, source, f"{ref:03}", kind, at, data)
        for ref, (at, source, (kind, data)) in enumerate(done, start=1)
    ]


def histories(*kinds: st.SearchStrategy[Done]) -> st.SearchStrategy[list[ProgressEvent]]:
    return st.lists(st.tuples(INSTANTS, SOURCES, st.one_of(*kinds)), max_size=30).map(history)


def in_order(events: list[ProgressEvent]) -> list[ProgressEvent]:
    return sorted(events, key=lambda event: event.position)


def view(pack: Pack, standing: Standing) -> tuple[object, ...]:
    """Everything that a home screen shows."""
    now = BEGIN + timedelta(days=13)
    readings = (quest_readings, badge_readings, skill_readings, streak_readings)
    return points_reading(pack, standing), *(read(pack, standing, now) for read in readings)


class Worker:
    """Judges batches as they arrive: on top where they follow, else all anew; and forgets all but bytes between."""

    def __init__(self, rules: str) -> None:
        self.pack = pack_of(rules)
        self.state = encode(fresh_standing(self.pack, "Europe/Oslo"))
        self.stored: list[ProgressEvent] = []
        self.recognitions: list[Recognition] = []

    def receives(self, batch: list[ProgressEvent]) -> None:
        standing, batch = decode(self.pack, self.state), in_order(batch)
        self.stored += batch
        if follows(self.pack, standing, batch):
            self.recognitions += fold(self.pack, standing, batch)
        else:
            standing, self.recognitions = judged(self.pack, "Europe/Oslo", self.stored)
        self.state = encode(standing)


@given(events=histories(DONE, MOVED), cuts=st.lists(st.integers(0, 30), max_size=6), improving=st.booleans())
@settings(max_examples=120)
def test_m1_any_batching_of_events_in_order_folds_to_the_same(
    events: list[ProgressEvent], cuts: list[int], *, improving: bool
) -> None:
    """The incremental fold, its standing written and read between any two batches, equals one fold."""
    pack = pack_of(IMPROVING if improving else MONOTONE)
    whole, together = judged(pack, "Europe/Oslo", events)
    standing = fresh_standing(pack, "Europe/Oslo")
    apart: list[Recognition] = []
    ordered, edges = in_order(events), [0, *sorted(cuts), 30]
    for first, last in pairwise(edges):
        batch = ordered[first:last]
        assert follows(pack, standing, batch)
        apart += fold(pack, standing, batch)
        standing = decode(pack, encode(standing))
    assert apart == together
    assert standing == whole
    assert encode(standing) == encode(whole)


@given(events=histories(DONE, MOVED), arrival=st.randoms(use_true_random=False), size=st.sampled_from([1, 2, 7, 500]))
@settings(max_examples=120)
def test_m1_any_order_of_arrival_and_any_size_of_batches_give_the_same(
    events: list[ProgressEvent], arrival: Random, size: int
) -> None:
    """Hard case 7."""
    worker, shuffled = Worker(IMPROVING), list(events)
    arrival.shuffle(shuffled)
    for first in range(0, len(shuffled), size):
        worker.receives(shuffled[first : first + size])
    standing, recognitions = judged(worker.pack, "Europe/Oslo", events)
    assert worker.recognitions == recognitions
    assert view(worker.pack, decode(worker.pack, worker.state)) == view(worker.pack, standing)


@given(events=histories(DONE), more=st.tuples(INSTANTS, SOURCES, DONE))
@settings(max_examples=200)
def test_one_more_event_never_takes_a_recognition_away(
    events: list[ProgressEvent], more: tuple[datetime, str, Done]
) -> None:
    """Monotone by construction, for packs without `improvement` and `personal_best`."""
    pack = pack_of(MONOTONE)
    late = ProgressEvent(99, more[1], "late", more[2][0], more[0], more[2][1])
    before, given_before = judged(pack, "Europe/Oslo", events)
    after, given_after = judged(pack, "Europe/Oslo", [*events, late])

    def terms(recognitions: list[Recognition]) -> set[tuple[object, ...]]:
        return {(each.identity, each.points, each.nature, each.skill) for each in recognitions}

    assert terms(given_before) <= terms(given_after)
    assert points_reading(pack, after).total >= points_reading(pack, before).total
    reached = {each.identity: each.reached_at for each in given_after}
    assert all(reached[each.identity] <= each.reached_at for each in given_before)


@given(events=histories(DONE, MOVED))
@settings(max_examples=100)
def test_n1_recognitions_are_given_once_each_in_order_and_rest_on_events_until_then(
    events: list[ProgressEvent],
) -> None:
    pack = pack_of(IMPROVING)
    standing, recognitions = judged(pack, "Europe/Oslo", events)
    by_ref = {event.ref: event for event in events}
    assert len({each.identity for each in recognitions}) == len(recognitions)
    assert [each.reached_at for each in recognitions] == sorted(each.reached_at for each in recognitions)
    for each in recognitions:
        assert each.evidence
        assert all(by_ref[ref].occurred_at <= each.reached_at for ref in each.evidence)
    assert standing.effort == sum(each.points for each in recognitions if each.nature == "effort")
    assert standing.outcomes == sum(each.points for each in recognitions if each.nature == "outcome")
    assert standing.skills[0].points == sum(
        each.points for each in recognitions if each.nature == "effort" and each.skill == "craft"
    )


class TestOutOfOrder:
    def learner(self) -> Learner:
        learner = Learner(MONOTONE)
        learner.practises("2026-03-23", "2026-03-24")
        return learner

    def test_the_fold_refuses_events_that_are_not_later_than_its_last(self) -> None:
        learner = self.learner()
        first, second = learner.events
        standing = fresh_standing(learner.pack, "Europe/Oslo")
        with pytest.raises(ValueError, match="crm/0001 is not later than the last one folded"):
            fold(learner.pack, standing, [second, first])
        standing = fresh_standing(learner.pack, "Europe/Oslo")
        fold(learner.pack, standing, [first, second])
        assert standing.last == second.position
        with pytest.raises(ValueError, match="crm/0002"):
            fold(learner.pack, standing, [second])

    def test_nothing_follows_a_later_or_equal_event_but_what_is_later_in_source_or_id(self) -> None:
        learner = self.learner()
        standing = learner.standing
        last = learner.events[-1]

        def at(source: str, name: str, delay: int = 0) -> list[ProgressEvent]:
            return [ProgressEvent(9, source, name, last.type, last.occurred_at + timedelta(microseconds=delay), {})]

        assert not follows(learner.pack, standing, at("crm", "0002"))
        assert not follows(learner.pack, standing, at("app", "9999"))
        assert not follows(learner.pack, standing, at("zzz", "9999", -1))
        assert follows(learner.pack, standing, at("crm", "00020"))
        assert follows(learner.pack, standing, at("web", "0"))
        assert follows(learner.pack, standing, at("app", "0", 1))
        assert follows(learner.pack, standing, [])

    def test_a_batch_follows_by_its_first_event(self) -> None:
        learner = self.learner()
        first, second = learner.events
        standing = fresh_standing(learner.pack, "Europe/Oslo")
        assert follows(learner.pack, standing, [first, second])
        fold(learner.pack, standing, [first])
        assert follows(learner.pack, standing, [second])
        assert not follows(learner.pack, standing, [first, second])
