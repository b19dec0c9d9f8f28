"""`make fuzz`: gives a million bad inputs to every entrance, and prints what became of them."""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from tests.fuzz.oracle import Input
from tests.fuzz.program import ENTRANCES, Program, inputs, shown
from tests.support.servers import shared_endpoints, with_database, with_redis
from vekst.settings import Mode, Settings

__all__ = ["main"]

_MEMORY_AT_MOST: Final = 6 << 30
"""Bytes that the program may take: an input that wants more is a fault of its own, and takes nobody else's memory."""


def main() -> None:
    """Run; the exit code is 1 where anything is at fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=2026, help="of the run (default 2026)")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many (default 1,000,000)")
    parser.add_argument("--entrances", nargs="*", choices=ENTRANCES, default=ENTRANCES, help="which (default all)")
    parser.add_argument("--replay", nargs="*", metavar="SEED:ENTRANCE:NUMBER", help="inputs to give again, as printed")
    parser.add_argument("--every", type=float, default=60, help="seconds between figures (default 60)")
    asked = parser.parse_args()
    given = [_named(name) for name in asked.replay] if asked.replay else inputs(asked.seed, asked.entrances)
    last = [0.0]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_AT_MOST, _MEMORY_AT_MOST))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vekst-fuzz-")))
        found = stack.enter_context(shared_endpoints(folder, "fuzzing"))
        settings = Settings(
            mode=Mode.DEVELOPMENT,
            database_url=SecretStr(stack.enter_context(with_database(found, "vekst_test_fuzzing"))),
            redis_url=SecretStr(stack.enter_context(with_redis(found, 0))),
            data_dir=folder / "data",
            _env_file=None,
        )
        program = Program(settings, on_progress=lambda report: shown(report, asked.every, last))
        report = asyncio.run(program.run(given, at_most=asked.inputs))
    sys.stdout.write("\n".join(report.lines()) + "\n")
    sys.exit(bool(report.faults))


def _named(text: str) -> Input:
    seed, entrance, number = text.split(":")
    return Input(int(seed), entrance, int(number))


if __name__ == "__main__":
    main()
