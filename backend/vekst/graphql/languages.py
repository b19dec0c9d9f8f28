"""Which language a caller is answered in: Accept-Language, else the person's own, else the pack's first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from vekst.domain.texts import DEFAULT_LOCALE, LOCALES

__all__ = ["Languages", "accepted_languages"]

_BOKMAL: Final = "nb"
_NORWEGIAN: Final = frozenset({"no", "nn", "nb"})
"""Written Norwegian of any kind is better answered in Bokmål than in English."""

_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_RANGES_AT_MOST: Final = 20
_CHOICES_AT_MOST: Final = 1_024


def accepted_languages(header: str) -> tuple[str, ...]:
    """The languages of an Accept-Language header, most wanted first; what can't be read is passed over."""
    found: list[tuple[float, str]] = []
    for part in header.split(",")[:_RANGES_AT_MOST]:
        match = _RANGE.fullmatch(part)
        if match and match[1] != "*" and (quality := float(match[2] or 1)) > 0:
            found.append((-quality, match[1].lower()))
    return tuple(tag for _, tag in sorted(found, key=lambda pair: pair[0]))


class Languages(NamedTuple):
    """A caller's languages, most wanted first, as lower-case tags; what is kept by language is found by it."""

    wanted: tuple[str, ...] = ()

    def then(self, locale: str | None) -> Languages:
        """These languages, and after them the locale."""
        return Languages((*self.wanted, locale.lower())) if locale else self

    def choose(self, offered: Sequence[str]) -> str | None:
        """The first of the wanted languages that is offered, in the offer's own spelling."""
        return _chosen(self.wanted, tuple(offered))

    @property
    def messages(self) -> str:
        """The locale of messages, which exist in the languages of the catalogue."""
        return self.choose(LOCALES) or DEFAULT_LOCALE

    def pick(self, texts: Mapping[str, str]) -> str:
        """The text in the caller's language, or in the first of its locales."""
        locale = self.choose(tuple(texts))
        return texts[locale] if locale is not None else next(iter(texts.values()), "")


# Few callers speak few languages, and an answer has hundreds of texts.
@lru_cache(_CHOICES_AT_MOST)
def _chosen(wanted: tuple[str, ...], offered: tuple[str, ...]) -> str | None:
    by_tag = {tag.lower(): tag for tag in offered}
    return next((by_tag[tag] for each in wanted for tag in _spellings(each) if tag in by_tag), None)


def _spellings(tag: str) -> Iterable[str]:
    """The tag, its language alone, and Bokmål for any Norwegian."""
    language = tag.split("-", 1)[0]
    yield tag
    yield language
    if language in _NORWEGIAN:
        yield _BOKMAL
        yield "no"
