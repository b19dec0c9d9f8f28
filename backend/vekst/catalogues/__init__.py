"""The words of other languages: gettext catalogues, read with Babel once and kept; English stands in the code itself.

Each sentence is looked up by its context, the code it is told under, so that two that read alike in English may differ
elsewhere. `make texts` brings the catalogues up to the code; the checks refuse one that is incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from babel.messages.pofile import read_po

__all__ = ["DEFAULT_LOCALE", "LOCALES", "Subject", "translated"]

Subject = Literal["audit", "errors", "event-types", "explanations", "personal-data", "quest-files"]
"""What a catalogue is about; gettext calls it a domain."""

DEFAULT_LOCALE: Final = "en"
LOCALES: Final = ("en", "nb")
"""The languages of what Vekst says, English first."""

_NORWEGIAN: Final = frozenset({"no", "nn"})
"""Written Norwegian of any kind is better answered in Bokmål than in English."""


def translated(subject: Subject, context: str, english: str, locale: str) -> str:
    """The sentence of that context in the locale's language; in English for a language without a catalogue."""
    language = _language(locale)
    return english if language == DEFAULT_LOCALE else _catalogue(subject, language).get(context, english)


def _language(locale: str) -> str:
    language = locale.replace("_", "-").partition("-")[0].lower()
    if language in _NORWEGIAN:
        return "nb"
    return language if language in LOCALES else DEFAULT_LOCALE


@cache
def _catalogue(subject: Subject, language: str) -> Mapping[str, str]:
    """What the catalogue says, by context."""
    with files(__name__).joinpath(language, f"{subject}.po").open("rb") as file:
        messages = read_po(file, locale=language)
    return {message.context: str(message.string) for message in messages if message.context and message.string}
