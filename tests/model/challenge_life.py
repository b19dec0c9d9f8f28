"""What a challenge is at any time, written down as plainly as it can be; nothing of this comes from the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["ChallengeLife"]


@dataclass
class ChallengeLife:
    """One challenge; each method says whether the wish is granted, and then it has happened."""

    starts: datetime
    ends: datetime
    grace: timedelta
    is_draft: bool
    need: int
    is_cancelled: bool = False
    is_settled: bool = False

    def state(self, now: datetime) -> str:
        if self.is_cancelled:
            return "CANCELLED"
        if self.is_settled:
            return "SETTLED"
        if self.is_draft:
            return "DRAFT"
        if now < self.starts:
            return "SCHEDULED"
        if now < self.ends:
            return "RUNNING"
        return "SETTLING"

    def change(
        self, now: datetime, starts: datetime | None, ends: datetime | None, need: int | None, *, publish: bool
    ) -> bool:
        state = self.state(now)
        new_starts, new_ends, new_need = starts or self.starts, ends or self.ends, need or self.need
        if publish and state == "DRAFT" and starts is None and self.starts < now:
            new_starts = now
        if state in {"CANCELLED", "SETTLED", "SETTLING"} or new_ends <= new_starts:
            return False
        if state == "RUNNING" and (new_starts != self.starts or new_ends < self.ends or new_need > self.need):
            return False
        is_announced_late = publish and state == "DRAFT" and new_starts < now
        if state in {"DRAFT", "SCHEDULED"} and ((new_starts != self.starts and new_starts < now) or is_announced_late):
            return False
        self.starts, self.ends, self.need = new_starts, new_ends, new_need
        if publish:
            self.is_draft = False
        return True

    def cancel(self, now: datetime) -> bool:
        if self.state(now) in {"SETTLING", "SETTLED"}:
            return False
        self.is_cancelled = True
        return True

    def settle(self, now: datetime) -> bool:
        if self.state(now) != "SETTLING" or now < self.ends + self.grace:
            return False
        self.is_settled = True
        return True
