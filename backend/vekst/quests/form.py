"""From what Pydantic refuses to what an author can read: each error gets its place, its code and its words."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from vekst.quests.diagnostics import Argument, Diagnostic, Term, nearest
from vekst.quests.documents import Document
from vekst.quests.documents.base import UNTAGGED, language_keys
from vekst.quests.documents.together import TALLIES
from vekst.quests.documents.values import KEY_PATTERN, LOCALE_PATTERN, STEP_PATTERN
from vekst.quests.messages import CATALOGUE
from vekst.quests.places import Places
from vekst.quests.yaml_tree import Path, YamlValue

__all__ = ["Validated", "validated"]

T = TypeVar("T")
_Arguments: TypeAlias = dict[str, Argument]
_Told: TypeAlias = tuple[str, _Arguments]
_Models: TypeAlias = dict[int, type[Document]]

_EXPECTED = {
    "string_type": "text",
    "int_type": "whole_number",
    "int_from_float": "whole_number",
    "bool_type": "flag",
    "tuple_type": "list",
    "mapping_type": "mapping",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
}
_BOUNDS = {
    "greater_than": ("gt", "> "),
    "greater_than_equal": ("ge", "≥ "),
    "less_than": ("lt", "< "),
    "less_than_equal": ("le", "≤ "),
}


@dataclass(frozen=True, slots=True)
class Validated(Generic[T]):
    """The document, or `None` and every fault of its form."""

    document: T | None
    faults: tuple[Diagnostic, ...] = ()


def validated(adapter: TypeAdapter[T], raw: YamlValue, root: Path, places: Places) -> Validated[T]:
    """The document that `raw`, written at `root`, stands for."""
    models: _Models = {}
    try:
        return Validated(adapter.validate_python(raw, context=models))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return Validated(None, tuple(_Translator(places, models, root).tell_all(details)))


class _Translator:
    def __init__(self, places: Places, models: _Models, root: Path) -> None:
        self._places = places
        self._models = models
        self._root = root

    def tell_all(self, details: list[ErrorDetails]) -> list[Diagnostic]:
        told: list[Diagnostic] = []
        mistyped: set[tuple[Path, str]] = set()
        missing: list[tuple[Path, str, Diagnostic]] = []
        for detail in details:
            path = self._places.written((*self._root, *detail["loc"]))
            if detail["type"] == "extra_forbidden":
                diagnostic = self._unknown_key(path)
                mistyped.add((path[:-1], str(diagnostic.arguments.get("suggestion"))))
                told.append(diagnostic)
            elif detail["type"] == "missing":
                key = str(detail["loc"][-1])
                around = self._places.written((*self._root, *detail["loc"][:-1]))
                missing.append((around, key, self._places.key(around).diagnostic("MISSING_KEY", {"key": key})))
            elif not self._follows_from_another(detail, path):
                told.append(self._tell(detail, path))
        # A key that was probably meant is not missing as well.
        told += [diagnostic for around, key, diagnostic in missing if (around, key) not in mistyped]
        return told

    def _follows_from_another(self, detail: ErrorDetails, path: Path) -> bool:
        """An empty value was told when the file was read, and a list of faulty entries is not too short."""
        raw = self._places.raw.get(path)
        if raw is None and path in self._places.raw:
            return True
        return detail["type"] == "too_short" and isinstance(raw, tuple | dict) and len(raw) > 0

    def _unknown_key(self, path: Path) -> Diagnostic:
        key = str(path[-1]) if path else ""
        model = self._models.get(id(self._places.raw.get(path[:-1])))
        allowed = model.written_keys() if model is not None else ()
        return self._places.key(path).diagnostic("UNKNOWN_KEY", _with_suggestion({"key": key}, key, allowed))

    def _tell(self, detail: ErrorDetails, path: Path) -> Diagnostic:
        if detail["loc"][-1:] == ("[key]",):
            code, arguments = _explain(detail, path[-1])
            return self._places.key(path).diagnostic(code, arguments)
        raw = self._places.raw.get(path)
        while detail["type"] in _EXPECTED and path and _got(raw) == Term(_EXPECTED[detail["type"]]):
            # A name that no author writes (the `of` of `all`) happened to be written: the fault lies around it.
            path = path[:-1]
            raw = self._places.raw.get(path)
        code, arguments = _explain(detail, raw)
        stands_on_key = code in {"NOT_ONE_NODE", "MISSING_KEY"}
        if code == "UNKNOWN_NODE":
            path, stands_on_key = (*path, str(arguments["key"])), True
        place = self._places.key(path) if stands_on_key else self._places.value(path)
        return place.diagnostic(code, arguments)


def _explain(detail: ErrorDetails, raw: YamlValue) -> _Told:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _EXPECTED:
        return _wrong_type(_EXPECTED[kind], raw)
    if kind in _BOUNDS:
        name, sign = _BOUNDS[kind]
        return "NUMBER_OUT_OF_RANGE", {"value": _shown(raw), "bound": f"{sign}{context[name]}"}
    if kind in _SPECIAL:
        return _SPECIAL[kind](context, raw)
    if kind in CATALOGUE:
        return kind, {"value": _shown(raw), "got": _got(raw), **_own_arguments(context)}
    return "WRONG_VALUE", {"value": _shown(raw)}


def _wrong_type(expected: str, raw: YamlValue) -> _Told:
    """Quotes make the difference between a text and what only looks like a number or a flag."""
    if expected == "text" and isinstance(raw, bool | int | Decimal):
        return "WRONG_TYPE", {"expected": Term("quoted"), "got": _got(raw)}
    if expected in {"whole_number", "flag"} and isinstance(raw, str):
        return "WRONG_TYPE", {"expected": Term(expected), "got": f'`"{raw}"`'}
    return "WRONG_TYPE", {"expected": Term(expected), "got": _got(raw)}


def _own_arguments(context: Mapping[str, Any]) -> _Arguments:
    return {name: Term(value) if name == "expected" else str(value) for name, value in context.items()}


def _unknown_word(context: Mapping[str, Any], raw: YamlValue) -> _Told:
    if not isinstance(raw, str):
        return "WRONG_TYPE", {"expected": Term("text"), "got": _got(raw)}
    return "UNKNOWN_WORD", _with_suggestion({"value": _shown(raw)}, raw, _quoted(context["expected"]))


def _wrong_tag(context: Mapping[str, Any], raw: YamlValue) -> _Told:
    """No member of a union: told apart by a word of its own (`type: number`), or by the key a node is written under."""
    allowed, tag = _quoted(context["expected_tags"]), str(context["tag"])
    if "one_of" in allowed:
        return "BAD_CONDITION", {}
    if not isinstance(raw, dict):
        return "WRONG_TYPE", {"expected": Term("mapping"), "got": _got(raw)}
    if tag in raw:
        return "UNKNOWN_NODE", _with_suggestion({"key": tag}, tag, allowed)
    if tag == UNTAGGED:
        return "NOT_ONE_NODE", {"allowed": ", ".join(allowed)}
    return "UNKNOWN_WORD", _with_suggestion({"value": tag}, tag, allowed)


def _pattern(context: Mapping[str, Any], raw: YamlValue) -> _Told:
    code = {KEY_PATTERN: "BAD_KEY", LOCALE_PATTERN: "BAD_LOCALE", STEP_PATTERN: "BAD_STEP"}[context["pattern"]]
    return code, {"key": _shown(raw), "value": _shown(raw)}


def _too_short(_context: Mapping[str, Any], raw: YamlValue) -> _Told:
    return ("EMPTY_TEXT", {}) if isinstance(raw, str) else ("EMPTY_LIST", {})


def _too_long(context: Mapping[str, Any], _raw: YamlValue) -> _Told:
    return "TEXT_TOO_LONG", {"limit": str(context["max_length"])}


def _no_type(_context: Mapping[str, Any], raw: YamlValue) -> _Told:
    if isinstance(raw, dict):
        return "MISSING_KEY", {"key": "type"}
    return "WRONG_TYPE", {"expected": Term("mapping"), "got": _got(raw)}


_SPECIAL: Mapping[str, Callable[[Mapping[str, Any], Any], _Told]] = {
    "enum": _unknown_word,
    "literal_error": _unknown_word,
    "union_tag_invalid": _wrong_tag,
    "union_tag_not_found": _no_type,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _too_short,
    "too_short": _too_short,
    "string_too_long": _too_long,
}


def _with_suggestion(arguments: _Arguments, word: str, allowed: Iterable[str]) -> _Arguments:
    words = [*allowed]
    # A word of the language in the wrong place is hardly a slip of the pen.
    suggestion = nearest(word, words, likeness=0.8 if word in language_keys() else 0.6)
    return arguments | {"allowed": ", ".join(words)} | ({"suggestion": suggestion} if suggestion else {})


def _quoted(text: object) -> list[str]:
    words = re.findall(r"'([^']*)'", str(text))
    return [word for each in words for word in (TALLIES if each == "tally" else (each,))]


def _shown(raw: YamlValue) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return str(raw) if isinstance(raw, str | int | Decimal) else "…"


def _got(raw: YamlValue) -> str | Term:
    match raw:
        case dict():
            return Term("mapping")
        case tuple():
            return Term("list")
        case None:
            return Term("nothing")
        case _:
            return f"`{_shown(raw)}`"
