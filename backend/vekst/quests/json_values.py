"""JSON values read as quest documents take them."""

from decimal import Decimal

__all__ = ["exact"]


def exact(raw: object) -> object:
    """A JSON value as the documents take it: tuples for lists, and no floats."""
    match raw:
        case dict():
            return {key: exact(value) for key, value in raw.items()}
        case list():
            return tuple(exact(value) for value in raw)
        case float():
            return Decimal(repr(raw))
        case _:
            return raw
