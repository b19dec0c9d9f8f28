"""One and two of a process: how judging grows with a second worker, and home screens with a second API."""

from __future__ import annotations

import signal
from asyncio.subprocess import Process
from collections.abc import Sequence
from typing import Final

import asyncpg

from benchmarks.companies import Company, a_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Comparison, Finding
from benchmarks.processes import api, worker
from benchmarks.stage import Stage, owning
from benchmarks.turns import Contender, Stopwatch, in_turn
from benchmarks.workloads.screens import home_screens, load_of

__all__ = ["PAIRS", "pairs"]

PAIRS: Final = "one and two processes"
"""The workload's name in its findings."""
_BATCH: Final = 100


async def pairs(stage: Stage) -> list[Finding]:
    """Two processes beside one, in turn; PostgreSQL, Valkey and the client share the cores with them."""
    return [await _workers(stage), await _apis(stage)]


async def _workers(stage: Stage) -> Comparison:
    async with (
        a_company(stage, "pairs") as company,
        owning(stage) as owner,
        worker(stage) as first,
        worker(stage) as second,
    ):
        crowd = company.crowd(1, (stage.profile.rounds + 2) * 2 * stage.profile.backlog)
        # Both are up before anything counts.
        await _store(company, crowd, stage.profile.backlog)
        await company.until_judged(owner)
        contenders = {
            "one": _judging(company, owner, crowd, working=[first], idle=[second]),
            "two": _judging(company, owner, crowd, working=[first, second], idle=[]),
        }
        measured = await in_turn(stage.profile.rounds, contenders, rest=stage.rest)
    return Comparison.of(
        PAIRS,
        f"{stage.profile.backlog:,} waiting events, 2 workers",
        unit="events/s",
        floor_name="1 worker",
        ours=measured["two"],
        floor=measured["one"],
    )


def _judging(
    company: Company,
    owner: asyncpg.Connection[asyncpg.Record],
    crowd: Crowd,
    *,
    working: Sequence[Process],
    idle: Sequence[Process],
) -> Contender:
    """All workers stand still while events are stored; then those that work go on until everything is judged."""

    async def rate() -> float:
        for process in (*working, *idle):
            process.send_signal(signal.SIGSTOP)
        try:
            await _store(company, crowd, company.stage.profile.backlog)
            with Stopwatch() as watch:
                for process in working:
                    process.send_signal(signal.SIGCONT)
                await company.until_judged(owner)
        finally:
            for process in (*working, *idle):
                process.send_signal(signal.SIGCONT)
        return company.stage.profile.backlog / watch.wall

    return rate


async def _store(company: Company, crowd: Crowd, events: int) -> None:
    for _ in range(events // _BATCH):
        await company.record(crowd.batch(_BATCH))


async def _apis(stage: Stage) -> Comparison:
    async with a_company(stage, "pairs-of-apis") as company, api(stage) as first, api(stage) as second:
        requests = list(home_screens(company).values())
        contenders = {
            "one": load_of([first], requests, stage.profile.requests),
            "two": load_of([first, second], requests, stage.profile.requests),
        }
        measured = await in_turn(stage.profile.rounds, contenders)
    return Comparison.of(
        PAIRS,
        "home screens, 2 API processes",
        unit="requests/s",
        floor_name="1 API process",
        ours=measured["two"],
        floor=measured["one"],
    )
