"""Natures are fixed when a pack is compiled: a rule that names an outcome, itself or through others, is an outcome."""

from tests.quests.packs import load
from vekst.domain.recognitions import Nature
from vekst.quests import Natures, natures

RULES = """
badges:
  direct: {title: D, earn: {count: {event: [call.practised, deal.closed], at_least: 2}}}
  effort: {title: E, earn: {count: {event: call.practised, at_least: 2}}}
  mixed:
    title: M
    tiers:
      - {tier: low, earn: {count: {event: call.practised, at_least: 2}}}
      - {tier: high, earn: {any: [{quest: effort}, {all: [{badge: {key: direct}}]}]}}
  low-mixed: {title: L, earn: {badge: {key: mixed, tier: low}}}
  any-mixed: {title: A, earn: {badge: {key: mixed}}}
  levelled: {title: L, earn: {skill: {key: discovery, level: 1}}}
  kept: {title: K, earn: {streak: {key: deals, at_least: 2}}}
quests:
  effort: {title: E, steps: [{key: a, title: A, earn: {count: {event: call.practised, at_least: 2}}}]}
  asked:
    title: R
    requires: {badge: {key: direct}}
    steps: [{key: a, title: A, earn: {count: {event: call.practised, at_least: 2}}}]
  after: {title: F, steps: [{key: a, title: A, earn: {quest: asked}}]}
streaks:
  deals: {title: D, every: week, counts: {count: {event: deal.closed, at_least: 1}}}
"""


def of_rules() -> Natures:
    document = load(RULES).document
    assert document is not None
    return natures(document)


def test_a_rule_that_names_an_outcome_event_is_an_outcome() -> None:
    found = of_rules()
    assert found.event("deal.closed") is Nature.OUTCOME
    assert found.badge("direct", None) is Nature.OUTCOME
    assert found.streak("deals") is Nature.OUTCOME
    assert found.event("call.practised") is found.badge("effort", None) is found.quest("effort") is Nature.EFFORT


def test_outcomes_reach_through_quests_badges_and_streaks() -> None:
    found = of_rules()
    assert found.badge("any-mixed", None) is Nature.OUTCOME
    assert found.badge("kept", None) is Nature.OUTCOME
    assert found.quest("after") is Nature.OUTCOME


def test_requires_is_among_a_quests_criteria() -> None:
    assert of_rules().quest("asked") is Nature.OUTCOME


def test_each_badge_tier_has_its_own_nature() -> None:
    found = of_rules()
    assert (found.badge("mixed", "low"), found.badge("mixed", "high")) == (Nature.EFFORT, Nature.OUTCOME)
    assert found.badge("low-mixed", None) is Nature.EFFORT


def test_a_level_is_effort_since_outcome_points_never_count_towards_it() -> None:
    assert of_rules().badge("levelled", None) is Nature.EFFORT


def test_a_long_chain_of_quests_is_followed_in_any_order() -> None:
    chain = "".join(
        f"  q{i}: {{title: Q, steps: [{{key: a, title: A, earn: {{quest: q{i + 1}}}}}]}}\n" for i in range(600)
    )
    last = "  q600: {title: Q, steps: [{key: a, title: A, earn: {count: {event: deal.closed, at_least: 2}}}]}\n"
    document = load(f"quests:\n{chain}{last}").document
    assert document is not None
    assert natures(document).quest("q0") is Nature.OUTCOME
