"""The engine alone: what folding events costs, how large a standing is, and whether they grow with history or rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Final

from benchmarks.crowds import Doer
from benchmarks.findings import Comparison, Figure, Finding, Growth, Spread
from benchmarks.packs import pack_of_rules, sales_craft
from benchmarks.stage import Stage
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.domain.calendars import local_day
from vekst.domain.events import ProgressEvent
from vekst.engine.fold import fold
from vekst.engine.pack import Pack
from vekst.engine.standing import decode, encode, fresh_standing

__all__ = ["growth", "throughput"]

_WORKLOAD: Final = "engine"
_ZONE: Final = "Europe/Oslo"
_FIRST: Final = datetime(2025, 1, 6, tzinfo=UTC)
_GROWTH_GOAL: Final = 1.2
_MORE: Final = 60
"""Events folded on top of a history to see what one costs by then."""
_WITNESSES: Final = 4
"""Learners whose costs are added up, so that no single one's luck decides."""


async def throughput(stage: Stage) -> list[Finding]:
    """Mixed events of all learners, each folded from nothing, beside the least that any fold must do."""
    pack = sales_craft()
    people = [Doer(f"learner-{number}", _FIRST) for number in range(stage.profile.learners)]
    histories = [doer.progress(stage.profile.folded) for doer in people]
    sizes: list[int] = []
    given: list[int] = []

    def folded() -> None:
        for history in histories:
            standing = fresh_standing(pack, _ZONE)
            given.append(len(fold(pack, standing, history)))
            sizes.append(len(encode(standing)))

    measured = await in_turn(
        stage.profile.rounds,
        {"ours": _rate_of(folded, histories), "floor": _rate_of(lambda: _counted(pack, histories), histories)},
    )
    return [
        Comparison.of(
            _WORKLOAD,
            f"{len(pack.quests) + len(pack.badges) + len(pack.streaks)} rules, {len(people):,} learners",
            unit="events/s of CPU time",
            floor_name="count by type and local date",
            ours=measured["ours"],
            floor=measured["floor"],
            details={"recognitions per event": round(sum(given) / len(given) / stage.profile.folded, 3)},
        ),
        Figure(_WORKLOAD, f"a standing after {stage.profile.folded} events", "bytes", Spread.of(_twentieths(sizes))),
    ]


async def growth(stage: Stage) -> list[Finding]:
    """What one more event costs after so much history, and under so many rules."""
    return [*await _growth_with_history(stage), *await _growth_with_rules(stage)]


async def _growth_with_history(stage: Stage) -> list[Finding]:
    pack = sales_craft()
    stored: dict[int, list[bytes]] = defaultdict(list)
    following: dict[int, list[list[ProgressEvent]]] = defaultdict(list)
    for number in range(_WITNESSES):
        doer, standing = Doer(f"witness-{number}", _FIRST), fresh_standing(pack, _ZONE)
        for size in stage.profile.histories:
            fold(pack, standing, doer.progress(size - doer.done))
            stored[size].append(encode(standing))
            following[size].append(_later(doer, _MORE))
    contenders = {size: _cost_on_top(pack, stored[size], following[size]) for size in stage.profile.histories}
    one_by_one = {size: _cost_one_by_one(pack, stored[size], following[size]) for size in stage.profile.histories}
    return [
        _growth("fold, sales-craft", "events of history", await in_turn(stage.profile.rounds, contenders)),
        _growth("decode, fold one, encode", "events of history", await in_turn(stage.profile.rounds, one_by_one)),
        _bytes("a standing, sales-craft", "events of history", stored),
    ]


async def _growth_with_rules(stage: Stage) -> list[Finding]:
    packs = {rules: pack_of_rules(rules) for rules in stage.profile.rules}
    events = [
        ProgressEvent(number, "bench", str(number), "work.done", _FIRST + number * timedelta(hours=4), {"minutes": 12})
        for number in range(1, 2 * _MORE + 1)
    ]
    stored: dict[int, list[bytes]] = {}
    for rules, pack in packs.items():
        standing = fresh_standing(pack, _ZONE)
        fold(pack, standing, events[:_MORE])
        stored[rules] = [encode(standing)] * _WITNESSES
    later = [events[_MORE:]] * _WITNESSES
    contenders = {rules: _cost_on_top(pack, stored[rules], later) for rules, pack in packs.items()}
    one_by_one = {rules: _cost_one_by_one(pack, stored[rules], later) for rules, pack in packs.items()}
    return [
        _growth("fold, 5 rules match", "rules in the pack", await in_turn(stage.profile.rounds, contenders)),
        _growth(
            "decode, fold one, encode; 5 rules match",
            "rules in the pack",
            await in_turn(stage.profile.rounds, one_by_one),
        ),
        _bytes("a standing, 5 rules match", "rules in the pack", stored),
    ]


def _twentieths(sizes: Sequence[int]) -> list[float]:
    """The smallest and the largest, and the places that divide the others into twenty equal parts."""
    return [min(sizes), *quantiles(sizes, n=20, method="inclusive"), max(sizes)]


def _counted(pack: Pack, histories: Sequence[Sequence[ProgressEvent]]) -> None:
    """The least: find the rules by type and the local date, and count."""
    for history in histories:
        counts: dict[tuple[str, int], int] = defaultdict(int)
        for event in history:
            if event.type in pack.listeners:
                counts[event.type, local_day(event.occurred_at, _ZONE)] += 1


def _later(doer: Doer, events: int) -> list[ProgressEvent]:
    """What the learner does next, told without letting them go on."""
    state, done, told = doer.telling.dice.getstate(), doer.done, dict(doer.telling.told)
    later = doer.progress(events)
    doer.telling.dice.setstate(state)
    doer.done, doer.telling.told = done, told
    return later


def _rate_of(work: Callable[[], None], histories: Sequence[Sequence[ProgressEvent]]) -> Contender:
    events = sum(map(len, histories))

    async def rate() -> float:
        with Stopwatch() as watch:
            work()
        return events / watch.cpu

    return rate


def _cost_on_top(pack: Pack, stored: Sequence[bytes], following: Sequence[Sequence[ProgressEvent]]) -> Contender:
    """Microseconds of one event when many are folded on top of each stored standing."""

    async def cost() -> float:
        standings = [decode(pack, state) for state in stored]
        with Stopwatch() as watch:
            for standing, events in zip(standings, following, strict=True):
                fold(pack, standing, events)
        return watch.cpu * 1e6 / sum(map(len, following))

    return cost


def _cost_one_by_one(pack: Pack, stored: Sequence[bytes], following: Sequence[Sequence[ProgressEvent]]) -> Contender:
    """Microseconds of one event that comes alone: the standing is read, moved on and written for it."""

    async def cost() -> float:
        with Stopwatch() as watch:
            for state, events in zip(stored, following, strict=True):
                for event in events:
                    standing = decode(pack, state)
                    fold(pack, standing, [event])
                    encode(standing)
        return watch.cpu * 1e6 / sum(map(len, following))

    return cost


def _growth(case: str, axis: str, costs: Mapping[int, Sequence[float]]) -> Growth:
    return Growth.of(_WORKLOAD, case, axis=axis, unit="µs of CPU per event", costs=costs, goal=_GROWTH_GOAL)


def _bytes(case: str, axis: str, stored: Mapping[int, Sequence[bytes]]) -> Growth:
    sizes = {size: [float(len(state)) for state in states] for size, states in stored.items()}
    return Growth.of(_WORKLOAD, case, axis=axis, unit="bytes", costs=sizes, goal=None)
