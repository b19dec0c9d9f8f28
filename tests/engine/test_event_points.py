from __future__ import annotations

import pytest

from tests.support.judging import Learner, earned, judged
from vekst.domain.recognitions import Nature, Recognition

PAYING = """
skills: {craft: {title: Craft, levels: [1000]}}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
  talk.paid: {title: Talk, nature: learning, points: 3, at_most: {times: 1, per: week}}
  deal.paid: {title: Deal, nature: outcome, skill: craft, points: 40, at_most: {times: 1, per: month}}
"""


def test_e1_the_first_events_of_each_window_pay_and_say_which_they_are() -> None:
    learner = Learner(PAYING)
    first, second, _ = (learner.does("call.paid", f"2026-03-14T{hour}:00") for hour in ("09", "10", "11"))
    fourth = learner.does("call.paid", "2026-03-15T09:00")
    assert learner.earned == [
        "EVENT call.paid 2026-03-14#1",
        "EVENT call.paid 2026-03-14#2",
        "EVENT call.paid 2026-03-15#1",
    ]
    assert [each.evidence for each in learner.recognitions] == [(first,), (first, second), (fourth,)]
    assert learner.recognitions[1] == Recognition(
        learner.recognitions[1].identity, 5, Nature.EFFORT, "craft", learner.at("2026-03-14T10:00"), (first, second)
    )


def test_e1_which_event_arrived_first_does_not_matter() -> None:
    """Hard case 7: done offline, logged late."""
    learner = Learner(PAYING)
    late = [learner.does("call.paid", f"2026-03-14T{hour}:00") for hour in ("11", "10", "09")]
    assert [each.evidence for each in learner.recognitions] == [(late[2],), (late[2], late[1])]
    assert [each.reached_at for each in learner.recognitions] == [
        learner.at("2026-03-14T09:00"),
        learner.at("2026-03-14T10:00"),
    ]


def test_e1_an_event_that_arrives_late_takes_nothing_away() -> None:
    learner = Learner(PAYING)
    learner.does("call.paid", "2026-03-14T10:00")
    learner.does("call.paid", "2026-03-14T11:00")
    before = set(learner.earned)
    learner.does("call.paid", "2026-03-14T09:00")
    assert set(learner.earned) == before


@pytest.mark.parametrize(
    ("per", "same", "other", "keys"),
    [
        ("day", "2026-03-14T23:59", "2026-03-15T00:00", ["2026-03-14#1", "2026-03-15#1"]),
        ("week", "2026-03-15T23:59", "2026-03-16T00:00", ["2026-W11#1", "2026-W12#1"]),
        ("month", "2026-03-31T23:59", "2026-04-01T00:00", ["2026-03#1", "2026-04#1"]),
        ("quarter", "2026-03-31T23:59", "2026-04-01T00:00", ["2026-Q1#1", "2026-Q2#1"]),
        ("year", "2026-12-31T23:59", "2027-01-01T00:00", ["2026#1", "2027#1"]),
    ],
)
def test_e1_a_window_is_one_of_the_learners_local_calendar(per: str, same: str, other: str, keys: list[str]) -> None:
    rules = f"events: {{walk: {{title: Walk, nature: practice, points: 1, at_most: {{times: 1, per: {per}}}}}}}"
    learner = Learner(rules)
    for at in ("2026-03-14T00:00", same, other):
        learner.does("walk", at)
    assert learner.occurrences("EVENT", "walk") == keys


def test_e1_types_pay_apart_and_outcomes_into_their_own_account() -> None:
    learner = Learner(PAYING)
    learner.does("talk.paid", "2026-03-02T09:00")
    learner.does("deal.paid", "2026-03-03T09:00")
    learner.does("call.paid", "2026-03-04T09:00")
    learner.does("talk.paid", "2026-03-05T09:00")
    learner.does("deal.paid", "2026-03-06T09:00")
    assert [(str(each.identity.key), each.points, each.nature) for each in learner.recognitions] == [
        ("talk.paid", 3, Nature.EFFORT),
        ("deal.paid", 40, Nature.OUTCOME),
        ("call.paid", 5, Nature.EFFORT),
    ]
    assert (learner.standing.effort, learner.standing.outcomes) == (8, 40)


def test_an_event_type_without_points_pays_nothing() -> None:
    learner = Learner(PAYING)
    learner.practises("2026-03-02")
    assert learner.recognitions == []


def test_e1_windows_stay_apart_when_a_move_turns_the_date_back_two_days() -> None:
    """Hard case 1: from Kiritimati (UTC+14) to Pago Pago (UTC-11) the calendar goes from Wednesday to Monday."""
    learner = Learner(PAYING, zone="Pacific/Kiritimati")
    learner.does("call.paid", "2026-03-02T23:00")
    learner.does("call.paid", "2026-03-03T09:00")
    learner.does("call.paid", "2026-03-03T23:00")
    learner.does("call.paid", "2026-03-04T00:10")
    learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
    learner.does("call.paid", "2026-03-04T00:30")
    learner.does("call.paid", "2026-03-04T00:40")
    assert learner.occurrences("EVENT", "call.paid") == [
        "2026-03-02#1",
        "2026-03-03#1",
        "2026-03-03#2",
        "2026-03-04#1",
        "2026-03-02#2",
    ]


def test_the_same_events_told_in_any_order_pay_the_same() -> None:
    """M1, hard case 8."""
    learner = Learner(PAYING)
    for day in ("02", "02", "02", "03", "09"):
        learner.does("call.paid", f"2026-03-{day}T09:00")
        learner.does("talk.paid", f"2026-03-{day}T09:00")
    _, again = judged(learner.pack, learner.zone, reversed(learner.events))
    assert again == learner.recognitions
    assert earned(again) == learner.earned
