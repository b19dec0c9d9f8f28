from __future__ import annotations

from tests.support.judging import Learner
from vekst.domain.events import FieldValue

CALL = "call.practised"


def tried(*values: FieldValue, after: str = "", where: str = "") -> Learner:
    rule = f"{{personal_best: {{event: call.practised, field: score{after}{where}}}}}"
    learner = Learner(f"badges: {{b: {{title: B, earn: {rule}}}}}")
    for minute, value in enumerate(values):
        learner.does(CALL, f"2026-03-02T09:{minute:02}", score=value, customer="c" if minute % 2 else "d")
    return learner


def reached(learner: Learner) -> tuple[int, ...]:
    return learner.found("BADGE", "b").evidence if learner.has("BADGE", "b") else ()


def test_a_value_above_every_earlier_one_after_three_tries() -> None:
    learner = tried(5, 7, 6, 8)
    assert reached(learner) == (4,)
    assert learner.found("BADGE", "b").reached_at == learner.at("2026-03-02T09:03")


def test_the_first_tries_are_no_records() -> None:
    assert reached(tried(5, 6, 7)) == ()


def test_as_good_as_the_best_is_not_better() -> None:
    assert reached(tried(5, 7, 6, 7, 7.0)) == ()
    assert reached(tried(5, 7, 6, 7, 7.000000001)) == (5,)


def test_above_the_last_is_not_above_every_earlier_one() -> None:
    assert reached(tried(9, 1, 2, 3, 4)) == ()
    assert reached(tried(9, 1, 2, 3, 4, 10)) == (6,)


def test_after_says_how_many_earlier_tries() -> None:
    assert reached(tried(1, 2, after=", after: 1")) == (2,)
    assert reached(tried(1, 2, 3, 4, 5, after=", after: 5")) == ()
    assert reached(tried(1, 2, 3, 4, 5, 6, after=", after: 5")) == (6,)


def test_tries_are_events_that_have_the_field() -> None:
    assert reached(tried(5, None, "9", True, 7, 6, 8)) == (7,)
    assert reached(tried(0, 0, 0, 0.5)) == (4,)


def test_tries_are_events_that_match() -> None:
    assert reached(tried(1, 9, 2, 9, 3, 9, 4, where=", where: {customer: d}")) == (7,)


def test_earlier_is_in_canonical_order_and_a_late_event_may_change_it() -> None:
    """M1, M3."""
    learner = tried(5, 7, 6, 8)
    learner.does(CALL, "2026-03-02T08:00", score=9)
    assert reached(learner) == ()


def test_earlier_means_within_the_step() -> None:
    rules = """
    quests:
      q:
        title: Q
        requires: {count: {event: lesson.completed, at_least: 1}}
        steps: [{key: s, title: S, earn: {personal_best: {event: call.practised, field: score, after: 1}}}]
    """
    learner = Learner(rules)
    learner.practises("2026-03-01", score=10)
    learner.does("lesson.completed", "2026-03-02T08:00")
    learner.practises("2026-03-02", score=3)
    learner.practises("2026-03-03", score=4)
    assert learner.found("STEP", "q/s").evidence == (4,)


def test_earlier_means_within_the_window_of_a_repeated_badge() -> None:
    rules = """
    badges:
      b: {title: B, repeat: month, earn: {personal_best: {event: call.practised, field: score, after: 1}}}
    """
    learner = Learner(rules)
    learner.practises("2026-03-01", score=10)
    learner.practises("2026-04-01", score=3)
    learner.practises("2026-04-02", score=4)
    assert learner.occurrences("BADGE", "b") == ["2026-04"]


def test_have_and_need_count_the_tries_and_the_record() -> None:
    read = [tried(*values).badge("b", "2026-03-03T09:00").next for values in ([], [5], [5, 6, 7, 3, 3], [5, 7, 6, 8])]
    assert [(each.have, each.need) if each else None for each in read] == [(0, 4), (1, 4), (3, 4), None]
