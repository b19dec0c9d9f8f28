"""Event leaves: a measure over a range of events, with the refs of its evidence, as a plain list that encodes as it is.

A leaf that holds forgets its accumulators and holds for good.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

from typing_extensions import override

from vekst.domain.events import ProgressEvent
from vekst.domain.instants import micros
from vekst.domain.periods import Window, window_start
from vekst.engine.conditions import Where
from vekst.engine.measures import NANO, Count, Distinct, Measure, Sum, forget_old, nano, packed

__all__ = [
    "EVIDENCE_AT_MOST",
    "CalendarLeaf",
    "EventLeaf",
    "EverLeaf",
    "LeafState",
    "Progress",
    "RollingLeaf",
]

EVIDENCE_AT_MOST: Final = 1_000
"""Refs kept per leaf; beyond it a rule of thousands of events shows its first thousand."""

LeafState = list[Any]
"""[holds, refs of the evidence, what the leaf remembers …]"""

Progress = tuple[int, int]
"""(have, need), in the leaf's unit."""


class EventLeaf(ABC):
    """A condition on matching events; `types` are the event types it listens to."""

    types: frozenset[str]
    where: Where
    looks_at_order: ClassVar[bool] = False
    """Whether a late event can make the leaf read differently (M3)."""
    windowed: ClassVar[bool] = False
    """Whether what is there now can be gone later, without an event."""

    @abstractmethod
    def start(self) -> LeafState:
        """The state before any event."""

    @abstractmethod
    def add(self, state: LeafState, event: ProgressEvent, day: int) -> bool:
        """Take an event of one of the types in; whether the leaf came to hold by it."""

    @abstractmethod
    def progress(self, state: LeafState) -> Progress:
        """(have, need), in billionths where the measure is a sum."""

    def seen_at(self, state: LeafState, now: int, day: int) -> LeafState:  # noqa: ARG002
        """The state as it reads at the instant `now` (µs), on the local date `day`: without what is over by then."""
        return state

    def same_until(self, state: LeafState) -> int | None:  # noqa: ARG002
        """The first instant (µs) at which the state reads otherwise on the same date; None where nothing runs out."""
        return None

    def look_again(self, state: LeafState) -> None:  # noqa: B027 - most leaves hold by an event only
        """Hold if what is remembered is enough, for a leaf that took over the memory of one that asked for more."""

    @property
    def unit(self) -> int:
        """How many of `progress` make one for a reader: 1, or NANO for sums."""
        return 1


def _hold(state: LeafState, refs: list[int]) -> bool:
    state[:] = [True, refs[:EVIDENCE_AT_MOST]]
    return True


@dataclass(frozen=True, slots=True)
class _MeasureLeaf(EventLeaf):
    types: frozenset[str]
    where: Where
    measure: Measure

    @property
    @override
    def unit(self) -> int:
        # Not `isinstance`, which takes its time over abstract classes.
        return NANO if type(self.measure) is Sum else 1


@dataclass(frozen=True, slots=True)
class EverLeaf(_MeasureLeaf):
    """A measure over all events of the scope: state [holds, refs, total]."""

    @override
    def start(self) -> LeafState:
        return [False, [], self.measure.start()]

    @override
    def add(self, state: LeafState, event: ProgressEvent, day: int) -> bool:
        if not self.where.matches(event) or not self.measure.add(state[2], event, day):
            return False
        if len(state[1]) < EVIDENCE_AT_MOST:
            state[1].append(event.ref)
        return self.measure.have(state[2]) >= self.measure.need and _hold(state, state[1])

    @override
    def progress(self, state: LeafState) -> Progress:
        need = self.measure.need
        return (need, need) if state[0] else (self.measure.have(state[2]), need)

    @override
    def look_again(self, state: LeafState) -> None:
        if not state[0] and self.measure.have(state[2]) >= self.measure.need:
            _hold(state, state[1])


@dataclass(frozen=True, slots=True)
class CalendarLeaf(_MeasureLeaf):
    """A measure over some calendar window of local dates: state [holds, refs, {window: [refs, total]}]."""

    window: Window = Window.DAY
    windowed: ClassVar[bool] = True

    @override
    def start(self) -> LeafState:
        return [False, [], {}]

    @override
    def add(self, state: LeafState, event: ProgressEvent, day: int) -> bool:
        if not self.where.matches(event):
            return False
        windows: dict[int, list[Any]] = state[2]
        start = window_start(self.window, day)
        if start not in windows:
            windows[start] = [[], self.measure.start()]
            forget_old(windows)
        refs, total = windows[start]
        if not self.measure.add(total, event, day):
            return False
        if len(refs) < EVIDENCE_AT_MOST:
            refs.append(event.ref)
        return self.measure.have(total) >= self.measure.need and _hold(state, refs)

    @override
    def progress(self, state: LeafState) -> Progress:
        need = self.measure.need
        if state[0]:
            return need, need
        windows = state[2]
        return (self.measure.have(windows[max(windows)][1]) if windows else 0), need

    @override
    def seen_at(self, state: LeafState, now: int, day: int) -> LeafState:
        if state[0]:
            return state
        start = window_start(self.window, day)
        return [False, [], {start: state[2][start]} if start in state[2] else {}]


@dataclass(frozen=True, slots=True)
class RollingLeaf(_MeasureLeaf):
    """A measure over some interval (t - length, t]: state [holds, refs, [[instant, slot, number, ref], …]].

    Only entries that an interval ending now can still hold are kept: those younger than the length, of each slot the
    latest, of each capped window the latest few.
    """

    length: timedelta = timedelta()
    windowed: ClassVar[bool] = True

    @override
    def start(self) -> LeafState:
        return [False, [], []]

    @override
    def add(self, state: LeafState, event: ProgressEvent, day: int) -> bool:
        if not self.where.matches(event):
            return False
        entry = self._entry(event, day)
        if entry is None:
            return False
        horizon = entry[0] - self.length // timedelta(microseconds=1)
        entries = [old for old in state[2] if old[0] > horizon and (old[1] is None or old[1] != entry[1])]
        state[2] = self._capped([*entries, entry])
        return self._have(state[2]) >= self.measure.need and _hold(state, [kept[3] for kept in state[2]])

    @override
    def progress(self, state: LeafState) -> Progress:
        need = self.measure.need
        return (need, need) if state[0] else (self._have(state[2]), need)

    @override
    def seen_at(self, state: LeafState, now: int, day: int) -> LeafState:
        if state[0]:
            return state
        horizon = now - self.length // timedelta(microseconds=1)
        return [False, [], [entry for entry in state[2] if entry[0] > horizon]]

    @override
    def same_until(self, state: LeafState) -> int | None:
        if state[0] or not state[2]:
            return None
        return int(min(entry[0] for entry in state[2])) + self.length // timedelta(microseconds=1)

    def _entry(self, event: ProgressEvent, day: int) -> list[Any] | None:
        measure = self.measure
        number = 1
        if isinstance(measure, Sum):
            number = nano(event.data.get(measure.field)) or 0
        elif isinstance(measure, Count) and measure.at_most is not None:
            number = window_start(measure.at_most.per, day)
        slot = measure.slot(event, day)
        if (isinstance(measure, Sum) and number <= 0) or (isinstance(measure, Distinct) and slot is None):
            return None
        return [micros(event.occurred_at), slot, packed(number), event.ref]

    def _capped(self, entries: list[list[Any]]) -> list[list[Any]]:
        measure = self.measure
        if not isinstance(measure, Count) or measure.at_most is None:
            return entries
        window = entries[-1][2]
        same = [entry for entry in entries if entry[2] == window]
        if len(same) > measure.at_most.times:
            entries.remove(same[0])
        return entries

    def _have(self, entries: list[list[Any]]) -> int:
        if isinstance(self.measure, Sum):
            return sum(int(entry[2]) for entry in entries)
        return len(entries)
