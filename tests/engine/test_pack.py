from __future__ import annotations

import pytest

from tests.support.judging import pack_of
from vekst.domain.recognitions import Identity

PACK = pack_of("""
badges:
  b:
    title: B
    tiers:
      - {tier: one, earn: {count: {event: call.practised, at_least: 1}}}
      - {tier: two, earn: {count: {event: call.practised, at_least: 2}}}
quests:
  q:
    title: Q
    requires: {count: {event: call.practised, at_least: 3}}
    steps:
      - {key: s, title: S, earn: {count: {event: call.practised, at_least: 4}}}
      - {key: t, title: T, earn: {count: {event: call.practised, at_least: 5}}}
""")


@pytest.mark.parametrize(
    ("kind", "key", "tier", "needs"),
    [
        ("BADGE", "b", "one", [1]),
        ("BADGE", "b", "two", [2]),
        ("BADGE", "gone", "", []),
        ("QUEST", "q", "", [4, 5, 3]),
        ("QUEST", "gone", "", []),
        ("STEP", "q/s", "", [4, 3]),
        ("STEP", "q/t", "", [5, 3]),
        ("MILESTONE", "q", "", []),
    ],
)
def test_the_goals_that_a_recognition_rests_on_itself(kind: str, key: str, tier: str, needs: list[int]) -> None:
    goals = PACK.goals_of(Identity(kind, key, tier, "once"))
    assert [goal.leaves[0].progress(goal.start()[0]) for goal in goals] == [(0, need) for need in needs]
