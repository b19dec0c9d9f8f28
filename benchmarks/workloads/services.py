"""The services called directly: events stored, and events stored and judged, beside the floors that write as much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

import asyncpg

from benchmarks.companies import Company, check_judged, found_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Comparison, Finding
from benchmarks.floors import tables
from benchmarks.floors.splitting import SplitFloor
from benchmarks.floors.storing import FloorRow, floor_rows, store
from benchmarks.stage import Stage
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.domain.receipts import NewEvent
from vekst.factory import Factory, Process

__all__ = ["ingestion", "judging"]

_JUDGING_GOALS: Final = {1: 0.5, 100: 0.35, 500: 0.35}
_INGESTION_GOALS: Final = {500: 0.4}
_UNNEST: Final = "unnest insert with dedupe"
_IDLE: Final = 0.002

Batches = list[list[NewEvent]]


@dataclass(frozen=True, slots=True)
class _Case:
    """So many callers, each sending batches of so many events, until about `events` were sent."""

    size: int
    callers: int
    events: int

    @property
    def name(self) -> str:
        return f"batches of {self.size}, {self.callers} callers"

    def batches(self, crowd: Crowd) -> list[Batches]:
        """For every caller the batches to send next."""
        each = max(1, self.events // self.size // self.callers)
        return [[crowd.batch(self.size, caller) for _ in range(each)] for caller in range(self.callers)]


@dataclass(slots=True)
class _Bench:
    """What both workloads need: an organisation, the floor's connections, and what was counted on the way."""

    company: Company
    pool: asyncpg.Pool[asyncpg.Record]
    callers: int
    crowd: Crowd
    cpu: dict[str, list[float]]
    entries: list[float]

    def rows(self, batches: Sequence[Batches]) -> list[list[list[FloorRow]]]:
        """The batches as the floor's rows."""
        company = self.company
        return [[floor_rows(company.id, company.learners, batch) for batch in mine] for mine in batches]

    def rate(self, who: str, batches: Sequence[Batches], watch: Stopwatch) -> float:
        """Events a second; the CPU time of an event is noted, in microseconds."""
        events = sum(len(batch) for mine in batches for batch in mine)
        self.cpu.setdefault(who, []).append(watch.cpu * 1e6 / events)
        return events / watch.wall


@asynccontextmanager
async def _bench(stage: Stage, name: str, callers: int) -> AsyncIterator[_Bench]:
    stage.say(f"{name}: an organisation of {stage.profile.learners:,} learners with a past")
    planned = (stage.profile.rounds + 2) * 2 * sum(stage.profile.events.values())
    async with Process.running(stage.settings) as process:
        company = await found_company(stage, Factory(process), name, history=stage.profile.history)
        pool = await tables.open_pool(stage.database, callers + 1)
        try:
            yield _Bench(company, pool, callers, company.crowd(callers, planned), {}, [])
        finally:
            await pool.close()


async def ingestion(stage: Stage) -> list[Finding]:
    """Batches stored: validated and answered by the service, beside the bare statement."""
    findings: list[Finding] = []
    for callers in stage.profile.callers:
        async with _bench(stage, f"ingestion-{callers}", callers) as bench:
            for size, events in stage.profile.events.items():
                case = _Case(size, callers, events)
                contenders = {"ours": _record(bench, case), "floor": _store(bench, case)}
                measured = await in_turn(stage.profile.rounds, contenders, rest=stage.rest)
                goal = _INGESTION_GOALS.get(size)
                findings.append(_comparison(bench, case, measured, workload="ingestion", floor_name=_UNNEST, goal=goal))
    return findings


async def judging(stage: Stage) -> list[Finding]:
    """Batches stored, judged and in the ledger, beside a floor that stores and then writes as many rows."""
    findings: list[Finding] = []
    for callers in stage.profile.callers:
        async with _bench(stage, f"judging-{callers}", callers) as bench:
            floor = SplitFloor(bench.pool, bench.company.id)
            for size, events in stage.profile.events.items():
                case = _Case(size, callers, events)
                contenders = {"ours": _judge(bench, case, floor), "floor": _split(bench, case, floor)}
                measured = await in_turn(stage.profile.rounds, contenders, rest=stage.rest)
                goal = _JUDGING_GOALS.get(size)
                findings.append(
                    _comparison(bench, case, measured, workload="event to ledger", floor_name="split", goal=goal)
                )
    return findings


def _record(bench: _Bench, case: _Case) -> Contender:
    async def rate() -> float:
        batches = case.batches(bench.crowd)
        with Stopwatch() as watch:
            await _send(bench.company, batches)
        await bench.company.forget_events()
        return bench.rate("ours", batches, watch)

    return rate


def _store(bench: _Bench, case: _Case) -> Contender:
    async def send(mine: Sequence[Sequence[FloorRow]]) -> None:
        async with bench.pool.acquire() as connection:
            for batch in mine:
                await store(connection, batch)

    async def rate() -> float:
        batches = case.batches(bench.crowd)
        rows = bench.rows(batches)
        with Stopwatch() as watch:
            await asyncio.gather(*map(send, rows))
        async with bench.pool.acquire() as connection:
            await tables.clear(connection)
        return bench.rate("floor", batches, watch)

    return rate


def _judge(bench: _Bench, case: _Case, floor: SplitFloor) -> Contender:
    async def rate() -> float:
        batches = case.batches(bench.crowd)
        before = await bench.company.entries()
        with Stopwatch() as watch:
            await _send_and_judge(bench.company, batches)
        events = sum(len(batch) for mine in batches for batch in mine)
        bench.entries.append((await bench.company.entries() - before) / events)
        floor.entries = median(bench.entries)
        return bench.rate("ours", batches, watch)

    return rate


def _split(bench: _Bench, case: _Case, floor: SplitFloor) -> Contender:
    async def rate() -> float:
        batches = case.batches(bench.crowd)
        rows = bench.rows(batches)
        with Stopwatch() as watch:
            await floor.run(rows)
        return bench.rate("floor", batches, watch)

    return rate


async def _send(company: Company, batches: Sequence[Batches]) -> None:
    async def send(mine: Batches) -> None:
        for batch in mine:
            await company.record(batch)

    await asyncio.gather(*map(send, batches))


async def _send_and_judge(company: Company, batches: Sequence[Batches]) -> None:
    """As the floor does it: all callers and one judge, side by side in one process."""
    expected = sum(len(batch) for mine in batches for batch in mine)

    async def judge() -> None:
        left, service = expected, company.factory.judging()
        while left > 0:
            judged = await service.judge_batch(company.id)
            check_judged(judged)
            left -= judged.events
            if not judged:
                await asyncio.sleep(_IDLE)

    await asyncio.gather(judge(), _send(company, batches))


def _comparison(
    bench: _Bench, case: _Case, measured: dict[str, list[float]], *, workload: str, floor_name: str, goal: float | None
) -> Comparison:
    details: dict[str, float | str] = {
        f"CPU µs per event, {who}": round(median(values), 1) for who, values in bench.cpu.items()
    }
    if bench.entries:
        details["ledger rows per event"] = round(median(bench.entries), 3)
    bench.cpu.clear()
    bench.entries.clear()
    return Comparison.of(
        workload,
        case.name,
        unit="events/s",
        floor_name=floor_name,
        ours=measured["ours"],
        floor=measured["floor"],
        goal=goal,
        details=details,
    )
