"""M1's first exception: which rules may keep what was given before a late event came."""

from __future__ import annotations

import pytest

from tests.support.judging import pack_of
from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.engine.order import order_bound, rests_on_order

PACK = pack_of(
    """
skills:
  grit: {title: Grit, levels: [5]}
  calm: {title: Calm, levels: [5]}
badges:
  best: {title: B, skill: grit, earn: {personal_best: {event: call.practised, field: score, after: 2}}, points: 5}
  better:
    title: B
    repeat: always
    earn: {improvement: {event: call.practised, field: score, by: 10%, memory: 90d}}
  proud: {title: P, earn: {all: [{badge: {key: best}}, {count: {event: call.practised, at_least: 1}}]}}
  gritty: {title: G, earn: {any: [{skill: {key: grit, level: 1}}, {skill: {key: calm, level: 1}}]}}
  plain: {title: P, skill: calm, earn: {count: {event: call.practised, at_least: 1}}, points: 5}
  steady: {title: S, earn: {streak: {key: daily, at_least: 2}}}
quests:
  after:
    title: A
    requires: {badge: {key: proud}}
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 1}}}]
  last:
    title: L
    steps: [{key: s, title: S, earn: {some: {at_least: 1, of: [{quest: after}, {badge: {key: plain}}]}}}]
streaks:
  daily: {title: D, every: day, counts: {count: {event: call.practised, at_least: 1}}, milestones: {2: 5}}
""".replace("{event: call.practised}", "{event: call.practised, at_least: 1}")
)
BOUND = order_bound(PACK)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (RecognitionKind.BADGE, "best"),
        (RecognitionKind.BADGE, "better"),
        (RecognitionKind.BADGE, "proud"),
        (RecognitionKind.BADGE, "gritty"),
        (RecognitionKind.LEVEL, "grit"),
        (RecognitionKind.QUEST, "after"),
        (RecognitionKind.STEP, "after/s"),
        (RecognitionKind.QUEST, "last"),
    ],
)
def test_m1_rules_that_look_at_order_and_all_that_rest_on_them_may_keep(kind: RecognitionKind, key: str) -> None:
    assert rests_on_order(BOUND, Identity(kind, key, "", "once"))


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (RecognitionKind.BADGE, "plain"),
        (RecognitionKind.BADGE, "steady"),
        (RecognitionKind.LEVEL, "calm"),
        (RecognitionKind.MILESTONE, "daily"),
        (RecognitionKind.EVENT, "call.practised"),
    ],
)
def test_m1_no_others_may(kind: RecognitionKind, key: str) -> None:
    assert not rests_on_order(BOUND, Identity(kind, key, "", "once"))
