"""What people are told, by code: what happened and, where there is one, the cure; in the caller's language."""

from __future__ import annotations

from string import Formatter
from typing import Final

from vekst.domain.wordings import Entry, Wording
from vekst.domain.wordings_challenges import CHALLENGE_WORDINGS
from vekst.domain.wordings_events import EVENT_WORDINGS
from vekst.domain.wordings_feedback import FEEDBACK_WORDINGS
from vekst.domain.wordings_requests import REQUEST_WORDINGS

__all__ = ["DEFAULT_LOCALE", "LOCALES", "codes", "cure", "text"]

LOCALES: Final = ("en", "nb")
DEFAULT_LOCALE: Final = "en"

_ENTRIES: Final[dict[str, Entry]] = {**REQUEST_WORDINGS, **EVENT_WORDINGS, **CHALLENGE_WORDINGS, **FEEDBACK_WORDINGS}


class _Params(dict[str, object]):
    """Parameters of a sentence; one that was not given shows as an ellipsis instead of breaking an error message."""

    def __missing__(self, key: str) -> str:
        return "…"


def text(code: str, locale: str, /, **params: object) -> str:
    """The sentence of `code` in that locale (English for any other); the code itself if there is no sentence."""
    entry = _ENTRIES.get(code)
    given = {name: value for name, value in params.items() if value is not None}
    return _wording(entry, locale).says.format_map(_Params(given)) if entry else code


def cure(code: str, locale: str, /, **params: object) -> str | None:
    """What to do about `code`; None where nothing is known to help, or where what the cure names was not given."""
    entry = _ENTRIES.get(code)
    words = _wording(entry, locale).cure if entry else ""
    names = {name for _, name, _, _ in Formatter().parse(words) if name}
    if not words or any(params.get(name) is None for name in names):
        return None
    return words.format_map(params)


def codes() -> frozenset[str]:
    """Every code that has a sentence."""
    return frozenset(_ENTRIES)


def _wording(entry: Entry, locale: str) -> Wording:
    return entry.nb if locale == "nb" else entry.en
