"""The clients' own book: what they sent, and what they were told is safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

__all__ = ["Book", "EventKey", "Sent"]


class EventKey(NamedTuple):
    """What tells a stored event apart."""

    org: str
    person: str
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent; without `at` the server's own instant counts."""

    type: str
    data: Mapping[str, object]
    at: datetime | None


@dataclass(slots=True)
class Book:
    """All of it by key."""

    sent: dict[EventKey, Sent] = field(default_factory=dict)
    acknowledged: set[EventKey] = field(default_factory=set)
