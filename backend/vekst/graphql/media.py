"""Media types of GraphQL over HTTP: which one an answer is written in, and what that means for its status."""

from __future__ import annotations

from typing import Final

__all__ = ["GRAPHQL_RESPONSE", "JSON", "answer_type", "is_json"]

GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
JSON: Final = "application/json"

_ANSWERS: Final = (JSON, GRAPHQL_RESPONSE)
"""What can be answered; the first where the caller does not care, for the oldest of clients."""


_WIDE: Final = ("*/*", "application/*")
"""Ranges in which both are, the widest first."""


def answer_type(accept: str | None) -> str | None:
    """The media type to answer with; None where none of those accepted can be.

    The most specific range that fits a type says how much it is wanted; among those that are wanted alike, one that
    was named goes before one that merely fits.
    """
    if not accept or not accept.strip():
        return JSON
    best: tuple[float, int] = (0.0, -1)
    chosen: str | None = None
    ranges = [_range(part) for part in accept.split(",")]
    for answer in _ANSWERS:
        names = (*_WIDE, answer)
        fitting = [(names.index(name), quality) for name, quality in ranges if name in names]
        specific, quality = max(fitting, default=(0, 0.0))
        if quality > 0 and (quality, specific) > best:
            best, chosen = (quality, specific), answer
    return chosen


def is_json(content_type: str | None) -> bool:
    """Whether a body of that type can be read: JSON in UTF-8, which is also meant where no charset is said."""
    name, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charsets = [part.partition("=")[2].strip(' "') for part in parameters if part.startswith("charset")]
    return name == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
        elif key.strip() == "charset" and value.strip(' "') not in ("utf-8", "utf8"):
            quality = 0.0
    return name, quality
