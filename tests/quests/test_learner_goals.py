"""What a learner's goal may ask for, how it is told that it may not, and what is easier than what."""

from __future__ import annotations

import pytest

from tests.support.judging import EVENTS, HEADER
from vekst.quests import Diagnostic
from vekst.quests.learner_goals import GoalFault, faults_of, is_easier, read_criterion

FILES = {"pack.yaml": HEADER % "25%", "events.yaml": EVENTS}


@pytest.mark.parametrize(
    ("earn", "code"),
    [
        ({"count": {"event": "call.practiced", "at_least": 1}}, "UNKNOWN_REFERENCE"),
        ({"count": {"event": "call.practised", "where": {"scores": 1}, "at_least": 1}}, "UNKNOWN_FIELD"),
        ({"count": {"event": "call.practised", "where": {"score": {"min": 5}}}}, "MISSING_KEY"),
        ({"counts": {"event": "call.practised"}}, "UNKNOWN_NODE"),
        ({"skill": {"key": "craft", "level": 1}}, "UNKNOWN_REFERENCE"),
        (["count"], "WRONG_TYPE"),
        (3, "WRONG_TYPE"),
    ],
)
def test_an_author_would_be_told_the_same(earn: object, code: str) -> None:
    assert code in [each.code for each in faults_of(earn, FILES) if isinstance(each, Diagnostic)]


def test_a_goal_of_the_right_form_has_no_fault() -> None:
    earn = {"sum": {"event": "call.practised", "field": "minutes", "at_least": 12.5, "within": "week"}}
    assert faults_of(earn, FILES) == []
    assert read_criterion(earn).model_dump()["at_least"] == 12.5


@pytest.mark.parametrize(
    ("earn", "fault"),
    [
        ({"count": {"event": "deal.closed", "at_least": 1}}, GoalFault.ON_OUTCOMES),
        ({"any": [{"sum": {"event": "deal.closed", "field": "amount", "at_least": 9}}]}, GoalFault.ON_OUTCOMES),
        ({"streak": {"key": "sold", "at_least": 3}}, GoalFault.ON_OUTCOMES),
        ({"badge": {"key": "caller"}}, GoalFault.ON_REWARDS),
    ],
)
def test_results_and_rewards_are_no_goals(earn: object, fault: GoalFault) -> None:
    rules = """
streaks: {sold: {title: Sold, every: day, counts: {count: {event: deal.closed, at_least: 1}}}}
badges: {caller: {title: Caller, earn: {count: {event: call.practised, at_least: 1}}}}
"""
    assert faults_of(earn, FILES | {"rules.yaml": rules}) == [fault]


COUNT = {"count": {"event": "a", "where": {"at_least": 5}, "at_least": 4}}


@pytest.mark.parametrize(
    ("new", "old", "easier"),
    [
        (COUNT, COUNT, True),
        ({"count": {**COUNT["count"], "at_least": 3}}, COUNT, True),
        ({"count": {**COUNT["count"], "at_least": 5}}, COUNT, False),
        ({"count": {**COUNT["count"], "where": {"at_least": 3}}}, COUNT, False),
        ({"count": {**COUNT["count"], "event": "b"}}, COUNT, False),
        ({"count": {**COUNT["count"], "at_least": True}}, COUNT, False),
        ({"days": COUNT["count"]}, COUNT, False),
        ({"all": [COUNT]}, COUNT, False),
        ({"all": [{"count": {**COUNT["count"], "at_least": 1}}, COUNT]}, {"all": [COUNT, COUNT]}, True),
        ({"all": [COUNT]}, {"all": [COUNT, COUNT]}, False),
        ({"skill": {"key": "k", "level": 1}}, {"skill": {"key": "k", "level": 2}}, True),
        ({"some": {"at_least": 1, "of": [COUNT]}}, {"some": {"at_least": 2, "of": [COUNT]}}, True),
        ({"count": {"at_least": 3, "within": "7d"}}, {"count": {"at_least": 4, "within": "7d"}}, False),
        ({"count": {"at_least": 4, "within": "7d"}}, {"count": {"at_least": 4, "within": "7d"}}, True),
    ],
)
def test_easier_is_the_same_with_lower_thresholds(new: object, old: object, easier: bool) -> None:
    assert is_easier(new, old) is easier
