"""Why not yet: what is missing is told for every rule that can be earned, the nearest first, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.judging import Learner
from vekst.domain.recognitions import Identity, Nature, Recognition
from vekst.engine.next_steps import NextStep, next_steps
from vekst.engine.standing import fresh_standing
from vekst.quests import load_pack
from vekst.quests.compiler import compile_pack

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

RULES = """
skills: {craft: {title: {en: Craft, nb: Håndverk}, levels: [10, 50]}}
badges:
  caller:
    title: {en: Caller, nb: Ringer}
    tiers:
      - {tier: bronze, earn: {count: {event: call.practised, at_least: 2}}}
      - {tier: silver, earn: {count: {event: call.practised, at_least: 4}}}
quests:
  later:
    title: {en: Later, nb: Senere}
    requires: {badge: {key: caller, tier: bronze}}
    in_order: true
    steps:
      - {key: one, title: {en: One, nb: Én}, earn: {count: {event: call.practised, at_least: 2}}}
      - {key: two, title: {en: Two, nb: To}, earn: {count: {event: call.practised, at_least: 1}}}
  chosen:
    title: {en: Chosen, nb: Valgt}
    starts: when_accepted
    steps: [{key: one, title: {en: One, nb: Én}, earn: {count: {event: call.practised, at_least: 1}}}]
streaks:
  daily:
    title: {en: Daily, nb: Daglig}
    every: day
    counts: {count: {event: call.practised, at_least: 1}}
    milestones: {2: 0, 5: 0}
"""


def steps(learner: Learner, locale: str = "en") -> dict[Identity, NextStep]:
    return {step.identity: step for step in next_steps(learner.pack, learner.standing, NOW, locale)}


def test_every_rule_that_can_be_earned_says_what_is_missing() -> None:
    found = steps(Learner(RULES))
    assert {(identity.kind, identity.key, identity.tier, identity.occurrence) for identity in found} == {
        ("BADGE", "caller", "bronze", "once"),
        ("BADGE", "caller", "silver", "once"),
        ("QUEST", "later", "", "once"),
        ("QUEST", "chosen", "", "once"),
        ("MILESTONE", "daily", "", "2"),
        ("LEVEL", "craft", "", "1"),
    }
    assert found[Identity("BADGE", "caller", "bronze", "once")].text.startswith("Next: ")
    assert found[Identity("QUEST", "chosen", "", "once")].text == "Next: accept the quest “Chosen”."
    assert found[Identity("LEVEL", "craft", "", "1")].need == 10


def test_what_is_earned_is_no_longer_missing_and_what_opened_is() -> None:
    learner = Learner(RULES)
    learner.practises("2026-03-02", "2026-03-03")
    learner.accepts("chosen", "2026-03-03T13:00")
    found = steps(learner)
    assert Identity("BADGE", "caller", "bronze", "once") not in found
    assert Identity("QUEST", "later", "", "once") not in found
    assert Identity("STEP", "later/two", "", "once") not in found, (
        "of steps in order only the first one can be worked on"
    )
    silver = found[Identity("BADGE", "caller", "silver", "once")]
    assert (silver.have, silver.need) == (2, 4)
    assert silver.text.endswith("(2 of 4 so far).")
    first = found[Identity("STEP", "later/one", "", "once")]
    assert (first.have, first.need) == (1, 2), "the event that opens a quest counts for it (Q2)"
    milestone = found[Identity("MILESTONE", "daily", "", "5")]
    assert (milestone.have, milestone.need) == (2, 5)


def test_the_nearest_comes_first() -> None:
    learner = Learner(RULES)
    learner.practises("2026-03-02", "2026-03-03")
    nearness = [step.have / step.need for step in next_steps(learner.pack, learner.standing, NOW, "en")]
    assert nearness == sorted(nearness, reverse=True)


def test_in_norwegian() -> None:
    found = steps(Learner(RULES), "nb")
    assert found[Identity("QUEST", "chosen", "", "once")].text == "Neste: ta imot oppdraget «Valgt»."
    assert found[Identity("MILESTONE", "daily", "", "2")].text == "Neste: 2 på rad av «Daglig» (0 av 2 så langt)."


@pytest.mark.parametrize("locale", ["en", "nb"])
def test_every_rule_of_the_sales_craft_pack_has_words(locale: str) -> None:
    loaded = load_pack(Path(__file__).parents[2] / "quests" / "sales-craft")
    assert loaded.document is not None
    pack = compile_pack(loaded.document, version=1, digest="x")
    found = next_steps(pack, fresh_standing(pack, "Europe/Oslo"), NOW, locale)
    assert len(found) > len(pack.badges)
    for step in found:
        assert step.text.endswith("."), step
        assert not set("{}") & set(step.text), step


def test_what_lies_in_a_window_that_is_over_is_asked_for_again() -> None:
    learner = Learner("""
    badges:
      weekly: {title: W, earn: {count: {event: call.practised, at_least: 3, within: week}}}
      rolling: {title: R, earn: {count: {event: call.practised, at_least: 3, within: 48h}}}
    """)
    learner.practises("2026-02-28", "2026-03-01", "2026-03-03")
    found = {step.identity.key: step for step in next_steps(learner.pack, learner.standing, NOW, "en")}
    assert [(found[key].have, found[key].need) for key in ("weekly", "rolling")] == [(1, 3), (1, 3)]
    assert "1 of 3" in found["weekly"].text
    assert "1 of 3" in found["rolling"].text


def test_v1_what_is_held_from_earlier_rules_is_not_asked_for_again() -> None:
    held = (("BADGE", "monthly", "one", "2026-03"), ("MILESTONE", "daily", "", "5"))
    kept = [Recognition(Identity(*each), 0, Nature.EFFORT, None, NOW, (1,)) for each in held]
    rules = """
    badges:
      monthly:
        title: M
        repeat: month
        tiers:
          - {tier: one, earn: {count: {event: call.practised, at_least: 2}}}
          - {tier: two, earn: {count: {event: call.practised, at_least: 4}}}
    streaks:
      daily:
        title: D
        every: day
        counts: {count: {event: call.practised, at_least: 1}}
        milestones: {5: 0, 9: 0}
    """
    asked = {(identity.kind, identity.tier, identity.occurrence) for identity in steps(Learner(rules, kept=kept))}
    assert asked == {("BADGE", "two", "2026-03"), ("MILESTONE", "", "9")}
