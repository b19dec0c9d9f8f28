"""The record as a page: ratios first, growth second, what it was measured on last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from benchmarks.findings import Comparison, Figure, Growth
from benchmarks.reports.lines import detail_text, figure_text, spread_text
from benchmarks.reports.record import Record

__all__ = ["page_of"]

_INTRODUCTION: Final = """\
# Benchmarks

Our own code beside a *floor*: the least work that any service with the same promises would have to do on the same
machine. Both are measured in the same run, in turn, round by round, and before each turn the database comes to rest.
What counts is the ratio of the two in each round; the tables show its median, and the lowest and highest round.
Absolute rates are left out on purpose: they say more about a machine's disks and neighbours than about the code. They
are in [latest.json](latest.json).

```sh no-run="takes minutes"
{command}
```

does it again and writes this page.
"""
_FURTHER: Final = """\
`make bench-full` takes longer and measures more sizes. What only shows at large sizes (boards of a million, ten million
events stored, 200,000 runs that end at one midnight) is on [a page of its own](large/README.md).
"""
_FLOORS: Final = """\
## The floors

* **unnest insert with dedupe**: a batch goes in as arrays in one statement with `ON CONFLICT DO NOTHING`; nothing is
  checked, and nobody is asked who it is about.
* **split**: one transaction stores the batch and queues it; a second one claims it, reads the events back, writes as
  many ledger rows per event as our judging did in this run, moves one row per learner, queues one message per learner
  and takes the batch out of the queue. It judges nothing.
* **one statement, bare ASGI**: relational tables made for exactly this screen, one SQL statement that makes the JSON,
  and an ASGI app that does nothing but send it: no sign-in, no limits, no GraphQL. Its answers are checked to be equal
  to ours.
* **PostGraphile** gets tables made for exactly this screen, with keys between them, and one operation over all of them;
  that it tells as much as ours is checked. **mercurius** and our own executor answer the same operation from memory,
  each without sign-in, limits or a database.
* **the same, into an empty table**, and **1 worker** or **1 API process**: our own code again.
* **count by type and local date**: for each event the rules of its type are looked up, its local date is found, and one
  is added to a counter.

* **sorted set, two trips**: the same values in a sorted set of Valkey: size, top and rank in one trip, the neighbours
  in a second. It has no names, no shared ranks and no rows that end; it is filled before, and nobody writes meanwhile.
* **package leaderboard**: the same set, read by that package from PyPI, whose client waits for each answer. It is
  installed with `pip install -e .[bench]`, and left out where it is not there.

Ours runs with row-level security, boards that everybody joined, the outbox and durable commits, under the pack
`sales-craft` and with learners who have a past; batches mix learners and types of events. Over HTTP it is asked trusted
documents, which are compiled.
"""


def page_of(record: Record, charts: Mapping[str, str]) -> str:
    """The page in Markdown; `charts` are file names by their titles."""
    lines = [_INTRODUCTION.format(command=record.command)]
    if record.profile == "short":
        lines.append(_FURTHER)
    if record.comparisons:
        lines += ["## Beside the floors\n", *_chart_lines(charts, "ratios"), *_ratio_tables(record.comparisons)]
    if record.growths:
        lines += ["## Growth\n", *_chart_lines(charts, "growth"), *_growth_table(record.growths)]
    if record.figures:
        lines += ["## Figures\n", *_figure_table(record.figures)]
    lines += [_FLOORS, *_circumstances(record)]
    return "\n".join(lines) + "\n"


def _chart_lines(charts: Mapping[str, str], title: str) -> list[str]:
    return [f"![{title}]({charts[title]})\n"] if title in charts else []


def _ratio_tables(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for workload, several in groupby(comparisons, key=lambda each: each.workload):
        mine = list(several)
        yield f"### {workload.capitalize()}\n"
        rows = [
            [each.case, spread_text(each.ratio, 2), _goal(each), each.floor_name, detail_text(each)] for each in mine
        ]
        yield from _table(["case", "ratio to the floor", "goal", "floor", "besides"], rows)


def _goal(comparison: Comparison) -> str:
    if comparison.goal is None:
        return ""
    return f"{comparison.goal:g}, {'reached' if comparison.ratio.median >= comparison.goal else 'not reached'}"


def _growth_table(growths: Sequence[Growth]) -> Iterator[str]:
    yield "Each cost relative to that of the smallest size in the same round; 1.0 means that it does not grow.\n"
    rows = [
        [
            each.case,
            each.axis,
            "; ".join(f"{point.size:,}: {point.relative.median:.2f}" for point in each.points),
            f"{each.points[0].cost.median:,.0f} {each.unit}",
            f"{each.goal:g}" if each.goal is not None else "",
        ]
        for each in growths
    ]
    yield from _table(["cost of", "by", "relative", "smallest", "goal"], rows)


def _figure_table(figures: Sequence[Figure]) -> Iterator[str]:
    yield "These are absolute, and hold for this machine and what else it did; a goal is what it may be at most.\n"
    rows = [[each.workload, each.case, figure_text(each), each.unit, _limit(each)] for each in figures]
    yield from _table(["workload", "what", "median (lowest – highest)", "unit", "goal"], rows)


def _limit(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return f"{figure.goal:g}, {'reached' if figure.value.median <= figure.goal else 'not reached'}"


def _circumstances(record: Record) -> Iterator[str]:
    machine = record.machine
    yield "## Measured on\n"
    packages = ", ".join(f"{name} {number}" for name, number in machine.packages.items())
    rows = [
        ["when", f"{record.began_at:%Y-%m-%d %H:%M} UTC, {record.minutes:.0f} minutes"],
        ["command", f"`{record.command}`"],
        ["profile", f"{record.profile}: medians of {record.rounds} rounds"],
        ["machine", f"{machine.processor}, {machine.cores} cores, {machine.memory_gib:g} GiB, {machine.system}"],
        ["load before the run", f"{machine.load:g}{_shared(machine.load)}"],
        ["servers", f"{machine.postgresql}, {machine.valkey}, on the same machine as the clients"],
        ["versions", f"Python {machine.python}, {packages}"],
    ]
    yield from _table(["", ""], rows)


def _shared(load: float) -> str:
    return ": the machine was shared with other work while this was measured" if load > 0.5 else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
