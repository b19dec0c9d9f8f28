"""The shape of a catalogue entry: one code, its severity, and its words in English."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Entry", "Severity", "error", "warning"]


class Severity(StrEnum):
    """An error keeps a pack from being published; a warning is advice."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code says: the fault and its cure, with `{arguments}` to fill in."""

    severity: Severity
    message: str
    cure: str


def error(message: str, cure: str) -> Entry:
    """An entry that keeps the pack from being used."""
    return Entry(Severity.ERROR, message, cure)


def warning(message: str, cure: str) -> Entry:
    """An entry that advises."""
    return Entry(Severity.WARNING, message, cure)
