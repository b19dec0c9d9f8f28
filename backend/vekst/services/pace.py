"""Pace: how many events an organisation may record in a minute, so that one cannot take the machine from the others."""

from __future__ import annotations

from math import ceil
from uuid import UUID

from vekst.domain.errors import TooMany
from vekst.jobs.rates import Rates

__all__ = ["Pace"]


class Pace:
    """Holds an organisation to `per_minute` events over all who record for it; 0 for any number.

    A minute's worth may come at once. Then its integrations wait for what flows in anew, and people may overdraw it by
    as much again: their own progress does not wait for a system's. Nobody waits while Valkey is away.
    """

    def __init__(self, rates: Rates, per_minute: int) -> None:
        self._rates = rates
        self._per_minute = per_minute

    async def admit(self, org_id: UUID, events: int, *, person: bool) -> None:
        """Return where so many may come now; else `TooMany`, and nothing is to be stored."""
        if not self._per_minute:
            return
        wait = await self._rates.record(org_id, events, of_all=self._per_minute, person=person)
        if wait:
            raise TooMany("EVENTS_TOO_FAST", field="events", limit=self._per_minute, seconds=ceil(wait))
