"""Runs the soak: `python -m tests.soak --minutes 30`; 0 where all is flat, and everything stored was judged."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from tests.faults.stage import Ground, Stage, ground, staged
from tests.soak.load import Load
from tests.soak.samples import Sample, grown, sampled, thirds
from tests.support.waiting import until

_PEOPLE: Final = 500
_FLOOD: Final = 20.0
_LOOK_EVERY: Final = 5.0
_JUDGED_WITHIN: Final = 120.0


def main() -> int:
    """Soak, and tell what was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(mkdtemp(prefix="vekst-soak-"))
    _tell(f"{asked.minutes:g} minutes; logs in {folder}")
    with ground(folder, small_disk=False) as base:
        wrong = asyncio.run(_soak(base, 60 * asked.minutes, asked.seed))
    for each in wrong:
        _tell(f"WRONG: {each}")
    return 1 if wrong else 0


async def _soak(base: Ground, seconds: float, seed: int) -> list[str]:
    async with staged(base, _PEOPLE) as stage:
        load = Load(stage, seed)
        highest = await _highest(stage, load)
        _tell(f"highest rate: {highest:,.0f} events a second, stored and judged; half of it from now on")
        samples, sampling = list[Sample](), asyncio.Event()
        looking = asyncio.create_task(_look(stage, samples, sampling))
        before = load.stored
        await load.run(seconds, rate=highest / 2)
        sampling.set()
        await looking
        _tell(f"{load.stored - before:,} events, {load.refused} refused, slowest answer {load.slowest:.2f} s")
        parts = thirds(samples)
        for name, part in zip(("first", "middle", "last"), parts, strict=True):
            memory = ", ".join(f"{process} {megabytes:.0f} MB" for process, megabytes in part.memory.items())
            _tell(f"{name} third: {memory}; at most {part.connections} connections; lag {part.lag:.1f} s")
        return [*grown(parts), *await _kept(stage, load)]


async def _highest(stage: Stage, load: Load) -> float:
    """Events a second that can be stored and judged, by a flood."""
    began = time.monotonic()
    await load.run(_FLOOD)
    await _judged(stage)
    return load.stored / (time.monotonic() - began)


async def _kept(stage: Stage, load: Load) -> list[str]:
    await _judged(stage)
    owner = await stage.owner()
    try:
        stored = await owner.fetchval("SELECT count(*) FROM progress_events")
    finally:
        await owner.close()
    wrong = [] if stored == load.stored else [f"{load.stored} were acknowledged, {stored} are stored"]
    return wrong if not load.refused else [*wrong, f"{load.refused} were refused"]


async def _judged(stage: Stage) -> None:
    owner = await stage.owner()

    async def nothing_waits() -> bool:
        return not await owner.fetchval("SELECT EXISTS (SELECT FROM progress_events WHERE judged_at IS NULL)")

    try:
        await until(nothing_waits, seconds=_JUDGED_WITHIN)
    finally:
        await owner.close()


async def _look(stage: Stage, samples: list[Sample], over: asyncio.Event) -> None:
    while not over.is_set():
        samples.append(await sampled(stage))
        try:
            async with asyncio.timeout(_LOOK_EVERY):
                await over.wait()
        except TimeoutError:
            continue


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
