"""The terms of challenges that managers set themselves: checked as if they stood in the quest files, kept as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from math import ceil
from typing import Any, Final, assert_never

from pydantic import TypeAdapter, ValidationError

from vekst.domain.recognitions import Nature
from vekst.engine.challenges import ChallengeGoal, Everyone, Share, Together
from vekst.engine.leaves import EverLeaf
from vekst.engine.pack import Pack
from vekst.quests import documents as doc
from vekst.quests.checks import check_document
from vekst.quests.compiler import compile_tally
from vekst.quests.diagnostics import Diagnostic, Severity, in_order
from vekst.quests.json_values import exact
from vekst.quests.loader import load_pack_files

__all__ = [
    "OwnTerms",
    "compiled_goal",
    "goal_faults",
    "goal_json",
    "nature_of",
    "read_goal",
    "read_measure",
    "tally_of",
]

_FILE: Final = "~challenge.yaml"
_KEY: Final = "challenge-of-a-manager"
_TITLE: Final = "A challenge"
_FIELDS: Final = {4: "measure", 5: "goal", 6: "endsAt"}
"""What stands on which line of the file that is checked."""


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """A measure and a goal as a manager wrote them, JSON values in the form of quest files."""

    measure: object
    goal: object
    lasts: timedelta

    def faults(self, files: Mapping[str, str]) -> list[tuple[str, Diagnostic]]:
        """What is wrong with them beside those quest files, each with the name of the input at fault."""
        loaded = load_pack_files({**files, _FILE: self._text()})
        found = list(loaded.diagnostics)
        if loaded.readable is not None:
            found += check_document(loaded.readable, loaded.places)
        ours = (each for each in in_order(found) if each.file == _FILE and each.severity is Severity.ERROR)
        return [(_FIELDS.get(each.line, "measure"), each) for each in ours]

    def _text(self) -> str:
        """JSON is YAML, so each value stands on a line of its own."""
        hours = max(1, ceil(self.lasts / timedelta(hours=1)))
        entry = {"title": _TITLE, "measure": self.measure, "goal": self.goal, "lasts": f"{hours}h", "purpose": _TITLE}
        lines = [f"    {name}: {json.dumps(value)}" for name, value in entry.items()]
        return "\n".join(["challenges:", f"  {_KEY}:", *lines, ""])


def read_measure(raw: object) -> doc.Measure:
    """The measure of a JSON value; `ValueError` for one that has not the form."""
    measure: doc.Measure = _measures().validate_python(exact(raw))
    return measure


def read_goal(raw: object) -> doc.Goal:
    """The goal of a JSON value; `ValueError` for one that has not the form."""
    goal: doc.Goal = _goals().validate_python(exact(raw))
    return goal


def goal_faults(raw: object) -> bool:
    """Whether the JSON value has not the form of a goal."""
    try:
        read_goal(raw)
    except ValidationError:
        return True
    return False


def goal_json(goal: doc.Goal) -> dict[str, object]:
    """The goal as JSON that `read_goal` reads again."""
    match goal:
        case doc.Everyone(everyone=need):
            return {"everyone": _plain(need)}
        case doc.Together(together=need):
            return {"together": _plain(need)}
        case doc.Share(share=share, reach=need):
            percent = Decimal(share.numerator * 100) / share.denominator
            return {"share": f"{format(percent.normalize(), 'f')}%", "reach": _plain(need)}
        case _:
            assert_never(goal)


def tally_of(measure: doc.Measure, goal: doc.Goal) -> EverLeaf:
    """The compiled measure; its threshold is what the goal needs, for those who put it into words."""
    return compile_tally(measure, _need(goal))


def compiled_goal(goal: doc.Goal, tally: EverLeaf) -> ChallengeGoal:
    """The goal in the unit of its tally."""
    need = tally.measure.need
    match goal:
        case doc.Everyone():
            return Everyone(need)
        case doc.Together():
            return Together(need)
        case doc.Share(share=share):
            return Share(share, need)
        case _:
            assert_never(goal)


def nature_of(pack: Pack, tally: EverLeaf) -> Nature:
    """Outcome where one of the events is an outcome, else effort."""
    types = (pack.event_types.get(key) for key in tally.types)
    return Nature.OUTCOME if any(event and event.is_outcome for event in types) else Nature.EFFORT


def _need(goal: doc.Goal) -> int | Decimal:
    match goal:
        case doc.Everyone(everyone=need) | doc.Together(together=need) | doc.Share(reach=need):
            return need
        case _:
            assert_never(goal)


def _plain(number: int | Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


@cache
def _measures() -> TypeAdapter[Any]:
    return TypeAdapter(doc.Measure)


@cache
def _goals() -> TypeAdapter[Any]:
    return TypeAdapter(doc.Goal)
