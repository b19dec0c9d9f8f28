"""The events that benchmarks send: accepted by the pack, in order, and the same on every run."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.crowds import Crowd, Doer
from benchmarks.packs import pack_of_rules, sales_craft
from vekst.domain.events import RecordedBy
from vekst.engine.validation import event_problems

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
PEOPLE = ["kari", "nora", "amina", "jonas"]


def test_the_pack_accepts_every_event() -> None:
    pack = sales_craft()
    events = Crowd(PEOPLE, first=FIRST).batch(400)
    problems = [event_problems(pack, event.type, event.data, RecordedBy.SYSTEM) for event in events]
    assert problems == [None] * 400


def test_a_learners_events_come_in_order_and_from_one_caller() -> None:
    crowd = Crowd(PEOPLE, first=FIRST, callers=2)
    batches = [crowd.batch(10, caller) for caller in (0, 1, 0, 1)]
    senders = [{event.person for event in batch} for batch in batches]
    assert senders[0] == senders[2]
    assert senders[0].isdisjoint(senders[1])
    for person in PEOPLE:
        mine = [event.occurred_at for batch in batches for event in batch if event.person == person]
        assert mine == sorted(set(mine))


def test_the_same_learner_does_the_same_on_every_run() -> None:
    assert Doer("kari", FIRST).progress(30) == Doer("kari", FIRST).progress(30)


def test_packs_made_up_have_as_many_rules_as_asked_for_and_few_that_match() -> None:
    pack = pack_of_rules(40)
    assert len(pack.badges) == 40
    assert len(pack.listeners["work.done"].badges) == len(pack_of_rules(10).listeners["work.done"].badges) == 5
