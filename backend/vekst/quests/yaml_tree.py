"""YAML text to plain values with their places, the first stage of reading: YAML 1.2, exact numbers, no anchors.

The tree is built from the parser's events, without recursion, so that no text can exhaust the stack or the memory.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from vekst.quests.diagnostics import Argument, Diagnostic, Term
from vekst.quests.yaml_faults import syntax_fault

__all__ = ["MAX_DEPTH", "Path", "Spot", "YamlTree", "YamlValue", "parse_yaml"]

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value: mapping keys and list indices."""

YamlValue: TypeAlias = "str | bool | int | Decimal | dict[str | int, YamlValue] | tuple[YamlValue, ...] | None"
"""What a file can hold; `None` stands for a value that was told to be missing or inexact."""

MAX_DEPTH = 40
_MAX_DIGITS = 15
_MAX_EXPONENT = 15
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_OTHER_NUMBER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FIXED = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_BAD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlTree:
    """The value of a file (lists are tuples), where each value and key stands, and what was wrong."""

    value: YamlValue
    values: Mapping[Path, Spot]
    keys: Mapping[Path, Spot]
    problems: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Open:
    """A mapping or a list whose end has not come yet."""

    path: Path
    value: dict[str | int, YamlValue] | list[YamlValue]
    lost: bool
    """It stands under a key that was refused: read on, but keep nothing."""
    key: str | int | None = None
    key_refused: bool = False
    spots: dict[str | int, Spot] = field(default_factory=dict)


class _RefusedError(Exception):
    """Reading this file cannot go on."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.code)
        self.problem = problem


def parse_yaml(text: str, file: str) -> YamlTree:
    """Read one YAML document. Whatever the text, this answers with values, problems, or both, and raises nothing."""
    builder = _Builder(file)
    text = text.removeprefix("\ufeff")
    try:
        builder.refuse_bad_characters(text)
        for event in _events(text, file):
            builder.take(event)
    except _RefusedError as refused:
        builder.problems.append(refused.problem)
        return YamlTree(None, builder.values, builder.keys, tuple(builder.problems))
    return YamlTree(builder.root, builder.values, builder.keys, tuple(builder.problems))


def _events(text: str, file: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        raise _RefusedError(syntax_fault(error, text, file)) from error
    except (YAMLError, ValueError, TypeError, AttributeError, IndexError, AssertionError, OverflowError) as error:
        # The parser lets a few of these slip out on texts that are no YAML at all.
        problem = {"problem": type(error).__name__}
        raise _RefusedError(Diagnostic(file, 1, 1, "BAD_YAML", problem)) from error


def _spot(mark: StringMark) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)


@dataclass(slots=True)
class _Builder:
    file: str
    root: YamlValue = None
    values: dict[Path, Spot] = field(default_factory=lambda: {(): Spot(1, 1)})
    keys: dict[Path, Spot] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _documents: int = 0

    def refuse_bad_characters(self, text: str) -> None:
        """A null byte, a lone surrogate or another control character is named by its place."""
        if (found := _BAD_CHARACTER.search(text)) is not None:
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            raise self._refusal(Spot(line, column), "BAD_CHARACTER", character=f"U+{ord(found[0]):04X}")

    def take(self, event: Event) -> None:
        """Grow the tree by one event of the parser."""
        match event:
            case DocumentStartEvent():
                self._begin_document(event)
            case CollectionEndEvent():
                self._close()
            case NodeEvent():
                self._begin_node(event)
            case _:
                pass

    def _begin_document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._feature(event, "several_documents")
        if event.version is not None or event.tags:
            raise self._feature(event, "directives")

    def _begin_node(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise self._feature(event, "anchors")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.ctag is not None:
            raise self._feature(event, "tags")
        if self._expects_key():
            self._take_key(self._open[-1], event)
            return
        path, lost = self._place_of_next()
        if not lost:
            self.values[path] = _spot(event.start_mark)
        match event:
            case ScalarEvent():
                self._put(self._scalar(event, lost=lost))
            case MappingStartEvent():
                self._descend(event, _Open(path, {}, lost))
            case SequenceStartEvent():
                self._descend(event, _Open(path, [], lost))
            case _:
                pass

    def _expects_key(self) -> bool:
        if not self._open:
            return False
        parent = self._open[-1]
        return isinstance(parent.value, dict) and parent.key is None and not parent.key_refused

    def _take_key(self, parent: _Open, event: NodeEvent) -> None:
        if not isinstance(event, ScalarEvent):
            raise self._feature(event, "complex_keys")
        if event.value == "<<" and event.implicit[0]:
            raise self._feature(event, "merge_keys")
        spot, key = _spot(event.start_mark), self._scalar(event, lost=True)
        if isinstance(key, bool) or not isinstance(key, str | int):
            parent.key_refused = True
            self._report(spot, "BAD_KEY", key=str(event.value))
        elif key in parent.spots:
            parent.key_refused = True
            first = parent.spots[key]
            self._report(spot, "DUPLICATE_KEY", key=str(key), first=f"{self.file}:{first.line}:{first.column}")
        else:
            parent.key = key
            parent.spots[key] = spot
            if not parent.lost:
                self.keys[*parent.path, key] = spot

    def _place_of_next(self) -> tuple[Path, bool]:
        if not self._open:
            return (), False
        parent = self._open[-1]
        if isinstance(parent.value, list):
            return (*parent.path, len(parent.value)), parent.lost
        return (*parent.path, parent.key if parent.key is not None else ""), parent.lost or parent.key_refused

    def _descend(self, event: NodeEvent, opened: _Open) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._refusal(_spot(event.start_mark), "TOO_DEEP", limit=str(MAX_DEPTH))
        self._open.append(opened)

    def _close(self) -> None:
        closed = self._open.pop()
        self._put(closed.value if isinstance(closed.value, dict) else tuple(closed.value))

    def _put(self, value: YamlValue) -> None:
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
            return
        if parent.key is not None:
            parent.value[parent.key] = value
        parent.key, parent.key_refused = None, False

    def _scalar(self, event: ScalarEvent, *, lost: bool) -> str | bool | int | Decimal | None:
        """The scalar by YAML 1.2's core schema; a number that cannot be kept exactly becomes `None` and a problem."""
        text = str(event.value)
        if not event.implicit[0]:
            return self._quoted(text, event)
        if text in _FIXED:
            value = _FIXED[text]
            if value is None and not lost:
                self._report_empty(event)
            return value
        if _INTEGER.fullmatch(text) and len(text.lstrip("+-0")) <= _MAX_DIGITS:
            return int(text)
        if (_DECIMAL.fullmatch(text) and not _is_plain(text)) or _OTHER_NUMBER.fullmatch(text):
            if not lost:
                self._report(_spot(event.start_mark), "BAD_NUMBER", number=text)
            return None
        return Decimal(text) if _DECIMAL.fullmatch(text) else text

    def _quoted(self, text: str, event: ScalarEvent) -> str:
        """A quoted text, whose escapes may have brought in what may not stand in the file itself."""
        # JSON writes characters beyond 16 bits as two escapes, and YAML is to read all of JSON.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if (found := _BAD_CHARACTER.search(text if "\ufffd" in whole else whole)) is not None:
            raise self._refusal(_spot(event.start_mark), "BAD_CHARACTER", character=f"U+{ord(found[0]):04X}")
        return whole

    def _report_empty(self, event: ScalarEvent) -> None:
        if not self._open:
            return
        parent = self._open[-1]
        spot = (
            parent.spots.get(parent.key, _spot(event.start_mark)) if parent.key is not None else _spot(event.start_mark)
        )
        self._report(spot, "EMPTY_VALUE", key="-" if parent.key is None else str(parent.key))

    def _report(self, spot: Spot, code: str, **arguments: Argument) -> None:
        self.problems.append(Diagnostic(self.file, spot.line, spot.column, code, arguments))

    def _refusal(self, spot: Spot, code: str, **arguments: Argument) -> _RefusedError:
        return _RefusedError(Diagnostic(self.file, spot.line, spot.column, code, arguments))

    def _feature(self, event: Event, name: str) -> _RefusedError:
        return self._refusal(_spot(event.start_mark), "YAML_FEATURE", feature=Term(name), instead=Term(f"not_{name}"))


def _is_plain(text: str) -> bool:
    """Whether a number has few enough digits to stay exact wherever it goes."""
    mantissa, _, exponent = text.lower().partition("e")
    digits = mantissa.lstrip("+-").replace(".", "").strip("0")
    return len(digits) <= _MAX_DIGITS and abs(int(exponent[:6] or "0")) <= _MAX_EXPONENT
