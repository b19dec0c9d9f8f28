"""Identifiers made by the application: UUIDv7, so that rows arrive in index order; time and chance are arguments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

__all__ = ["uuid7"]


def uuid7(at: datetime, randomness: bytes) -> UUID:
    """A version 7 UUID (RFC 9562) for the instant `at`; `randomness` is at least 10 bytes from the caller's source."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | int.from_bytes(randomness[:10], "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | 0x7 << 76 | 0x2 << 62)
