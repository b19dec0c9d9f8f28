"""Back-pressure: how many events of an organisation wait for the workers, and whether more may come just now."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from vekst.domain.errors import TooMany
from vekst.storage import events_store
from vekst.storage.database import Database

__all__ = ["COME_BACK_AFTER", "Backlog"]

COME_BACK_AFTER: Final = 15
"""Seconds after which who was turned away should come again; workers judge many events in that time."""
_LOOK_EVERY: Final = 1.0
_SHARE: Final = 16
_FOR_PEOPLE: Final = 2


@dataclass(slots=True)
class _Known:
    """What one process knows of an organisation: what it counted, and what it has stored since."""

    counted: int = 0
    since: int = 0
    at: float = 0.0


class Backlog:
    """Holds integrations back over `at_most` waiting events of their organisation, and people over twice as many.

    So a system that floods delays itself, and not the people, whose own progress is let in for longer. It is counted
    rarely: as long as little waits, once for each sixteenth of the limit that this process has stored; then once a
    second. So the limit is kept roughly, at next to no cost. What waits for learners who are set aside does not count.
    """

    def __init__(self, at_most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._at_most = at_most
        self._now = now
        self._known: dict[UUID, _Known] = {}

    async def admit(self, database: Database, org_id: UUID, *, person: bool) -> None:
        """Return where there is room; else `TooMany`, and nothing is to be stored."""
        if not self._at_most:
            return
        known = self._known.setdefault(org_id, _Known())
        limit = self._at_most * (_FOR_PEOPLE if person else 1)
        if self._is_to_count(known):
            # First, so that of many at once only one counts.
            known.at, known.since = self._now(), 0
            async with database.reading(org_id) as connection:
                known.counted = await events_store.count_waiting(connection, org_id, self._at_most * _FOR_PEOPLE)
        if known.counted + known.since >= limit:
            raise TooMany("QUEUE_FULL", field="events", seconds=COME_BACK_AFTER)

    def stored(self, org_id: UUID, events: int) -> None:
        """Take note of events that were stored."""
        if self._at_most:
            self._known.setdefault(org_id, _Known()).since += events

    def _is_to_count(self, known: _Known) -> bool:
        if known.counted + known.since >= self._at_most / 2:
            return self._now() - known.at >= _LOOK_EVERY
        return known.since >= self._at_most / _SHARE
