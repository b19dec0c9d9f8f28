"""What people are told, by code: what happened and, where there is one, the cure; in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Final

from vekst.catalogues import DEFAULT_LOCALE, LOCALES, translated
from vekst.domain.wordings import Wording
from vekst.domain.wordings_challenges import CHALLENGE_WORDINGS
from vekst.domain.wordings_events import EVENT_WORDINGS
from vekst.domain.wordings_feedback import FEEDBACK_WORDINGS
from vekst.domain.wordings_goals import GOAL_WORDINGS
from vekst.domain.wordings_privacy import PRIVACY_WORDINGS
from vekst.domain.wordings_pushes import PUSH_WORDINGS
from vekst.domain.wordings_requests import REQUEST_WORDINGS

__all__ = ["DEFAULT_LOCALE", "LOCALES", "codes", "cure", "sources", "text"]

_WORDINGS: Final[dict[str, Wording]] = {
    **REQUEST_WORDINGS,
    **EVENT_WORDINGS,
    **CHALLENGE_WORDINGS,
    **FEEDBACK_WORDINGS,
    **GOAL_WORDINGS,
    **PRIVACY_WORDINGS,
    **PUSH_WORDINGS,
}


class _Params(dict[str, object]):
    """Parameters of a sentence; one that was not given shows as an ellipsis instead of breaking an error message."""

    def __missing__(self, key: str) -> str:
        return "…"


def text(code: str, locale: str, /, **params: object) -> str:
    """The sentence of `code` in that locale (English for any other); the code itself if there is no sentence."""
    wording = _WORDINGS.get(code)
    if wording is None:
        return code
    given = {name: value for name, value in params.items() if value is not None}
    return translated("errors", code, wording.says, locale).format_map(_Params(given))


def cure(code: str, locale: str, /, **params: object) -> str | None:
    """What to do about `code`; None where nothing is known to help, or where what the cure names was not given."""
    wording = _WORDINGS.get(code)
    if wording is None or not wording.cure:
        return None
    words = translated("errors", _of_cure(code), wording.cure, locale)
    names = {name for _, name, _, _ in Formatter().parse(words) if name}
    return None if any(params.get(name) is None for name in names) else words.format_map(params)


def codes() -> frozenset[str]:
    """Every code that has a sentence."""
    return frozenset(_WORDINGS)


def sources() -> Mapping[str, str]:
    """Every sentence in English, by the context that catalogues know it under."""
    found: dict[str, str] = {}
    for code, wording in _WORDINGS.items():
        found[code] = wording.says
        if wording.cure:
            found[_of_cure(code)] = wording.cure
    return found


def _of_cure(code: str) -> str:
    return f"{code} cure"
