"""Which rules an event concerns: those that can be moved by it are read, and no others."""

from __future__ import annotations

import pytest

from tests.support.judging import Learner, judged, pack_of
from vekst.domain.events import RecordedBy
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.fold import fold
from vekst.engine.standing import decode, encode, keep
from vekst.engine.states import States

BRAVE = """
badges:
  brave: {title: Brave, repeat: week, earn: {count: {event: call.practised, at_least: 2, where: {brave: true}}}}
"""
SEEN = """
badges:
  seen: {title: Seen, earn: {count: {event: call.practised, at_least: 1, recorded_by: [manager]}}}
"""
EITHER = """
badges:
  first: {title: First, earn: {count: {event: lesson.completed, at_least: 1}}}
  weekly:
    title: Weekly
    repeat: week
    earn:
      any:
        - {badge: {key: first}}
        - {count: {event: call.practised, at_least: 1, where: {channel: video}}}
"""
ASKED = """
badges:
  gone: {title: Gone, earn: {count: {event: lesson.completed, at_least: 9}}}
quests:
  next:
    title: Next
    requires: {badge: {key: gone}}
    steps: [{key: s, title: S, earn: {count: {event: call.reflected, at_least: 1}}}]
"""


@pytest.mark.parametrize(
    ("rules", "data", "by", "hears"),
    [
        (BRAVE, {"brave": True}, RecordedBy.SELF, True),
        (BRAVE, {"brave": False}, RecordedBy.SELF, False),
        (BRAVE, {}, RecordedBy.MANAGER, False),
        (SEEN, {}, RecordedBy.MANAGER, True),
        (SEEN, {}, RecordedBy.SELF, False),
        (EITHER, {}, RecordedBy.SELF, True),
    ],
)
def test_a_rule_hears_what_fits_it_and_everything_where_it_reads_the_state(
    rules: str, data: dict[str, bool], by: RecordedBy, *, hears: bool
) -> None:
    learner = Learner(rules)
    learner.records("call.practised", "2026-03-02T09:00", data, by=by)
    [listener] = learner.pack.listeners["call.practised"].badges
    assert listener.hears(learner.events[0]) is hears


def test_what_fits_no_rule_leaves_their_states_as_they_were() -> None:
    learner = Learner(BRAVE)
    learner.does("call.practised", "2026-03-02T09:00", brave=False)
    assert learner.standing.badges.write() == States().write()
    learner.does("call.practised", "2026-03-02T10:00", brave=True)
    assert learner.standing.badges.write() != States().write()


def test_q4_a_week_that_begins_by_what_does_not_fit_may_hold_by_the_state() -> None:
    learner = Learner(EITHER)
    learner.does("lesson.completed", "2026-03-02T09:00")
    learner.does("call.practised", "2026-03-09T09:00", channel="phone")
    assert "BADGE weekly 2026-W11" in learner.earned


def test_what_comes_to_be_held_beside_the_fold_is_seen_by_rules_that_were_looked_at() -> None:
    learner = Learner(ASKED)
    learner.does("call.practised", "2026-03-02T09:00")
    pack, at = learner.pack, learner.events[0].occurred_at
    other = Recognition(Identity(RecognitionKind.BADGE, "gone", "", "once"), 0, Nature.EFFORT, None, at, ())
    standing, _ = judged(pack, learner.zone, learner.events)
    standing.settled = True
    keep(pack, standing, other)
    assert not standing.settled
    learner.does("call.reflected", "2026-03-03T09:00")
    given = fold(pack, decode(pack, encode(standing)), learner.events[1:])
    assert [each.identity.key for each in given] == ["next/s", "next"]


def test_rules_that_were_looked_at_are_looked_at_again_when_what_they_name_moves() -> None:
    """However the events are divided: a standing that was written and read has nothing left to look at."""
    pack = pack_of(ASKED)
    learner = Learner(ASKED)
    for hour in range(9, 18):
        learner.does("lesson.completed", f"2026-03-02T{hour:02}:00")
    learner.does("call.reflected", "2026-03-03T09:00")
    standing, _ = judged(pack, learner.zone, ())
    given: list[Recognition] = []
    for event in learner.events:
        given += fold(pack, standing, [event])
        standing = decode(pack, encode(standing))
    assert standing.settled
    assert [each.identity.key for each in given] == ["gone", "next/s", "next"]
