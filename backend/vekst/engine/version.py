"""Which engine made a standing: a standing of another engine is folded anew, one of a newer engine is left alone."""

from __future__ import annotations

import re
from typing import Final

from vekst.domain.calendars import CALENDAR_DATA

__all__ = ["ENGINE_VERSION", "is_newer"]

ENGINE_VERSION: Final = f"5+{CALENDAR_DATA}"
"""Raise the leading number with every change of what the fold gives or remembers."""


def is_newer(a: str, b: str) -> bool:
    """Whether engine version `a` is newer than `b`, number by number."""
    return a != b and _parts(a) > _parts(b)


def _parts(version: str) -> list[tuple[int, str]]:
    return [(int(number or 0), word) for number, word in re.findall(r"(\d+)|([a-z]+)", version)]
