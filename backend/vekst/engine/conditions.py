"""`where`: what an event's fields and its recorder must be for the event to match; closed, and able to say itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from typing_extensions import override

from vekst.domain.events import FieldValue, ProgressEvent, RecordedBy

__all__ = ["Between", "Condition", "Constant", "Differs", "Is", "OneOf", "Present", "Where"]

Constant = str | int | float | bool
"""A value in a quest file; a number of at most 15 digits compares as exactly as its float."""


def _same(value: FieldValue, constant: Constant) -> bool:
    """Numbers are equal by value, and a flag is never a number."""
    return value == constant and (type(value) is bool) is (type(constant) is bool)


class Condition(ABC):
    """What one field must be."""

    @abstractmethod
    def holds(self, value: FieldValue) -> bool:
        """Whether the field's value (None: absent) satisfies it."""


@dataclass(frozen=True, slots=True)
class Is(Condition):
    """Equal."""

    constant: Constant

    @override
    def holds(self, value: FieldValue) -> bool:
        return _same(value, self.constant)


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """Equal to one of them."""

    constants: tuple[Constant, ...]

    @override
    def holds(self, value: FieldValue) -> bool:
        for constant in self.constants:  # noqa: SIM110 - a generator for every event is slower
            if _same(value, constant):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Between(Condition):
    """A number between the two, both included; None does not bind."""

    low: int | float | None
    high: int | float | None

    @override
    def holds(self, value: FieldValue) -> bool:
        if type(value) is not int and type(value) is not float:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Differs(Condition):
    """There, and another value."""

    constant: Constant

    @override
    def holds(self, value: FieldValue) -> bool:
        return value is not None and not _same(value, self.constant)


@dataclass(frozen=True, slots=True)
class Present(Condition):
    """There, or not there."""

    present: bool

    @override
    def holds(self, value: FieldValue) -> bool:
        return (value is not None) is self.present


@dataclass(frozen=True, slots=True)
class Where:
    """All conditions by field, and who may have recorded the event (None: anyone)."""

    conditions: tuple[tuple[str, Condition], ...] = ()
    recorded_by: frozenset[RecordedBy] | None = None

    @property
    def fits_all(self) -> bool:
        """Whether every event fits."""
        return not self.conditions and self.recorded_by is None

    def matches(self, event: ProgressEvent) -> bool:
        """Whether the event fits."""
        if self.recorded_by is not None and event.recorded_by not in self.recorded_by:
            return False
        for name, condition in self.conditions:  # noqa: SIM110 - a generator for every event is slower
            if not condition.holds(event.data.get(name)):
                return False
        return True
