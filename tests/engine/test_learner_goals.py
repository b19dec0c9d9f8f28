"""Goals that learners set: what counts, how far they are, what reaches them, and what never does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.support.judging import Learner
from vekst.domain.events import GOAL_CHANGED, GOAL_REFLECTED, GOAL_SET, VEKST_SOURCE, RecordedBy
from vekst.domain.recognitions import Nature
from vekst.engine.fold import fold, follows
from vekst.engine.learner_goals import DAYS_REMEMBERED, criteria_of, goal_reading
from vekst.engine.order import goal_rests_on_order, order_bound
from vekst.engine.standing import decode, encode, fresh_standing

RULES = """
skills: {craft: {title: Craft, levels: [10, 20]}}
streaks:
  daily: {title: Daily, every: day, counts: {count: {event: call.practised, at_least: 1}}}
  sold: {title: Sold, every: day, counts: {count: {event: deal.closed, at_least: 1}}}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
badges:
  better:
    title: Better
    skill: craft
    earn: {personal_best: {event: call.practised, field: score}}
    points: 20
"""
THREE_CALLS = {"count": {"event": "call.practised", "at_least": 3}}


def told(learner: Learner, type_: str, goal: str, at: str, **data: str) -> int:
    name = f"{type_}:{goal}:{at}" if type_ == GOAL_CHANGED else f"{type_}:{goal}"
    return learner.records(type_, at, {"goal": goal, **data}, source=VEKST_SOURCE, name=name, by=RecordedBy.SYSTEM)


def sets(learner: Learner, earn: object, *, at: str = "2026-03-02T08:00", until: str = "2026-03-08") -> int:
    return told(learner, GOAL_SET, "g", at, earn=json.dumps(earn), until=until)


def learner_with(earn: object, *, at: str = "2026-03-02T08:00", until: str = "2026-03-08") -> Learner:
    learner = Learner(RULES)
    sets(learner, earn, at=at, until=until)
    return learner


def test_what_comes_after_it_was_set_counts_and_gives_a_recognition_without_points() -> None:
    learner = Learner(RULES)
    learner.does("call.practised", "2026-03-02T07:00")
    first = sets(learner, THREE_CALLS)
    calls = learner.practises("2026-03-03", "2026-03-04")
    assert not learner.has("GOAL", "g")
    calls += learner.practises("2026-03-05")
    found = learner.found("GOAL", "g")
    assert (found.points, found.nature, found.skill) == (0, Nature.EFFORT, None)
    assert (found.evidence, found.reached_at) == ((first, *calls), learner.at("2026-03-05T09:00"))
    assert learner.points.total == 0
    learner.practises("2026-03-06")
    assert learner.earned == ["GOAL g once"]
    assert learner.standing.goals == []


def test_its_last_date_counts_in_the_learners_zone_and_the_next_does_not() -> None:
    learner = learner_with({"days": {"event": "call.practised", "at_least": 2}})
    learner.practises("2026-03-03")
    learner.does("call.practised", "2026-03-08T23:30")
    assert learner.found("GOAL", "g").reached_at == datetime(2026, 3, 8, 22, 30, tzinfo=UTC)
    late = learner_with({"days": {"event": "call.practised", "at_least": 2}})
    late.practises("2026-03-03", "2026-03-09")
    assert late.earned == []


def test_how_far_it_is_and_how_far_it_came() -> None:
    learner = learner_with({"sum": {"event": "call.practised", "field": "minutes", "at_least": 30}})
    learner.does("call.practised", "2026-03-03T09:00", minutes=12.5)
    assert goal_reading(learner.pack, learner.standing, "g") == (12.5, 30)
    learner.does("call.practised", "2026-03-09T09:00", minutes=12.5)
    assert goal_reading(learner.pack, learner.standing, "g") == (12.5, 30)
    assert goal_reading(learner.pack, learner.standing, "other") is None
    learner.does("call.practised", "2026-05-07T09:00", minutes=12.5)
    assert [run.goal for run in learner.standing.goals] == ["g"]
    learner.does("call.practised", "2026-05-08T09:00", minutes=12.5)
    assert (learner.at("2026-05-08T09:00") - learner.at("2026-03-08T09:00")).days == DAYS_REMEMBERED
    assert learner.standing.goals == []


@pytest.mark.parametrize(
    ("earn", "before", "after"),
    [
        ({"skill": {"key": "craft", "level": 1}}, (0, 1), 2),
        ({"streak": {"key": "daily", "at_least": 2}}, (0, 2), 2),
        ({"all": [THREE_CALLS, {"skill": {"key": "craft", "level": 1}}]}, (0, 2), 3),
    ],
)
def test_skills_and_runs_are_goals(earn: object, before: tuple[float, float], after: int) -> None:
    learner = learner_with(earn)
    assert goal_reading(learner.pack, learner.standing, "g") == before
    for day in range(3, 3 + after):
        learner.does("call.practised", f"2026-03-0{day}T09:00")
        learner.does("call.paid", f"2026-03-0{day}T09:30")
    assert learner.has("GOAL", "g")


def test_what_one_has_come_to_already_is_reached_at_once() -> None:
    learner = Learner(RULES)
    learner.practises("2026-03-01")
    first = sets(learner, {"streak": {"key": "daily", "at_least": 1}})
    assert learner.found("GOAL", "g").evidence == (first,)


@pytest.mark.parametrize(
    "earn",
    [
        {"count": {"event": "deal.closed", "at_least": 1}},
        {"count": {"event": ["call.practised", "deal.closed"], "at_least": 1}},
        {"streak": {"key": "sold", "at_least": 1}},
        {"any": [{"badge": {"key": "better"}}, {"count": {"event": "deal.closed", "at_least": 1}}]},
        {"skill": {"key": "unknown", "level": 1}},
        {"streak": {"key": "unknown", "at_least": 1}},
        {"count": {"event": "unknown", "at_least": 1}},
        {"count": {"event": "call.practised"}},
        "not a criterion",
    ],
)
def test_results_rewards_and_what_has_no_meaning_reach_no_goal(earn: object) -> None:
    learner = learner_with(earn)
    learner.does("deal.closed", "2026-03-03T09:00")
    learner.practises("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", score=1)
    learner.practises("2026-03-07", score=9)
    assert not learner.has("GOAL", "g")
    assert goal_reading(learner.pack, learner.standing, "g") is None


def test_more_time_and_less_to_reach_never_hurt() -> None:
    learner = learner_with({"count": {"event": "call.practised", "at_least": 5}})
    learner.practises("2026-03-03", "2026-03-04")
    told(learner, GOAL_CHANGED, "g", "2026-03-08T10:00", until="2026-03-20")
    learner.practises("2026-03-12")
    assert goal_reading(learner.pack, learner.standing, "g") == (3, 5)
    told(learner, GOAL_CHANGED, "g", "2026-03-13T10:00", until="2026-03-01", earn=json.dumps(THREE_CALLS))
    assert learner.found("GOAL", "g").reached_at == learner.at("2026-03-13T10:00")


def test_what_is_over_is_not_given_more_time() -> None:
    learner = learner_with(THREE_CALLS)
    learner.practises("2026-03-03")
    told(learner, GOAL_CHANGED, "g", "2026-03-09T00:30", until="2026-03-20")
    learner.practises("2026-03-10", "2026-03-11")
    assert learner.earned == []


def test_a_phone_that_was_offline_reaches_it_on_the_day() -> None:
    learner = learner_with(THREE_CALLS)
    learner.practises("2026-03-03", "2026-03-04", "2026-03-20")
    standing = learner.standing
    late = learner.practises("2026-03-07")
    assert not follows(learner.pack, standing, [learner.events[late[0] - 1]])
    assert learner.found("GOAL", "g").reached_at == learner.at("2026-03-07T09:00")


def test_looking_back_is_recognised_reached_or_not() -> None:
    learner = learner_with(THREE_CALLS)
    ref = told(learner, GOAL_REFLECTED, "g", "2026-03-09T10:00")
    found = learner.found("REFLECTION", "g")
    assert (found.points, found.nature, found.evidence) == (0, Nature.EFFORT, (ref,))


def test_what_no_goal_says_is_left_aside() -> None:
    learner = Learner(RULES)
    told(learner, GOAL_SET, "a", "2026-03-02T08:00", until="2026-03-08")
    told(learner, GOAL_SET, "b", "2026-03-02T08:00", earn=json.dumps(THREE_CALLS), until="soon")
    told(learner, GOAL_CHANGED, "c", "2026-03-02T09:00", until="2026-03-20")
    learner.practises("2026-03-03", "2026-03-04", "2026-03-05")
    assert (learner.earned, learner.standing.goals) == ([], [])


def test_a_standing_with_goals_is_stored_and_folded_on() -> None:
    learner = learner_with(THREE_CALLS)
    learner.practises("2026-03-03", "2026-03-04", "2026-03-05")
    standing = fresh_standing(learner.pack, learner.zone)
    given = fold(learner.pack, standing, learner.events[:2])
    standing = decode(learner.pack, encode(standing))
    given += fold(learner.pack, standing, learner.events[2:])
    assert (given, encode(standing)) == (learner.recognitions, encode(learner.standing))


def test_what_looks_at_order_is_known() -> None:
    learner = learner_with({"personal_best": {"event": "call.practised", "field": "score"}})
    told(learner, GOAL_SET, "h", "2026-03-02T08:00", earn='{"skill": {"key": "craft", "level": 1}}', until="2026-03-08")
    told(learner, GOAL_SET, "i", "2026-03-02T08:00", earn=json.dumps(THREE_CALLS), until="2026-03-08")
    bound = order_bound(learner.pack)
    by_order = {
        goal: [
            goal_rests_on_order(learner.pack, bound, each) for each in criteria_of(learner.pack, goal, learner.events)
        ]
        for goal in "ghij"
    }
    assert by_order == {"g": [True], "h": [True], "i": [False], "j": []}
