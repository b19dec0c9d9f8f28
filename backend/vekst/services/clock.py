"""What services take from outside the core: the time, and identifiers made from it and from randomness."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from vekst.domain.ids import RANDOM_BYTES, uuid7, uuid7s

__all__ = ["Clock", "new_id", "new_ids", "system_clock"]

Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC."""


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


def new_id(at: datetime) -> UUID:
    """A new identifier for something made at that instant."""
    return uuid7(at, os.urandom(RANDOM_BYTES))


def new_ids(at: datetime, count: int) -> list[UUID]:
    """New identifiers for so many things made at that instant."""
    return uuid7s(at, os.urandom(RANDOM_BYTES * count))
