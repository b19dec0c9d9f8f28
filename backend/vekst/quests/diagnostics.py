"""Diagnostics: what an author is told about a quest file: the place, a stable code, the fault and its cure."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from vekst.quests.messages import CATALOGUE, LOCALES, WORDS, Severity

__all__ = ["LOCALES", "Argument", "Diagnostic", "Phrase", "Severity", "Term", "has_errors", "in_order", "nearest"]


@dataclass(frozen=True, slots=True)
class Term:
    """An argument of a message that is itself translated, by its name in the catalogue of words."""

    name: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """An argument that is already words, in every language."""

    en: str
    nb: str


Argument: TypeAlias = str | Term | Phrase


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
        return CATALOGUE[self.code].message[_known(locale)].format_map(self._spoken(locale))

    def cure(self, locale: str = "en") -> str:
        """What the author can do about it."""
        spoken = self._spoken(locale)
        if "suggestion" in spoken:
            return WORDS["did_you_mean"][_known(locale)].format_map(spoken)
        return CATALOGUE[self.code].cure[_known(locale)].format_map(spoken)

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
        return {name: _speak(value, _known(locale)) for name, value in self.arguments.items()}


def _speak(argument: Argument, locale: str) -> str:
    match argument:
        case Term(name=name):
            return WORDS[name][locale]
        case Phrase(en=en, nb=nb):
            return nb if locale == "nb" else en
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


def _known(locale: str) -> str:
    language = locale.partition("-")[0]
    return language if language in LOCALES else "en"


def _one_line(text: str, limit: int = 200) -> str:
    # An author's text may hold what would garble or command a terminal.
    flat = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"
