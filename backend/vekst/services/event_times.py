"""When an event may have occurred: hardly in the future, and not longer ago than the pack accepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from vekst.domain.receipts import Problem
from vekst.engine.pack import Pack

__all__ = ["Times"]

_AHEAD_AT_MOST: Final = timedelta(minutes=5)
# Calendars and zones know the years around ours; an older instant is a mistake.
_EARLIEST: Final = datetime(1900, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """The span in which an event may have occurred, as of `now`."""

    now: datetime
    earliest: datetime

    @classmethod
    def of(cls, pack: Pack | None, now: datetime, *, history: bool = False) -> Self:
        """The span that the pack accepts; how late `history` comes does not matter."""
        bound = pack is not None and not history
        return cls(now, max(_EARLIEST, now - pack.accepts_events_up_to) if bound and pack else _EARLIEST)

    def conceivable(self, occurred_at: datetime) -> bool:
        """Whether an event of that instant may have been let in at some time, however late it would be now."""
        return _EARLIEST <= occurred_at <= self.now + _AHEAD_AT_MOST

    def problem(self, occurred_at: datetime, since: datetime | None = None) -> Problem | None:
        """Why an event of that instant is refused, or None; what was there before `since` was erased (retention)."""
        if occurred_at > self.now + _AHEAD_AT_MOST:
            return Problem("IN_THE_FUTURE", "occurredAt", {"now": self.now.isoformat(timespec="seconds")})
        earliest = max(self.earliest, since) if since else self.earliest
        if occurred_at < earliest:
            return Problem("TOO_OLD", "occurredAt", {"earliest": earliest.isoformat(timespec="seconds")})
        return None
