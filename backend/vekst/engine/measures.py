"""Measures over matching events, each with an accumulator that a standing can encode as it is.

Every measure only grows: one more event never makes it smaller.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from typing_extensions import override

from vekst.domain.events import FieldValue, ProgressEvent
from vekst.domain.periods import Window, window_start

__all__ = ["DAYS_BACK", "NANO", "AtMost", "Count", "Days", "Distinct", "Measure", "Sum", "forget_old", "nano", "packed"]

NANO: Final = 10**9
"""Numbers of events are judged exactly, in whole billionths."""

DAYS_BACK: Final = 2
"""In canonical order a learner's local date never falls further back than this (zones span 26 hours)."""


def nano(value: FieldValue) -> int | None:
    """A number in whole billionths, or None for what is not a number (a flag is not one)."""
    if type(value) is int:
        return value * NANO
    if type(value) is float:
        return round(Decimal(repr(value)).scaleb(9))
    return None


def packed(number: int) -> int | str:
    """A whole number as itself while it fits 64 bits, as text beyond; `int()` reads both."""
    return number if number < 1 << 63 else str(number)


def forget_old(windows: dict[int, Any]) -> None:
    """Keep the few windows that a later event can still fall into: the newest, and DAYS_BACK days before it."""
    while len(windows) > DAYS_BACK + 2:
        del windows[min(windows)]


@dataclass(frozen=True, slots=True)
class AtMost:
    """No more than `times` of each window count."""

    times: int
    per: Window


class Measure(ABC):
    """What is measured over a set of events; `need` is in the unit of `have`."""

    need: int

    @abstractmethod
    def start(self) -> list[Any]:
        """The accumulator of no events."""

    @abstractmethod
    def add(self, total: list[Any], event: ProgressEvent, day: int) -> bool:
        """Take one matching event in; whether it contributed."""

    @abstractmethod
    def have(self, total: list[Any]) -> int:
        """How much the accumulator holds."""

    def slot(self, event: ProgressEvent, day: int) -> str | int | None:  # noqa: ARG002
        """Events of one slot add up to one in a rolling range; None: each stands alone."""
        return None


@dataclass(frozen=True, slots=True)
class Count(Measure):
    """How many events, at most so many of each window."""

    need: int
    at_most: AtMost | None = None

    @override
    def start(self) -> list[Any]:
        return [0, {}] if self.at_most else [0]

    @override
    def add(self, total: list[Any], event: ProgressEvent, day: int) -> bool:
        if self.at_most is not None:
            seen = total[1]
            window = window_start(self.at_most.per, day)
            used = seen.get(window, 0)
            if used >= self.at_most.times:
                return False
            seen[window] = used + 1
            forget_old(seen)
        total[0] += 1
        return True

    @override
    def have(self, total: list[Any]) -> int:
        return int(total[0])


@dataclass(frozen=True, slots=True)
class Sum(Measure):
    """The field's values added up, in billionths; the total is text once it outgrows 64 bits."""

    need: int
    field: str

    @override
    def start(self) -> list[Any]:
        return [0]

    @override
    def add(self, total: list[Any], event: ProgressEvent, day: int) -> bool:
        value = nano(event.data.get(self.field))
        if value is None or value <= 0:
            return False
        new = int(total[0]) + value
        total[0] = packed(new)
        return True

    @override
    def have(self, total: list[Any]) -> int:
        return int(total[0])


@dataclass(frozen=True, slots=True)
class Distinct(Measure):
    """How many different values the field took."""

    need: int
    field: str

    @override
    def start(self) -> list[Any]:
        return []

    @override
    def add(self, total: list[Any], event: ProgressEvent, day: int) -> bool:
        value = self.slot(event, day)
        if value is None or value in total:
            return False
        total.append(value)
        return True

    @override
    def have(self, total: list[Any]) -> int:
        return len(total)

    @override
    def slot(self, event: ProgressEvent, day: int) -> str | int | None:
        value = event.data.get(self.field)
        number = nano(value)
        if number is not None:
            return f"n{number}"
        return None if value is None else f"{type(value).__name__[0]}{value}"


@dataclass(frozen=True, slots=True)
class Days(Measure):
    """On how many local dates; only the latest dates are remembered, older ones cannot come again in order."""

    need: int

    @override
    def start(self) -> list[Any]:
        return [0, []]

    @override
    def add(self, total: list[Any], event: ProgressEvent, day: int) -> bool:
        if day in total[1]:
            return False
        total[0] += 1
        total[1] = [*(known for known in total[1] if known >= day - DAYS_BACK - 1), day]
        return True

    @override
    def have(self, total: list[Any]) -> int:
        return int(total[0])

    @override
    def slot(self, event: ProgressEvent, day: int) -> str | int | None:
        return day
