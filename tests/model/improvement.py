"""Finds every improvement in a series of tries, by I1 to I4 read literally."""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.model.history import Event
from tests.model.quantities import exact, length_of, share

__all__ = ["improvements"]


def improvements(tries: list[Event], said: dict[str, Any]) -> list[Event]:
    """Give the tries at which an improvement is recognised; each is the last value of its R."""
    recent, baseline, memory = said["recent"], said["baseline"], length_of(said["memory"])
    values = [exact(event.data[said["field"]]) for event in tries]
    recognised: list[int] = []
    for n in range(baseline + recent, len(values) + 1):
        now = tries[n - 1].at
        reading = median(values[n - recent : n])
        bars = [
            median(values[end - baseline : end])
            for end in range(baseline, n - recent + 1)
            if now - tries[end - 1].at <= memory
        ]
        bars += [median(values[m - recent : m]) for m in recognised if now - tries[m - 1].at <= memory]
        fresh = all(m <= n - recent for m in recognised)
        if bars and fresh and reading > max(bars) and reading >= max(bars) * (1 + share(said["by"])):
            recognised.append(n)
    return [tries[n - 1] for n in recognised]
