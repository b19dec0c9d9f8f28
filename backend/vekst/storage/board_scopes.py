"""The names under which rows of boards are kept: whose board it is, and where it has windows, which of them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

__all__ = [
    "BAND_SHIFTS",
    "IS_ORGANISATION",
    "ORGANISATION_SCOPE",
    "TEAM_SCOPES",
    "challenge_board",
    "period_of",
    "team_scope",
    "windowed",
]

ORGANISATION_SCOPE: Final = "org"
"""The scope of an organisation's board; it and its windows are those that have a histogram."""

TEAM_SCOPES: Final = "team:"
"""What the scope of a team's board begins with; the team's id follows."""

IS_ORGANISATION: Final = f"(scope = '{ORGANISATION_SCOPE}' OR scope LIKE '{ORGANISATION_SCOPE}/%')"
"""The same as a condition of a statement on `scope`."""

BAND_SHIFTS: Final = (7, 12, 17)
"""A histogram's bands are of 2 to these powers: to know a rank, a few dozen rows of each are added up.

Finer ones would be fewer to add up, and more to keep: a step of twenty points leaves a band of 128 one time in six.
"""


def challenge_board(challenge_id: UUID) -> str:
    """The name under which people choose to be on a challenge's board; no key of the quest files looks like it."""
    return f"challenge:{challenge_id.hex}"


def team_scope(team_id: UUID) -> str:
    """The scope of a team's board."""
    return f"{TEAM_SCOPES}{team_id}"


def windowed(scope: str, period: str | None) -> str:
    """The scope of one window, such as `org/2026-W07`; without one the scope itself, where everyone on it has a row."""
    return f"{scope}/{period}" if period else scope


def period_of(scope: str) -> str | None:
    """The key of the window that a scope names."""
    return scope.partition("/")[2] or None
