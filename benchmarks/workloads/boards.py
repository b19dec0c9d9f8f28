"""A place with its neighbours and the top: on a board of few and of a million, beside Redis' sorted sets."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Final
from uuid import UUID

from benchmarks.companies import BenchmarkError
from benchmarks.crowded_boards import CrowdedBoard, crowd_board
from benchmarks.findings import Comparison, Figure, Finding, Growth, Spread
from benchmarks.floors.sorted_sets import Package, SortedSet
from benchmarks.stage import Stage
from benchmarks.turns import Contender, in_turn
from vekst.factory import Factory, Process
from vekst.queries.boards import BoardKey, read_board

__all__ = ["ranks"]

_FEW: Final = 1_000
_TOP: Final = 10
_NEIGHBOURS: Final = 3
_WORKLOAD: Final = "boards"

Read = Callable[[UUID], Awaitable[int]]
"""Reads the board for a viewer; how many rows that were."""


async def ranks(stage: Stage) -> list[Finding]:
    """One caller on one connection, who asks for one random member after the other."""
    findings: list[Finding] = []
    async with Process.running(stage.settings) as process:
        for kind, runs in (("points", False), ("runs", True)):
            boards = [
                await crowd_board(stage, Factory(process), f"boards-{kind}-{members}", members=members, runs=runs)
                for members in (_FEW, stage.profile.members)
            ]
            findings += await _measured(stage, process, kind, boards)
    return findings


async def _measured(stage: Stage, process: Process, kind: str, boards: list[CrowdedBoard]) -> list[Finding]:
    few, many = boards
    seconds: list[float] = []
    async with _sorted_set(stage, many) as floor:
        reads: dict[str, tuple[Read, CrowdedBoard]] = {
            "few": (_ours(process, few), few),
            "many": (_ours(process, many, seconds), many),
            "sorted set": (_of_set(floor), many),
        }
        if Package.is_there():
            reads["package"] = (_of_package(Package(stage.settings.redis_url.get_secret_value())), many)
        else:
            stage.say("the package `leaderboard` is not installed (pip install -e .[bench]): it is left out")
        contenders: dict[str, Contender] = {
            name: _rate(read, board, stage.profile.places) for name, (read, board) in reads.items()
        }
        measured = await in_turn(stage.profile.rounds, contenders)
    case = f"top {_TOP}, rank and {2 * _NEIGHBOURS} neighbours of {stage.profile.members:,} with {kind}"
    goals = {"sorted set": ("sorted set, two trips", 1.0), "package": ("package leaderboard", 2.0)}
    costs = {
        len(board.values): [1e6 / rate for rate in measured[name]] for name, board in (("few", few), ("many", many))
    }
    return [
        *(
            Comparison.of(
                _WORKLOAD,
                case,
                unit="boards/s",
                floor_name=name,
                ours=measured["many"],
                floor=measured[floor_key],
                goal=goal,
            )
            for floor_key, (name, goal) in goals.items()
            if floor_key in measured
        ),
        Growth.of(_WORKLOAD, f"a board of {kind}", axis="members", unit="µs", costs=costs, goal=2.0),
        Figure(_WORKLOAD, f"99th percentile of the same with {kind} (goal: under 1,000)", "µs", _percentile(seconds)),
    ]


def _rate(read: Read, board: CrowdedBoard, times: int) -> Contender:
    """Boards a second, for random members; each contender sees as many, and as many different ones."""
    dice, members = Random(len(board.values)), list(board.values)  # noqa: S311 - whom is asked for

    async def rate() -> float:
        viewers = dice.choices(members, k=times)
        began = time.perf_counter()
        rows = [await read(viewer) for viewer in viewers]
        lasted = time.perf_counter() - began
        if min(rows) < _TOP + _NEIGHBOURS + 1:
            raise BenchmarkError(f"a board was read with {min(rows)} rows only")
        return times / lasted

    return rate


def _ours(process: Process, board: CrowdedBoard, seconds: list[float] | None = None) -> Read:
    """As the API reads it, the lending of the connection included."""
    key = BoardKey(board.key)

    async def read(viewer: UUID) -> int:
        began = time.perf_counter()
        async with process.reading(board.org_id) as connection:
            reading = await read_board(
                connection,
                board.org_id,
                key,
                viewer=viewer,
                now=process.clock(),
                top=_TOP,
                neighbours=_NEIGHBOURS,
            )
        if seconds is not None:
            seconds.append(time.perf_counter() - began)
        # The viewer may be at the very top or bottom, where there are fewer neighbours, or some who are in both.
        return _TOP + _NEIGHBOURS + 1 if reading.place_of(viewer) else 0

    return read


def _of_set(floor: SortedSet) -> Read:
    async def read(viewer: UUID) -> int:
        return await floor.read(viewer.hex, top=_TOP, neighbours=_NEIGHBOURS)

    return read


def _of_package(package: Package) -> Read:
    async def read(viewer: UUID) -> int:
        return package.read(viewer.hex, top=_TOP, neighbours=_NEIGHBOURS)

    return read


@asynccontextmanager
async def _sorted_set(stage: Stage, board: CrowdedBoard) -> AsyncIterator[SortedSet]:
    floor = SortedSet(stage.settings.redis_url.get_secret_value())
    try:
        await floor.fill(board.values)
        yield floor
    finally:
        await floor.close()


def _percentile(seconds: list[float]) -> Spread:
    """The 99th, over all rounds."""
    told = sorted(seconds)
    return Spread.of([told[len(told) * 99 // 100] * 1e6])
