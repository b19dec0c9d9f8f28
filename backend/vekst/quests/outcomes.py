"""What an example came to, beside what its author expected of it, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from vekst.domain.recognitions import Recognition, RecognitionKind
from vekst.engine.pack import Pack
from vekst.engine.readings import badge_readings, points_reading, quest_readings, streak_readings
from vekst.engine.standing import Standing
from vekst.quests.diagnostics import Argument, Term
from vekst.quests.documents import (
    Expectation,
    ExpectBadge,
    ExpectedPoints,
    ExpectMilestone,
    ExpectNot,
    ExpectPoints,
    ExpectQuest,
    ExpectSkill,
    ExpectStep,
    ExpectStreak,
)

__all__ = ["Failure", "Outcome", "compare"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine made of an example: the standing, the recognitions, and the instant to look from."""

    pack: Pack
    standing: Standing
    recognitions: tuple[Recognition, ...]
    now: datetime

    def earned(self, kind: RecognitionKind, key: str) -> list[Recognition]:
        """The recognitions of one rule."""
        return [each for each in self.recognitions if (each.identity.kind, each.identity.key) == (kind, key)]


@dataclass(frozen=True, slots=True)
class Failure:
    """What was expected, and what is."""

    expected: Argument
    actual: Argument


@dataclass(frozen=True, slots=True)
class _Seen:
    """Whether one thing holds, the words for it, and the words for what is there."""

    holds: bool
    expected: str
    actual: Argument


def compare(expectation: Expectation, outcome: Outcome) -> Failure | None:
    """Nothing if the expectation is met."""
    if isinstance(expectation, ExpectNot):
        seen = _look(expectation.of, outcome)
        expected = Term("not", {"expected": seen.expected})
        return Failure(expected, seen.actual) if seen.holds else None
    seen = _look(expectation, outcome)
    return None if seen.holds else Failure(seen.expected, seen.actual)


def _look(expectation: Expectation, outcome: Outcome) -> _Seen:
    match expectation:
        case ExpectBadge():
            return _badge(expectation, outcome)
        case ExpectQuest(quest=key, occurrence=occurrence):
            return _recognised(RecognitionKind.QUEST, key, occurrence, outcome)
        case ExpectStep(step=key, occurrence=occurrence):
            return _recognised(RecognitionKind.STEP, key, occurrence, outcome)
        case ExpectMilestone(milestone=key, length=length):
            return _recognised(RecognitionKind.MILESTONE, key, str(length), outcome)
        case ExpectStreak():
            return _streak(expectation, outcome)
        case ExpectSkill(skill=key, level=level):
            reached = outcome.standing.level(outcome.pack.skill_index[key])
            return _Seen(reached >= level, f"skill {key} level {level}", _same(f"level {reached}"))
        case ExpectPoints(points=points):
            return _points(points, outcome)
        case ExpectNot():
            return _look(expectation.of, outcome)
        case _:
            assert_never(expectation)


def _badge(expected: ExpectBadge, outcome: Outcome) -> _Seen:
    earned = outcome.earned(RecognitionKind.BADGE, expected.badge)
    fitting = [
        each
        for each in earned
        if expected.tier in {None, each.identity.tier} and expected.occurrence in {None, each.identity.occurrence}
    ]
    words = " ".join(filter(None, ("badge", expected.badge, expected.tier, expected.occurrence)))
    actual = " ".join(f"{each.identity.tier} {each.identity.occurrence}".strip() for each in earned)
    return _Seen(bool(fitting), words, _same(actual) if earned else _badge_progress(expected.badge, outcome))


def _badge_progress(key: str, outcome: Outcome) -> Argument:
    reading = next(each for each in badge_readings(outcome.pack, outcome.standing, outcome.now) if each.key == key)
    return _progress(reading.next.have, reading.next.need) if reading.next is not None else _nothing()


def _recognised(kind: RecognitionKind, key: str, occurrence: str | None, outcome: Outcome) -> _Seen:
    occurrences = [each.identity.occurrence for each in outcome.earned(kind, key)]
    holds = occurrence in occurrences if occurrence is not None else bool(occurrences)
    words = " ".join(filter(None, (kind.value.lower(), key, occurrence)))
    actual = _same(", ".join(occurrences)) if occurrences else _missing(kind, key, outcome)
    return _Seen(holds, words, actual)


def _missing(kind: RecognitionKind, key: str, outcome: Outcome) -> Argument:
    """How far the steps of the quest have come."""
    quest, _, step = key.partition("/")
    if kind not in {RecognitionKind.QUEST, RecognitionKind.STEP}:
        return _nothing()
    reading = next(each for each in quest_readings(outcome.pack, outcome.standing, outcome.now) if each.key == quest)
    steps = [each for each in reading.steps if each.key == step or not step]
    words = ", ".join(f"{each.key} {_number(each.have)}/{_number(each.need)}" for each in steps)
    state = reading.state.value.lower()
    return Term("unfinished_quest", {"state": state, "steps": words})


def _streak(expected: ExpectStreak, outcome: Outcome) -> _Seen:
    reading = next(
        each for each in streak_readings(outcome.pack, outcome.standing, outcome.now) if each.key == expected.streak
    )
    asked = [("longest", expected.longest, reading.longest), ("current", expected.current, reading.current)]
    return _figures(f"streak {expected.streak}", asked)


def _points(expected: ExpectedPoints, outcome: Outcome) -> _Seen:
    points = points_reading(outcome.pack, outcome.standing)
    asked = [("effort", expected.effort, points.effort), ("outcomes", expected.outcomes, points.outcomes_recognised)]
    return _figures("points", asked)


def _figures(what: str, figures: Iterable[tuple[str, int | None, int]]) -> _Seen:
    asked = [(name, wanted, found) for name, wanted, found in figures if wanted is not None]
    expected = ", ".join(f"{name} {wanted}" for name, wanted, _ in asked)
    actual = ", ".join(f"{name} {found}" for name, _, found in asked)
    return _Seen(all(wanted == found for _, wanted, found in asked), f"{what} {expected}", _same(actual))


def _progress(have: float, need: float) -> Argument:
    return Term("so_far", {"have": _number(have), "need": _number(need)})


def _nothing() -> Argument:
    return Term("nothing_of_it")


def _same(words: str) -> Argument:
    return words or Term("it")


def _number(value: float) -> str:
    return f"{value:g}"
