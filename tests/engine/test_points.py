from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.judging import Learner
from vekst.domain.recognitions import Nature, Points

RULES = """
events:
  call.paid: {title: Call, nature: practice, points: 7, at_most: {times: 9, per: day}}
  deal.paid: {title: Deal, nature: outcome, points: 11, at_most: {times: 9, per: day}}
"""


@given(
    calls=st.integers(0, 6),
    deals=st.integers(0, 6),
    share=st.sampled_from(["0%", "12.5%", "25%", "33.3%", "50%", "99%"]),
)
@settings(max_examples=60)
def test_p1_the_points_of_a_standing_are_the_definition(calls: int, deals: int, share: str) -> None:
    learner = Learner(RULES, outcomes_at_most=share)
    for kind, times in (("call.paid", calls), ("deal.paid", deals)):
        for minute in range(times):
            learner.does(kind, f"2026-03-02T09:{minute:02}")
    effort, outcomes, s = 7 * calls, 11 * deals, Fraction(share.rstrip("%")) / 100
    recognised = min(outcomes, floor(effort * s / (1 - s)))
    assert learner.points == Points(effort + recognised, effort, recognised, outcomes - recognised)


def test_p1_held_outcome_points_come_free_as_effort_grows() -> None:
    learner = Learner(RULES)
    learner.does("deal.paid", "2026-03-02T09:00")
    assert learner.points == (0, 0, 0, 11)
    learner.does("call.paid", "2026-03-02T10:00")
    assert learner.points == (9, 7, 2, 9)
    for minute in range(4):
        learner.does("call.paid", f"2026-03-02T11:{minute:02}")
    assert learner.points == (46, 35, 11, 0)


class TestNatures:
    """A rule whose criteria name an outcome event, itself or through a rule it names, gives outcome points."""

    RULES = """
    badges:
      by-event: {title: A, points: 1, earn: {count: {event: [call.practised, deal.closed], at_least: 1}}}
      by-badge:
        title: A
        points: 1
        earn: {any: [{badge: {key: by-event}}, {count: {event: call.practised, at_least: 1}}]}
      by-quest: {title: A, points: 1, earn: {quest: by-requires}}
      by-streak: {title: A, points: 1, earn: {streak: {key: outcome-run, at_least: 1}}}
      by-skill: {title: A, points: 1, earn: {skill: {key: craft, level: 1}}}
      plain: {title: A, points: 1, earn: {count: {event: call.practised, at_least: 1}}}
      tiered:
        title: A
        tiers:
          - {tier: bronze, points: 1, earn: {count: {event: call.practised, at_least: 1}}}
          - {tier: silver, points: 1, earn: {count: {event: deal.closed, at_least: 1}}}
    quests:
      by-requires:
        title: A
        points: 1
        requires: {some: {at_least: 1, of: [{count: {event: deal.closed, at_least: 1}}]}}
        steps: [{key: s, title: S, points: 1, earn: {count: {event: call.practised, at_least: 1}}}]
      by-step:
        title: A
        points: 1
        steps:
          - {key: practice, title: S, points: 1, earn: {count: {event: call.practised, at_least: 1}}}
          - {key: result, title: S, points: 1, earn: {sum: {event: deal.closed, field: amount, at_least: 1}}}
    streaks:
      outcome-run: {title: A, every: day, counts: {count: {event: deal.closed, at_least: 1}}, milestones: {1: 1}}
      effort-run: {title: A, every: day, counts: {count: {event: call.practised, at_least: 1}}, milestones: {1: 1}}
    skills: {craft: {title: Craft, levels: [5]}}
    events:
      call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 1, per: day}}
    """

    @pytest.fixture
    def natures(self) -> dict[str, Nature]:
        learner = Learner(self.RULES)
        learner.does("deal.closed", "2026-03-02T09:00", amount=1)
        learner.does("call.practised", "2026-03-02T10:00")
        learner.does("call.paid", "2026-03-02T11:00")
        return {" ".join(part for part in each.identity[:3] if part): each.nature for each in learner.recognitions}

    def test_outcomes_reach_through_events_quests_badges_streaks_and_requires(self, natures: dict[str, Nature]) -> None:
        assert {name for name, nature in natures.items() if nature is Nature.OUTCOME} == {
            "BADGE by-event",
            "BADGE by-badge",
            "BADGE by-quest",
            "BADGE by-streak",
            "BADGE tiered silver",
            "QUEST by-requires",
            "STEP by-requires/s",
            "QUEST by-step",
            "STEP by-step/practice",
            "STEP by-step/result",
            "MILESTONE outcome-run",
        }

    def test_everything_else_is_effort_a_rule_by_skill_too(self, natures: dict[str, Nature]) -> None:
        assert {name for name, nature in natures.items() if nature is Nature.EFFORT} == {
            "BADGE by-skill",
            "BADGE plain",
            "BADGE tiered bronze",
            "MILESTONE effort-run",
            "EVENT call.paid",
            "LEVEL craft",
        }
