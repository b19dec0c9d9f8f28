"""What learners set out to do themselves: a criterion as a JSON value, checked as if it stood in the quest files.

It may ask for effort, for quality and for skills: for events, runs and levels, and for nothing that rests on outcomes.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from vekst.domain.recognitions import Nature
from vekst.engine.goals import Goal
from vekst.quests import documents as doc
from vekst.quests.checks import check_document
from vekst.quests.diagnostics import Diagnostic, Severity, in_order
from vekst.quests.json_values import exact
from vekst.quests.loader import load_pack_files
from vekst.quests.natures import Natures, natures
from vekst.quests.walk import walk

__all__ = ["GoalFault", "LearnerGoals", "faults_of", "goal_faults", "is_easier", "read_criterion"]

_FILE: Final = "~goal.yaml"
_KEY: Final = "goal-of-a-learner"
_TITLE: Final = "A goal"
_KNOWN_AT_MOST: Final = 10_000
_THRESHOLDS: Final = frozenset({"at_least", "level"})


class GoalFault(StrEnum):
    """Why a criterion that quest files might hold is no goal for a learner to set."""

    ON_OUTCOMES = "GOAL_ON_OUTCOMES"
    """It rests on results, which are not in the learner's hands alone."""
    ON_REWARDS = "GOAL_ON_REWARDS"
    """It asks for a quest or a badge, which say themselves what they ask for."""
    WITHOUT_MEANING = "GOAL_WITHOUT_MEANING"
    """It names what this version of the quest files has not."""


class LearnerGoals:
    """Compiles the goals that learners set under one version of a pack, each once."""

    def __init__(self, compile_one: Callable[[doc.Criterion], Goal | None]) -> None:
        self._compile = compile_one
        self._known: dict[str, Goal | None] = {}

    def __call__(self, earn: str) -> Goal | None:
        """The criterion written as JSON; None for one that is no goal under this version."""
        if earn not in self._known:
            if len(self._known) >= _KNOWN_AT_MOST:
                self._known.clear()
            self._known[earn] = self._compiled(earn)
        return self._known[earn]

    def _compiled(self, earn: str) -> Goal | None:
        try:
            return self._compile(read_criterion(json.loads(earn)))
        except ValueError:
            return None


def read_criterion(raw: object) -> doc.Criterion:
    """The criterion of a JSON value; `ValueError` for one that has not the form."""
    criterion: doc.Criterion = _criteria().validate_python(exact(raw))
    return criterion


def faults_of(raw: object, files: Mapping[str, str]) -> Sequence[Diagnostic | GoalFault]:
    """What is wrong with the criterion beside those quest files: as an author would be told, or why it is no goal."""
    lines = ["badges:", f"  {_KEY}:", f"    title: {_TITLE}", f"    purpose: {_TITLE}", f"    earn: {json.dumps(raw)}"]
    loaded = load_pack_files({**files, _FILE: "\n".join([*lines, ""])})
    found = list(loaded.diagnostics)
    if loaded.readable is not None:
        found += check_document(loaded.readable, loaded.places)
    errors = [each for each in in_order(found) if each.file == _FILE and each.severity is Severity.ERROR]
    document = loaded.document
    if errors or document is None:
        return errors
    return goal_faults(document, natures(document), read_criterion(raw))


def goal_faults(document: doc.PackDocument, given: Natures, criterion: doc.Criterion) -> list[GoalFault]:
    """Why the criterion is no goal under this version; nothing where it is one."""
    return list(dict.fromkeys(_faults(document, given, criterion)))


def _faults(document: doc.PackDocument, given: Natures, criterion: doc.Criterion) -> Iterator[GoalFault]:
    for written in walk(criterion, ()):
        match written.node:
            case doc.QuestCompleted() | doc.BadgeEarned():
                yield GoalFault.ON_REWARDS
            case doc.StreakLongest(key=key) if key not in document.streaks:
                yield GoalFault.WITHOUT_MEANING
            case doc.StreakLongest(key=key) if given.streak(key) is Nature.OUTCOME:
                yield GoalFault.ON_OUTCOMES
            case doc.SkillLevel(key=key) if key not in document.skills:
                yield GoalFault.WITHOUT_MEANING
            case doc.EventNode() as node if not document.events.keys() >= set(node.event):
                yield GoalFault.WITHOUT_MEANING
            case doc.EventNode() as node if not given.outcome_events.isdisjoint(node.event):
                yield GoalFault.ON_OUTCOMES


def is_easier(new: object, old: object) -> bool:
    """Whether a criterion asks the same as another, with thresholds that are nowhere higher.

    What counts within a window is not made easier: how much of past windows would count is not remembered.
    """
    match new, old:
        case dict(), dict() if new.keys() == old.keys():
            if new != old and "within" in new:
                return False
            return all(_is_easier(name, new[name], old[name]) for name in new)
        case list(), list() if len(new) == len(old):
            return all(is_easier(one, other) for one, other in zip(new, old, strict=True))
        case _:
            return new == old


def _is_easier(name: str, new: object, old: object) -> bool:
    if name in _THRESHOLDS and _is_number(new) and _is_number(old):
        return float(str(new)) <= float(str(old))
    return new == old if name == "where" else is_easier(new, old)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@cache
def _criteria() -> TypeAdapter[Any]:
    return TypeAdapter(doc.Criterion)
