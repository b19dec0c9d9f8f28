"""Identifiers made by the application: UUIDv7, so that rows arrive in index order; time and chance are arguments."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

__all__ = ["RANDOM_BYTES", "uuid7", "uuid7s"]

RANDOM_BYTES: Final = 10
"""How much randomness an identifier takes."""

_RANDOM: Final = (1 << 80) - 1 & ~(0xF << 76) & ~(0x3 << 62)
_VERSION_AND_VARIANT: Final = 0x7 << 76 | 0x2 << 62


def uuid7(at: datetime, randomness: bytes) -> UUID:
    """A version 7 UUID (RFC 9562) for the instant `at`; `randomness` is at least 10 bytes from the caller's source."""
    return uuid7s(at, randomness[:RANDOM_BYTES])[0]


def uuid7s(at: datetime, randomness: bytes) -> list[UUID]:
    """The same for many things of one instant: one for every 10 bytes of randomness."""
    time = int(at.timestamp() * 1000).to_bytes(6, "big")
    made: list[bytes] = []
    for start in range(0, len(randomness), RANDOM_BYTES):
        bits = int.from_bytes(randomness[start : start + RANDOM_BYTES], "big")
        made.append(time + (bits & _RANDOM | _VERSION_AND_VARIANT).to_bytes(RANDOM_BYTES, "big"))
    # Several times as quick as to call the class for each.
    return msgspec.convert(made, list[UUID])
