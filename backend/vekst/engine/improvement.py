"""Getting better, judged so that it can't be staged: `improvement` (I1-I4) and `personal_best`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import ClassVar

from typing_extensions import override

from vekst.domain.events import ProgressEvent
from vekst.domain.instants import micros
from vekst.engine.conditions import Where
from vekst.engine.leaves import EVIDENCE_AT_MOST, EventLeaf, LeafState, Progress
from vekst.engine.measures import nano, packed

__all__ = ["ImprovementLeaf", "PersonalBestLeaf", "times_held"]


@dataclass(frozen=True, slots=True)
class PersonalBestLeaf(EventLeaf):
    """A value above every earlier one after at least `after` tries: state [holds, refs, tries, best]."""

    types: frozenset[str]
    where: Where
    field: str
    after: int
    looks_at_order: ClassVar[bool] = True

    @override
    def start(self) -> LeafState:
        return [False, [], 0, None]

    @override
    def add(self, state: LeafState, event: ProgressEvent, day: int) -> bool:
        value = nano(event.data.get(self.field))
        if value is None or not self.where.matches(event):
            return False
        best = None if state[3] is None else int(state[3])
        if state[2] >= self.after and (best is None or value > best):
            state[:] = [True, [event.ref]]
            return True
        state[2] += 1
        state[3] = packed(value if best is None else max(best, value))
        return False

    @override
    def progress(self, state: LeafState) -> Progress:
        """Tries count towards `after`; the record itself is the last step."""
        need = self.after + 1
        return (need, need) if state[0] else (min(state[2], self.after), need)


@dataclass(frozen=True, slots=True)
class ImprovementLeaf(EventLeaf):
    """I1-I3 over the field's values in canonical order.

    State [holds, refs, n, [[instant, value, ref], …], [[instant, median], …], [[instant, R], …], last n, times held]:
    the latest `baseline + recent` values; the medians of baselines within memory, falling (a later and higher one
    makes the earlier ones needless); the recognised R within memory. Medians are kept doubled, so they are whole.
    """

    types: frozenset[str]
    where: Where
    field: str
    by: Fraction
    recent: int
    baseline: int
    memory: timedelta
    repeats: bool = False
    looks_at_order: ClassVar[bool] = True

    @override
    def start(self) -> LeafState:
        return [False, [], 0, [], [], [], 0, 0]

    @override
    def add(self, state: LeafState, event: ProgressEvent, day: int) -> bool:
        value = nano(event.data.get(self.field))
        if value is None or not self.where.matches(event):
            return False
        now = micros(event.occurred_at)
        state[2] += 1
        values = state[3] = [*state[3], [now, packed(value), event.ref]][-(self.baseline + self.recent) :]
        if len(values) < self.baseline + self.recent:
            return False
        self._remember(state, now)
        bar = self._bar(state)
        recent = values[-self.recent :]
        median = _doubled_median([int(entry[1]) for entry in recent])
        fresh = state[2] - self.recent >= state[6]
        if bar is None or not fresh or median <= bar or not self._is_enough(median, bar):
            return False
        return self._hold(state, now, median, [entry[2] for entry in recent])

    @override
    def progress(self, state: LeafState) -> Progress:
        """Warming up counts values; after it, the last step is the improvement itself."""
        need = self.baseline + self.recent + 1
        return (need, need) if state[0] else (min(state[2], need - 1), need)

    def _remember(self, state: LeafState, now: int) -> None:
        horizon = now - self.memory // timedelta(microseconds=1)
        before = state[3][: self.baseline]
        median = _doubled_median([int(entry[1]) for entry in before])
        bars = [bar for bar in state[4] if bar[0] >= horizon and int(bar[1]) > median]
        state[4] = [*bars, [before[-1][0], packed(median)]] if before[-1][0] >= horizon else bars
        state[5] = [known for known in state[5] if known[0] >= horizon]

    def _bar(self, state: LeafState) -> int | None:
        return max((int(entry[1]) for entry in [*state[4], *state[5]]), default=None)

    def _is_enough(self, median: int, bar: int) -> bool:
        """Whether the median is above the bar by the share asked for, in whole numbers: fractions are slow."""
        share = self.by
        return median * share.denominator >= bar * (share.denominator + share.numerator)

    def _hold(self, state: LeafState, now: int, median: int, refs: list[int]) -> bool:
        if not self.repeats:
            state[:] = [True, refs[:EVIDENCE_AT_MOST]]
            return True
        state[1] = refs[:EVIDENCE_AT_MOST]
        state[5].append([now, packed(median)])
        state[6] = state[2]
        state[7] += 1
        return True


def times_held(state: LeafState) -> int:
    """How often a repeating improvement came to hold so far (I4)."""
    return int(state[7])


def _doubled_median(values: list[int]) -> int:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return 2 * ordered[middle] if len(ordered) % 2 else ordered[middle - 1] + ordered[middle]
