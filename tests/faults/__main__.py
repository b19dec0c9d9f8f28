"""Runs the fault program: `python -m tests.faults --seed 7 --minutes 3`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom
from tempfile import mkdtemp
from typing import Final

from tests.faults.parts import PartError
from tests.faults.program import Profile, run
from tests.faults.stage import ground
from tests.faults.strikes import STRIKES
from tests.faults.tally import Tally

_SEEDS: Final = 1_000_000


def main() -> int:
    """Run one seed; 0 where nothing was lost, doubled or hung."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the order of strikes and of what clients do")
    parser.add_argument("--minutes", type=float, default=3.0, help="how long strikes come")
    parser.add_argument("--people", type=int, default=20, help="in each of two organisations")
    parser.add_argument(
        "--only", nargs="+", choices=sorted(STRIKES), default=sorted(STRIKES), help="these strikes alone"
    )
    asked = parser.parse_args()
    seed = SystemRandom().randrange(_SEEDS) if asked.seed is None else asked.seed
    folder = Path(mkdtemp(prefix="vekst-faults-"))
    tally = Tally()
    print(f"seed {seed}, {asked.minutes:g} minutes; logs in {folder}", flush=True)
    try:
        with ground(folder) as base:
            profile = Profile(seed, 60 * asked.minutes, asked.people, tuple(asked.only))
            asyncio.run(run(base, profile, tally))
    except PartError as error:
        tally.wrong(str(error))
    for line in _lines(seed, tally):
        print(line)
    for each in tally.violations:
        print(f"WRONG: {each}")
    if tally.violations:
        print(f"This seed again: make faults SEED={seed} MINUTES={asked.minutes:g}")
    return 1 if tally.violations else 0


def _lines(seed: int, tally: Tally) -> Iterator[str]:
    recoveries = sorted(tally.recoveries)
    yield f"{tally.events:,} events, {tally.acknowledged:,} acknowledgements in {tally.attempts:,} attempts"
    yield f"failed attempts: {_counts(tally.failed_attempts) or 'none'}"
    yield f"strikes: {tally.strikes.total()} ({_counts(tally.strikes)})"
    if recoveries:
        middle, worst = recoveries[len(recoveries) // 2], recoveries[-1]
        yield f"recoveries: {len(recoveries)}, median {middle[0]:.1f} s, longest {worst[0]:.1f} s after {worst[1]}"
    yield f"longest stall {tally.longest_stall:.1f} s, slowest answer {tally.slowest_answer:.1f} s"
    if not tally.violations:
        yield f"seed {seed}: nothing lost, nothing twice, nothing hung"


def _counts(counter: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))


if __name__ == "__main__":
    sys.exit(main())
