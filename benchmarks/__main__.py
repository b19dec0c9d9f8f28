"""`python -m benchmarks`: measures, tells while it does, and writes what it found into docs/benchmarks."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvloop

from benchmarks.findings import Finding
from benchmarks.floors import tables
from benchmarks.machine import Machine, describe
from benchmarks.profiles import PROFILES, Profile
from benchmarks.reports.charts import growth_chart, ratio_chart
from benchmarks.reports.lines import lines_of
from benchmarks.reports.page import page_of
from benchmarks.reports.record import Record, sorted_findings
from benchmarks.reports.scaling import scaling_page
from benchmarks.stage import Stage, owning, set_stage
from benchmarks.workloads.board_writes import cost_of_boards
from benchmarks.workloads.boards import ranks
from benchmarks.workloads.costs import costs
from benchmarks.workloads.engine import growth, throughput
from benchmarks.workloads.latency import after_a_kill, latency
from benchmarks.workloads.memory import memory
from benchmarks.workloads.midnight import midnight
from benchmarks.workloads.over_http import through_graphql
from benchmarks.workloads.pairs import pairs
from benchmarks.workloads.peers import beside_peers
from benchmarks.workloads.screens import home_screen, other_screens
from benchmarks.workloads.services import ingestion, judging
from benchmarks.workloads.sizes import among_learners, beside_stored_events
from benchmarks.workloads.taking_in import ingestion_through_graphql
from vekst.garbage import settle_garbage
from vekst.logs import configure_logging

__all__ = ["main"]

Workload = Callable[[Stage], Awaitable[list[Finding]]]

_WORKLOADS: Final[dict[str, Workload]] = {
    "engine": throughput,
    "growth": growth,
    "ingestion": ingestion,
    "stored": beside_stored_events,
    "judging": judging,
    "taking-in": ingestion_through_graphql,
    "graphql": through_graphql,
    "latency": latency,
    "kill": after_a_kill,
    "home": home_screen,
    "peers": beside_peers,
    "boards": ranks,
    "boards-cost": cost_of_boards,
    "midnight": midnight,
    "screens": other_screens,
    "learners": among_learners,
    "memory": memory,
    "costs": costs,
    "pairs": pairs,
}
_FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "benchmarks"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the workloads that are asked for, all of them unless told otherwise."""
    asked = _parser().parse_args(arguments)
    profile = PROFILES["full" if asked.full else "short"]
    load, began_at, began = os.getloadavg()[0], datetime.now(UTC), time.monotonic()
    # As the worker does it, since services are also called in this process.
    settle_garbage(big_batches=True)
    with set_stage(profile, _say) as stage:
        configure_logging(stage.settings.log_level)
        machine, findings = uvloop.run(_run(stage, load, asked.only or list(_WORKLOADS)))
    comparisons, growths, figures = sorted_findings(findings)
    record = Record(
        profile=profile.name,
        rounds=profile.rounds,
        command=_command(profile, asked.only, asked.out),
        began_at=began_at.replace(microsecond=0),
        minutes=round((time.monotonic() - began) / 60, 1),
        machine=machine,
        comparisons=comparisons,
        growths=growths,
        figures=figures,
    )
    if asked.only and asked.out == _FOLDER:
        _say("a part of the workloads was run: nothing is written unless --out names a folder")
        return
    _write(record, asked.out)
    _say(f"written to {asked.out}")


async def _run(stage: Stage, load: float, names: Sequence[str]) -> tuple[Machine, list[Finding]]:
    machine = await describe(stage, load)
    async with owning(stage) as owner:
        await tables.create(owner)
    findings: list[Finding] = []
    for name in names:
        began = time.monotonic()
        found = await _WORKLOADS[name](stage)
        _say(f"{name} ({time.monotonic() - began:.0f} s)")
        for finding in found:
            for line in lines_of(finding):
                _say(line)
        findings += found
    return machine, findings


def _write(record: Record, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    charts: dict[str, str] = {}
    if record.comparisons:
        charts["ratios"] = "ratios.svg"
        (folder / "ratios.svg").write_text(ratio_chart(record.comparisons), encoding="utf-8")
    if record.growths:
        charts["growth"] = "growth.svg"
        (folder / "growth.svg").write_text(growth_chart(record.growths), encoding="utf-8")
    (folder / "latest.json").write_bytes(record.as_json())
    (folder / "README.md").write_text(page_of(record, charts), encoding="utf-8")
    if folder == _FOLDER:
        (folder.parent / "scaling.md").write_text(scaling_page(record), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures Vekst beside what the machine can do, on servers of its own or on those that "
        "VEKST_DATABASE_URL and VEKST_REDIS_URL name (an empty Valkey; a database is made and dropped).",
    )
    parser.add_argument("--full", action="store_true", help="more sizes and rounds; takes the better part of an hour")
    parser.add_argument("--only", action="append", choices=list(_WORKLOADS), help="this workload; may be repeated")
    parser.add_argument("--out", type=Path, default=_FOLDER, help="the folder to write to (docs/benchmarks)")
    return parser


def _command(profile: Profile, only: Sequence[str] | None, folder: Path) -> str:
    parts = ["python -m benchmarks", *(["--full"] if profile.name == "full" else [])]
    parts += [f"--only {name}" for name in only or ()]
    return " ".join([*parts, *([] if folder == _FOLDER else [f"--out {folder}"])])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
