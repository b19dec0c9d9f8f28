"""Every code a quest file can be told, with its words in English and Norwegian."""

from collections.abc import Mapping
from typing import Final

from vekst.quests.messages.entries import LOCALES, Entry, Severity
from vekst.quests.messages.form import FORM
from vekst.quests.messages.meaning import MEANING
from vekst.quests.messages.reading import READING
from vekst.quests.messages.words import WORDS

__all__ = ["CATALOGUE", "LOCALES", "WORDS", "Entry", "Severity"]

CATALOGUE: Final[Mapping[str, Entry]] = {**READING, **FORM, **MEANING}
