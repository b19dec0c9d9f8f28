"""Suggested goals: three sizes that rise, within reach by the learner's own past, and for nobody else to see."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.judging import pack_of
from vekst.engine.goal_suggestions import DAYS_BACK, LASTS, Deed, SuggestionSize, SuggestionTopic, sizes, suggest_goals

TODAY = date(2026, 3, 30)
PACK = pack_of(
    """
skills: {craft: {title: Craft, levels: [10]}}
events:
  role.played:
    title: Played
    nature: practice
    skill: craft
    fields: {score: {type: number, min: 0, max: 10}}
  book.read: {title: Read, nature: learning, skill: craft}
"""
)
KINDS = [
    "call.practised",
    "lesson.completed",
    "role.played",
    "book.read",
    "deal.closed",
    "vekst.feedback-given",
    "gone",
]


def deed(type_: str, days_ago: int, **data: float) -> Deed:
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=days_ago)
    return Deed(type_, at, data)


deeds = st.lists(
    st.builds(
        lambda type_, ago, score: deed(type_, ago, **({} if score is None else {"score": score})),
        st.sampled_from(KINDS),
        st.integers(0, DAYS_BACK + 5),
        st.none() | st.floats(0, 10, width=16),
    ),
    max_size=60,
)


def suggested(done: list[Deed], topic: SuggestionTopic) -> dict[str, int]:
    found = [each for each in suggest_goals(PACK, done, zone="UTC", today=TODAY) if each.topic is topic]
    return {each.size.value: each.earn["count"]["at_least"] for each in found}  # type: ignore[index]


def best_fortnight(done: list[Deed], earn: dict[str, object]) -> int:
    """The most that any stretch of the past came to, counted day by day by hand."""
    asked: dict[str, object] = earn["count"]  # type: ignore[assignment]
    types = [asked["event"]] if isinstance(asked["event"], str) else asked["event"]
    least = json.loads(json.dumps(asked)).get("where", {}).get("score", {}).get("min", None)
    days = [
        (TODAY - each.at.date()).days
        for each in done
        if each.type in types and (least is None or float(str(each.data.get("score", -1))) >= least)  # type: ignore[operator]
    ]
    return max(sum(start <= ago < start + LASTS for ago in days if ago < DAYS_BACK) for start in range(DAYS_BACK))


@given(deeds)
def test_sizes_rise_and_are_within_reach_by_the_own_past(done: list[Deed]) -> None:
    found = suggest_goals(PACK, done, zone="UTC", today=TODAY)
    assert found
    for small, medium, brave in zip(found[::3], found[1::3], found[2::3], strict=True):
        assert [each.size for each in (small, medium, brave)] == list(SuggestionSize)
        needs = [each.earn["count"]["at_least"] for each in (small, medium, brave)]  # type: ignore[index]
        assert 1 <= needs[0] < needs[1] < needs[2]
        best = best_fortnight(done, dict(small.earn))
        assert needs[0] <= max(1, best)
        assert needs[2] <= max(best, needs[0] + 2)


@given(deeds)
def test_each_is_a_goal_that_the_pack_understands_and_rests_on_effort(done: list[Deed]) -> None:
    for each in suggest_goals(PACK, done, zone="UTC", today=TODAY):
        goal = PACK.learner_goal(json.dumps(each.earn))
        assert goal is not None
        assert not {"deal.closed", "gone"} & set(goal.listens)
        assert not any(key.startswith("vekst.") for key in goal.listens)
        assert each.until == TODAY + timedelta(days=LASTS - 1)


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_small_is_what_half_came_to(totals: list[int]) -> None:
    small, medium, brave = sizes(totals)
    assert small == 1 or 2 * sum(total >= small for total in totals) >= len(totals)
    assert 1 <= small < medium < brave <= max(*totals, small + 2)


def test_who_has_done_nothing_is_offered_a_beginning() -> None:
    assert suggested([], SuggestionTopic.EFFORT) == {"SMALL": 1, "MEDIUM": 2, "BRAVE": 3}
    found = suggest_goals(PACK, [], zone="UTC", today=TODAY)
    assert {each.earn["count"]["event"] for each in found} == {"call.practised"}  # type: ignore[index]


def test_what_is_done_most_has_the_size_of_the_own_fortnights() -> None:
    steady = [deed("call.practised", ago) for ago in range(0, DAYS_BACK, 2)]
    assert suggested(steady, SuggestionTopic.EFFORT) == {"SMALL": 7, "MEDIUM": 8, "BRAVE": 9}
    sprint = [*steady, *(deed("call.practised", 20) for _ in range(8))]
    assert suggested(sprint, SuggestionTopic.EFFORT)["BRAVE"] == 15
    beginner = [deed("call.practised", ago) for ago in range(5)]
    assert suggested(beginner, SuggestionTopic.EFFORT)["SMALL"] == 5


def test_a_skill_takes_all_that_counts_towards_it_and_quality_the_own_median() -> None:
    done = [deed("role.played", ago, score=score) for ago, score in enumerate([3, 5, 7, 9, 6])]
    assert suggested(done, SuggestionTopic.SKILL) == {"SMALL": 5, "MEDIUM": 6, "BRAVE": 7}
    assert suggested(done, SuggestionTopic.QUALITY) == {"SMALL": 3, "MEDIUM": 4, "BRAVE": 5}
    [quality, *_] = [
        each for each in suggest_goals(PACK, done, zone="UTC", today=TODAY) if each.topic is SuggestionTopic.QUALITY
    ]
    assert quality.earn["count"]["where"] == {"score": {"min": 6}}  # type: ignore[index]
    assert suggested(done[:2], SuggestionTopic.QUALITY) == {}


def test_days_are_those_of_the_learners_zone() -> None:
    late = Deed("call.practised", datetime(2026, 3, 30, 23, tzinfo=UTC), {})
    assert suggest_goals(PACK, [late] * 4, zone="Asia/Tokyo", today=date(2026, 3, 31))[0].earn["count"] == {
        "event": "call.practised",
        "at_least": 4,
    }
    assert suggest_goals(PACK, [late] * 4, zone="Asia/Tokyo", today=TODAY)[0].earn["count"]["at_least"] == 1  # type: ignore[index]
