"""V2, the pure part: what a change does to learners, from their events and what they hold."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count

import pytest

from tests.quests.test_changes import document
from tests.support.packs import CRAFT, CRAFT_CHANGED, changed
from vekst.domain.events import ProgressEvent
from vekst.domain.recognitions import Recognition
from vekst.engine.fold import fold
from vekst.engine.standing import fresh_standing
from vekst.quests.changes import Change
from vekst.quests.compiler import Since
from vekst.quests.plan import LearnerHistory, Planner, Ruleset
from vekst.quests.plan_records import Affected, Effect, Plan, RulePlan, Tally

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
REFS = count(1)


def rules(files: Mapping[str, str], version: int = 1, since: Since | None = None) -> Ruleset:
    return Ruleset.of(document(files), version=version, digest=str(version), since=since or {})


def events(*types: str, at: datetime = MONDAY, step: timedelta = timedelta(days=1)) -> list[ProgressEvent]:
    return [ProgressEvent(next(REFS), "app", f"{n}", type_, at + n * step, {}) for n, type_ in enumerate(types)]


def learner(
    person: str, happened: list[ProgressEvent], under: Ruleset | None, held: Iterable[Recognition] | None = None
) -> LearnerHistory:
    """A learner who holds what a version gave, unless said otherwise."""
    given = fold(under.pack, fresh_standing(under.pack, under.pack.zone), happened) if under and held is None else held
    return LearnerHistory(person, person.title(), None, happened, list(given or ()))


def planned(before: Ruleset | None, after: Ruleset, *learners: LearnerHistory, names: bool = False) -> Plan:
    planner = Planner(before, after, names=names)
    for each in learners:
        planner.add(each)
    return planner.plan()


def rule(plan: Plan, kind: str, key: str) -> RulePlan:
    return next(each for each in plan.rules if each.rule == (kind, key))


OLD, NEW = rules(CRAFT), rules(CRAFT_CHANGED, 2)
CALLS = ("call.practised",) * 2


def test_v2_who_would_gain_what_from_an_easier_rule_is_told_with_its_points() -> None:
    """The badge takes two calls instead of three, and gives 25 points instead of 20."""
    plan = planned(
        OLD, NEW, learner("kari", events(*CALLS), OLD), learner("ola", events(*CALLS, *CALLS), OLD), names=True
    )
    badge = rule(plan, "badges", "brave-caller")
    assert badge.change is Change.CHANGED
    assert badge.effects == {
        Effect.GAINS: Tally(1, 1, 25),
        Effect.EASIER: Tally(1, 1, 25),
        Effect.SOONER: Tally(1, 1, 25),
        Effect.WORTH_MORE: Tally(1, 1, 5),
    }
    assert badge.people[Effect.GAINS] == (Affected("kari", "Kari", 1, 25),)
    assert badge.people[Effect.WORTH_MORE] == (Affected("ola", "Ola", 1, 5),)
    assert plan.gains == Tally(1, 1, 25), "who holds it keeps its 20 points (V1)"
    assert plan.kept == Tally(1, 1, 20)
    assert [(bucket.at_least, bucket.learners) for bucket in plan.gained if bucket.learners] == [(25, 1)]


def test_v2_what_becomes_harder_is_told_and_those_who_have_it_keep_it() -> None:
    plan = planned(NEW, OLD, learner("kari", events(*CALLS), NEW), learner("ola", events(*CALLS, *CALLS), NEW))
    assert rule(plan, "badges", "brave-caller").effects == {
        Effect.HARDER: Tally(1, 1, 25),
        Effect.LATER: Tally(1, 1, 20),
        Effect.WORTH_LESS: Tally(1, 1, -5),
    }
    assert (plan.gains, plan.kept) == (Tally(), Tally(2, 2, 50))


def test_v2_parts_are_told_apart_where_a_rule_has_several() -> None:
    easier = rules(changed("rules.yaml", "at_least: 10}}, points: 60}", "at_least: 4}}, points: 60}"), 2)
    plan = planned(OLD, easier, learner("kari", events(*CALLS, *CALLS), OLD), learner("ola", events(*CALLS), OLD))
    assert rule(plan, "badges", "brave-caller").effects == {
        Effect.GAINS: Tally(1, 1, 60),
        Effect.EASIER: Tally(1, 1, 60),
    }
    halved = rules(changed("rules.yaml", "{3: 10, 7: 30}", "{2: 10, 4: 30}"), 2)
    streak = rule(planned(OLD, halved, learner("kari", events(*CALLS, *CALLS), OLD)), "streaks", "daily-practice")
    assert {part: set(effects) for part, effects in streak.parts.items()} == {
        "2": {Effect.GAINS, Effect.EASIER},
        "3": {Effect.HARDER},
        "4": {Effect.GAINS, Effect.EASIER},
    }


def test_v2_events_that_wait_to_be_judged_are_no_gain_of_the_change() -> None:
    plan = planned(OLD, OLD, learner("kari", events(*CALLS, *CALLS), OLD, held=()))
    assert plan.gains == Tally()
    assert not any(each.effects for each in plan.rules)


def test_v2_a_first_version_gives_all_that_it_gives() -> None:
    plan = planned(None, OLD, learner("kari", events(*CALLS), None))
    assert (plan.version, plan.before) == (None, None)
    assert plan.gains == Tally(1, 3, 10), "two calls that pay 5 each, and the level that they make"
    assert rule(plan, "events", "call.practised").change is Change.NEW


def test_v2_a_rule_since_its_publication_gives_nothing_for_the_past_and_is_compared_all_the_same() -> None:
    since = changed("rules.yaml", "  closer:\n", "  closer:\n    since: publication\n")
    after = rules(
        {**since, "rules.yaml": since["rules.yaml"].replace("deal.closed, at_least: 2", "deal.closed, at_least: 1")},
        2,
        {("badges", "closer"): MONDAY + timedelta(days=30)},
    )
    plan = planned(OLD, after, learner("kari", events("deal.closed"), OLD))
    assert rule(plan, "badges", "closer").effects == {Effect.EASIER: Tally(1, 1, 10)}
    assert plan.gains == Tally()


def test_v2_what_is_held_from_an_earlier_version_lets_other_rules_hold_as_publishing_would() -> None:
    wants = rules(
        {**CRAFT, "more.yaml": "badges: {proud: {title: P, purpose: p, earn: {badge: {key: closer}}, points: 7}}"}, 2
    )
    without = changed("rules.yaml", "at_least: 2}}\n    points: 10", "at_least: 9}}\n    points: 10")
    wants_harder = rules(
        {**without, "more.yaml": "badges: {proud: {title: P, purpose: p, earn: {badge: {key: closer}}, points: 7}}"}, 2
    )
    ola = learner("ola", events("deal.closed", "deal.closed", "call.practised"), OLD)
    for after in (wants, wants_harder):
        assert rule(planned(OLD, after, ola), "badges", "proud").effects[Effect.GAINS] == Tally(1, 1, 7)
    assert Effect.EASIER not in rule(planned(OLD, wants_harder, ola), "badges", "proud").effects


def test_v2_the_outcome_share_and_points_per_active_learner_and_week_are_told_before_and_after() -> None:
    kari = learner("kari", events(*CALLS, *CALLS, "deal.closed", "deal.closed"), OLD)
    ola = learner("ola", events("call.practised", at=MONDAY + timedelta(days=7)), OLD)
    plan = planned(OLD, NEW, kari, ola)
    assert plan.before is not None
    # Kari: 4 calls at 5, the badge 20 and the milestone 10 make 50 of effort; a third of that may be outcomes.
    assert (plan.before.effort, plan.before.outcomes, plan.before.recognised) == (55, 10, 10)
    assert plan.before.outcome_share == pytest.approx(10 / 65)
    assert plan.before.at_most == Fraction(1, 4)
    assert plan.before.learner_weeks == 2
    assert plan.before.inflation == pytest.approx(65 / 2)
    assert plan.after.inflation == pytest.approx(70 / 2)
    assert [(each.week, each.learners, each.before, each.after) for each in plan.weeks] == [
        ("2026-W10", 1, 60, 65),
        ("2026-W11", 1, 5, 5),
    ]


def test_v2_outcome_points_that_effort_frees_later_count_in_the_week_that_freed_them() -> None:
    """P1, week by week: the sum over the weeks is the total."""
    first = events("deal.closed", "deal.closed")
    then = events(*CALLS, at=MONDAY + timedelta(days=7))
    plan = planned(OLD, OLD, learner("kari", [*first, *then], OLD))
    assert [each.after for each in plan.weeks] == [0, 13]
    assert plan.after.total == 13


def test_v2_without_a_change_nothing_has_an_effect() -> None:
    plan = planned(OLD, rules(CRAFT, 2), learner("kari", events(*CALLS, "lesson.completed", "deal.closed"), OLD))
    assert not any(each.matters for each in plan.rules)
    assert (plan.gains, plan.kept) == (Tally(), Tally())


def test_a_learner_without_events_is_not_counted() -> None:
    assert planned(OLD, NEW, learner("nora", [], OLD)).learners == 0
