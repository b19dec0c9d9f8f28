"""The form of the catalogue of messages: a sentence and its cure, in English and in Bokmål."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Entry", "Wording", "entry"]


class Wording(NamedTuple):
    """A sentence and its cure; `{name}` stands for a parameter."""

    says: str
    cure: str = ""


class Entry(NamedTuple):
    """One message in both languages."""

    en: Wording
    nb: Wording


def entry(en: tuple[str, str] | str, nb: tuple[str, str] | str) -> Entry:
    """A message: in each language a sentence, or a sentence and its cure."""
    return Entry(*(Wording(words) if isinstance(words, str) else Wording(*words) for words in (en, nb)))
