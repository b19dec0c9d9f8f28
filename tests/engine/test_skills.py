from __future__ import annotations

from tests.support.judging import Learner
from vekst.domain.recognitions import Nature
from vekst.engine.readings import Freshness, SkillReading

RULES = """
skills:
  craft: {title: Craft, levels: [5, 15, 30], fresh_for: 60d}
  calm: {title: Calm, levels: [1]}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
  deal.paid: {title: Deal, nature: outcome, skill: craft, points: 500, at_most: {times: 1, per: day}}
"""
TIED = """
skills: {craft: {title: Craft, levels: [1, 111, 1111, 1112]}}
quests:
  q:
    title: Q
    skill: craft
    points: 100
    steps: [{key: s, title: S, points: 10, earn: {count: {event: call.practised, at_least: 1}}}]
badges:
  b: {title: B, skill: craft, points: 1000, earn: {count: {event: call.practised, at_least: 1}}}
  untied: {title: U, points: 7, earn: {count: {event: call.practised, at_least: 1}}}
  result: {title: R, skill: craft, points: 5000, earn: {count: {event: deal.closed, at_least: 1}}}
streaks:
  d: {title: D, skill: craft, every: day, counts: {count: {event: call.practised, at_least: 1}}, milestones: {1: 1}}
"""


def test_k1_a_level_is_reached_with_the_points_that_reach_it() -> None:
    learner = Learner(RULES)
    learner.does("call.paid", "2026-03-02T09:00")
    learner.does("call.paid", "2026-03-02T10:00")
    learner.does("call.paid", "2026-03-03T09:00")
    assert learner.earned == [
        "EVENT call.paid 2026-03-02#1",
        "LEVEL craft 1",
        "EVENT call.paid 2026-03-02#2",
        "EVENT call.paid 2026-03-03#1",
        "LEVEL craft 2",
    ]
    level = learner.found("LEVEL", "craft", occurrence="2")
    assert (level.points, level.nature, level.reached_at) == (0, Nature.EFFORT, learner.at("2026-03-03T09:00"))
    assert learner.skill("craft", "2026-03-03T12:00") == SkillReading("craft", 2, 15, 30, Freshness.FRESH)
    assert learner.skill("calm", "2026-03-03T12:00") == SkillReading("calm", 0, 0, 1, Freshness.NEW)


def test_k1_quests_steps_badges_and_milestones_count_towards_their_skill_and_may_reach_many_levels() -> None:
    learner = Learner(TIED)
    learner.practises("2026-03-02")
    assert learner.skill("craft", "2026-03-02T12:00") == SkillReading("craft", 3, 1111, 1112, Freshness.FRESH)
    assert sorted(learner.occurrences("LEVEL", "craft")) == ["1", "2", "3"]
    assert {each.reached_at for each in learner.recognitions} == {learner.at("2026-03-02T09:00")}


def test_k1_outcome_points_never_count_towards_a_skill() -> None:
    learner = Learner(RULES)
    learner.does("deal.paid", "2026-03-02T09:00")
    assert learner.skill("craft", "2026-03-02T12:00").points == 0
    assert learner.occurrences("LEVEL", "craft") == []
    tied = Learner(TIED)
    tied.does("deal.closed", "2026-03-02T09:00")
    assert tied.earned == ["BADGE result once"]
    assert tied.skill("craft", "2026-03-02T12:00").points == 0


def test_k1_there_is_no_level_beyond_the_last() -> None:
    learner = Learner(RULES)
    for day in range(2, 8):
        learner.does("call.paid", f"2026-03-0{day}T09:00")
        learner.does("call.paid", f"2026-03-0{day}T10:00")
    assert learner.occurrences("LEVEL", "craft") == ["1", "2", "3"]
    assert learner.skill("craft", "2026-03-08T09:00") == SkillReading("craft", 3, 60, None, Freshness.FRESH)


def test_k2_a_skill_fades_after_fresh_for_without_evidence_and_keeps_its_level() -> None:
    learner = Learner(RULES)
    learner.does("call.paid", "2026-03-02T09:00Z")
    assert learner.skill("craft", "2026-05-01T09:00Z").freshness is Freshness.FRESH
    assert learner.skill("craft", "2026-05-01T09:00:00.000001Z") == SkillReading("craft", 1, 5, 15, Freshness.FADING)


def test_k2_practice_makes_a_skill_fresh_again_even_where_it_pays_no_more() -> None:
    learner = Learner(RULES)
    learner.does("call.paid", "2026-03-02T09:00Z")
    for hour in ("09", "10", "11"):
        learner.does("call.paid", f"2026-05-30T{hour}:00Z")
    assert learner.skill("craft", "2026-07-29T11:00Z").freshness is Freshness.FRESH
    assert learner.skill("craft", "2026-07-29T11:00:01Z").freshness is Freshness.FADING


def test_k2_a_recognition_tied_to_the_skill_is_evidence_too() -> None:
    rules = """
    skills: {craft: {title: Craft, levels: [1], fresh_for: 48h}}
    badges: {b: {title: B, skill: craft, earn: {count: {event: call.practised, at_least: 2}}}}
    """
    learner = Learner(rules)
    learner.practises("2026-03-02")
    assert learner.skill("craft", "2026-03-02T12:00").freshness is Freshness.NEW
    learner.practises("2026-03-03")
    assert learner.skill("craft", "2026-03-05T09:00").freshness is Freshness.FRESH
    assert learner.skill("craft", "2026-03-05T09:01").freshness is Freshness.FADING


def test_k2_a_skill_without_fresh_for_never_fades() -> None:
    learner = Learner(TIED)
    learner.practises("2020-03-02")
    assert learner.skill("craft", "2026-03-02T09:00").freshness is Freshness.FRESH


def test_n1_a_level_moves_the_rules_that_ask_for_it_in_the_same_moment() -> None:
    rules = (
        RULES
        + """
badges:
  beginner: {title: B, skill: craft, points: 10, earn: {skill: {key: craft, level: 1}}}
  expert: {title: E, earn: {skill: {key: craft, level: 2}}}
"""
    )
    learner = Learner(rules)
    learner.does("call.paid", "2026-03-02T09:00")
    assert learner.earned == [
        "EVENT call.paid 2026-03-02#1",
        "LEVEL craft 1",
        "BADGE beginner once",
        "LEVEL craft 2",
        "BADGE expert once",
    ]
