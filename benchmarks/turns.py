"""Measures contenders in turn, round by round, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

__all__ = ["Contender", "Stopwatch", "in_turn"]

K = TypeVar("K")

Contender = Callable[[], Awaitable[float]]
"""Does its work once, and answers with the figure that is compared; what it prepares before is not measured."""


async def in_turn(
    rounds: int, contenders: Mapping[K, Contender], *, rest: Callable[[], Awaitable[None]] | None = None
) -> dict[K, list[float]]:
    """One figure per contender and round, after a first turn that only warms up.

    Every other round goes backwards, so that nobody always comes after the same one; `rest` is awaited before each
    turn, so that nobody pays for what another has left behind.
    """
    order = list(contenders)
    measured: dict[K, list[float]] = {key: [] for key in order}
    for contender in contenders.values():
        await contender()
    for number in range(rounds):
        for key in order if number % 2 == 0 else reversed(order):
            if rest is not None:
                await rest()
            measured[key].append(await contenders[key]())
    return measured


@dataclass(slots=True)
class Stopwatch:
    """Seconds of a block: `wall` by the clock, `cpu` that this process worked."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Self:
        self.wall, self.cpu = -time.perf_counter(), -time.process_time()
        return self

    def __exit__(self, *_error: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()
