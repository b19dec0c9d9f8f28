"""Reads the small notations of quest files: exact numbers, percents, lengths of time and equality of values."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from typing import Any

__all__ = ["exact", "is_number", "length_of", "same_value", "share"]

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def is_number(value: Any) -> bool:
    """Tell numbers from flags, texts and absent values."""
    return value is not None and not isinstance(value, (bool, str, list, dict))


def exact(value: Any) -> Fraction:
    """Give the number that the author or the client wrote, in decimals, without binary rounding."""
    return Fraction(str(value))


def same_value(left: Any, right: Any) -> bool:
    """Compare by value: 1 is 1.0, but a flag is neither 1 nor 0."""
    if is_number(left) and is_number(right):
        return exact(left) == exact(right)
    return type(left) is type(right) and bool(left == right)


def length_of(written: str) -> timedelta:
    """Read a length such as ``7d``, ``48h`` or ``730 days``; a day is always 24 hours."""
    match = re.fullmatch(r"\s*(\d+)\s*([a-z]+)\s*", str(written))
    if match is None:
        raise ValueError(f"not a length of time: {written!r}")
    return int(match[1]) * _UNITS[match[2][0]]


def share(written: Any) -> Fraction:
    """Read a percent such as ``10%`` as an exact share of one."""
    match = re.fullmatch(r"\s*([\d.]+)\s*%\s*", str(written))
    if match is None:
        raise ValueError(f"not a percent: {written!r}")
    return Fraction(match[1]) / 100
