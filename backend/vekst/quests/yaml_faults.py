"""What an author is told where the parser gives up: the slips that people make, each with its own cure."""

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from ruamel.yaml.error import MarkedYAMLError

from vekst.quests.diagnostics import Argument, Diagnostic, Term

__all__ = ["syntax_fault"]

_Told: TypeAlias = tuple[str, dict[str, Argument]]

_OPENING: Final = "'\"[{"
_HARD_BLANK: Final = re.compile("[ \t]*\u00a0")
_PROBLEMS: Final[Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], _Told]]]] = (
    (re.compile(r"found character '\\t'"), lambda _: ("BAD_BLANK", {"what": Term("tab")})),
    (re.compile(r"found character '(.)'"), lambda found: ("NEEDS_QUOTES", {"sign": found[1]})),
    (re.compile(r"mapping values are not allowed"), lambda _: ("STRAY_COLON", {})),
    (re.compile(r"expected <block end>, but found '<block "), lambda _: ("BAD_INDENT", {})),
    (re.compile(r"expected <block end>, but found '<scalar>'"), lambda _: ("TEXT_AFTER_END", {})),
    (re.compile(r"expected ',' or '(.)'"), lambda found: ("NO_COMMA", {"sign": found[1]})),
)
"""By the parser's words, which are meant for programmers."""


def syntax_fault(error: MarkedYAMLError, text: str, file: str) -> Diagnostic:
    """What is wrong where the parser stopped, or where what it waits for was opened."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Diagnostic(file, 1, 1, *_other(error))
    begun = error.context_mark
    if begun is not None and not text[mark.index :].strip():
        sign = text[begun.index : begun.index + 1]
        if sign and sign in _OPENING:
            return Diagnostic(file, begun.line + 1, begun.column + 1, "NOT_CLOSED", {"sign": sign})
    lines = text.splitlines()
    for number in range(max(0, mark.line - 1), min(mark.line + 1, len(lines))):
        if (found := _HARD_BLANK.match(lines[number])) is not None:
            return Diagnostic(file, number + 1, found.end(), "BAD_BLANK", {"what": Term("hard_blank")})
    return Diagnostic(file, mark.line + 1, mark.column + 1, *_told(error))


def _told(error: MarkedYAMLError) -> _Told:
    for pattern, told in _PROBLEMS:
        if (found := pattern.match(error.problem or "")) is not None:
            return told(found)
    return _other(error)


def _other(error: MarkedYAMLError) -> _Told:
    return "BAD_YAML", {"problem": " ".join((error.problem or error.context or "").split())}
