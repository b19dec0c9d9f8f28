"""Diagnostics: what an author is told about a quest file: the place, a stable code, the fault and its cure."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from vekst.domain.texts import text
from vekst.quests.messages import CATALOGUE, LOCALES, Severity, cure_of, message_of, word

__all__ = ["LOCALES", "Argument", "Diagnostic", "Reason", "Severity", "Term", "has_errors", "in_order", "nearest"]


@dataclass(frozen=True, slots=True)
class Term:
    """An argument of a message that is itself translated, by its name in the catalogue of words, and filled in."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """An argument that is what an app would be told under that code."""

    code: str
    params: Mapping[str, object]


Argument: TypeAlias = str | Term | Reason


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong, or that could be better, at `file:line:column` (counted from 1).

    `arguments` fill the message of the `code`; a `suggestion` among them becomes the cure "did you mean …?".
    """

    file: str
    line: int
    column: int
    code: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Whether the pack cannot be used as it stands, or only could be better."""
        return CATALOGUE[self.code].severity

    def message(self, locale: str = "en") -> str:
        """What is wrong, in a language of `LOCALES` (another one is answered in English)."""
        return message_of(self.code, locale).format_map(self._spoken(locale))

    def cure(self, locale: str = "en") -> str:
        """What the author can do about it."""
        spoken = self._spoken(locale)
        if "suggestion" in spoken:
            return word("did_you_mean", locale).format_map(spoken)
        return cure_of(self.code, locale).format_map(spoken)

    def render(self, locale: str = "en") -> str:
        """`file:line:column CODE message (cure)`, on one line."""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message(locale)} ({self.cure(locale)})"

    def as_json(self, locale: str = "en") -> dict[str, str | int]:
        """The same for machines."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message(locale),
            "cure": self.cure(locale),
        }

    def _spoken(self, locale: str) -> dict[str, str]:
        return {name: _speak(value, locale) for name, value in self.arguments.items()}


def _speak(argument: Argument, locale: str) -> str:
    match argument:
        case Term(name=name, arguments=arguments):
            return word(name, locale).format_map(arguments)
        case Reason(code=code, params=params):
            return text(code, locale, **params).rstrip(".")
        case _:
            return _one_line(argument)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By file, line and column, each once."""
    told = {(each.file, each.line, each.column, each.code, each.message()): each for each in diagnostics}
    return tuple(told[key] for key in sorted(told))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them keeps the pack from being used."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The known word that was probably meant."""
    found = difflib.get_close_matches(word[:80], [*known], n=1, cutoff=likeness)
    return found[0] if found else None


def _one_line(text: str, limit: int = 200) -> str:
    # An author's text may hold what would garble or command a terminal.
    flat = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"
