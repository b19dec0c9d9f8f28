"""The names under which rows of boards are kept: who is on a board, and where it has windows, what is in each."""

from __future__ import annotations

from typing import Final
from uuid import UUID

__all__ = ["BAND_SHIFTS", "EVERYONE", "challenge_board", "period_of", "window_scope"]

EVERYONE: Final = "org"
"""The scope in which everyone on a board has a row; it has the values of a board without windows."""

BAND_SHIFTS: Final = (5, 10, 15)
"""A histogram's bands are of 2 to these powers: to know a rank, some dozen rows of each are added up.

Finer ones would be fewer to add up, and more to keep.
"""


def challenge_board(challenge_id: UUID) -> str:
    """The name under which people choose to be on a challenge's board; no key of the quest files looks like it."""
    return f"challenge:{challenge_id.hex}"


def window_scope(period: str) -> str:
    """The scope of one window, such as `org/2026-W07`."""
    return f"{EVERYONE}/{period}"


def period_of(scope: str) -> str | None:
    """The key of the window that a scope names."""
    return scope.partition("/")[2] or None
