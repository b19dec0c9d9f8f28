"""The shape of a catalogue entry: one code, its severity, and its words in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["LOCALES", "Entry", "Severity", "error", "warning"]

LOCALES: Final = ("en", "nb")


class Severity(StrEnum):
    """An error keeps a pack from being published; a warning is advice."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code says: the fault and its cure, by locale, with `{arguments}` to fill in."""

    severity: Severity
    message: Mapping[str, str]
    cure: Mapping[str, str]


def error(*, en: tuple[str, str], nb: tuple[str, str]) -> Entry:
    """An entry that keeps the pack from being used; each language gives (fault, cure)."""
    return _entry(Severity.ERROR, en, nb)


def warning(*, en: tuple[str, str], nb: tuple[str, str]) -> Entry:
    """An entry that advises."""
    return _entry(Severity.WARNING, en, nb)


def _entry(severity: Severity, en: tuple[str, str], nb: tuple[str, str]) -> Entry:
    return Entry(severity, {"en": en[0], "nb": nb[0]}, {"en": en[1], "nb": nb[1]})
