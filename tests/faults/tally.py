"""What is counted while the program runs: figures, and everything that should not have happened."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """The figures of one run; times are in seconds."""

    events: int = 0
    """Different events that are stored, each acknowledged at least once."""
    acknowledged: int = 0
    attempts: int = 0
    failed_attempts: Counter[str] = field(default_factory=Counter)
    strikes: Counter[str] = field(default_factory=Counter)
    recoveries: list[tuple[float, str]] = field(default_factory=list)
    longest_stall: float = 0.0
    slowest_answer: float = 0.0
    violations: list[str] = field(default_factory=list)
    _last: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """Measure stalls from now on."""
        self._last = time.monotonic()

    def acknowledge(self, events: int) -> None:
        """Take note of events that a client was told to be safe."""
        now = time.monotonic()
        self.longest_stall = max(self.longest_stall, now - self._last)
        self._last = now
        self.acknowledged += events

    def answered(self, seconds: float, outcome: str) -> None:
        """Take note of an attempt and how it ended: `ok`, or what failed."""
        self.attempts += 1
        self.slowest_answer = max(self.slowest_answer, seconds)
        if outcome != "ok":
            self.failed_attempts[outcome] += 1

    def recovered(self, seconds: float, strike: str) -> None:
        """Take note of how long it took after a strike until an event was stored and judged again."""
        self.recoveries.append((seconds, strike))

    def wrong(self, what: str) -> None:
        """Take note of something that must never happen."""
        self.violations.append(what)
