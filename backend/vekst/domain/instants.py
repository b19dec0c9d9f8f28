"""Instants as whole microseconds since 1970 in UTC, the exact and compact form in which a standing remembers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["instant", "micros"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """The microseconds from 1970 to the aware instant `at`, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def instant(microseconds: int) -> datetime:
    """The instant, in UTC, so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)
