"""Which texts PostgreSQL can keep, and so be asked for: no NUL, no half of a surrogate pair."""

from __future__ import annotations

__all__ = ["is_storable"]


def is_storable(text: str) -> bool:
    """Whether the text can be stored as it is."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
