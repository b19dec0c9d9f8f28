"""Every code a quest file can be told, with its words in English and, from the catalogues, in other languages."""

from collections.abc import Mapping
from typing import Final

from vekst.catalogues import LOCALES, translated
from vekst.quests.messages.entries import Entry, Severity
from vekst.quests.messages.form import FORM
from vekst.quests.messages.meaning import MEANING
from vekst.quests.messages.reading import READING
from vekst.quests.messages.words import WORDS

__all__ = ["CATALOGUE", "LOCALES", "WORDS", "Entry", "Severity", "cure_of", "message_of", "sources", "word"]

CATALOGUE: Final[Mapping[str, Entry]] = {**READING, **FORM, **MEANING}


def message_of(code: str, locale: str) -> str:
    """The fault that the code tells."""
    return translated("quest-files", code, CATALOGUE[code].message, locale)


def cure_of(code: str, locale: str) -> str:
    """The cure of that fault."""
    return translated("quest-files", _of_cure(code), CATALOGUE[code].cure, locale)


def word(name: str, locale: str) -> str:
    """A word that fills messages."""
    return translated("quest-files", _of_word(name), WORDS[name], locale)


def sources() -> Mapping[str, str]:
    """Everything that is said in English, by the context that catalogues know it under."""
    found: dict[str, str] = {}
    for code, entry in CATALOGUE.items():
        found |= {code: entry.message, _of_cure(code): entry.cure}
    return found | {_of_word(name): english for name, english in WORDS.items()}


def _of_cure(code: str) -> str:
    return f"{code} cure"


def _of_word(name: str) -> str:
    return f"word {name}"
