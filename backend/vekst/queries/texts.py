"""Which texts a database can hold at all: a lookup by any other finds nothing, and need not be tried."""

from __future__ import annotations

__all__ = ["storable"]


def storable(value: str) -> bool:
    """Whether PostgreSQL can hold the text: no NUL, no lone surrogate."""
    if "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
