"""docs/scaling.md: from what an event and a home screen cost, measured, to what machines carry, derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from benchmarks.reports.lines import spread_text
from benchmarks.reports.record import Record
from benchmarks.workloads.costs import A_HOME_SCREEN, AN_EVENT, COSTS
from benchmarks.workloads.pairs import PAIRS

__all__ = ["MissingFiguresError", "scaling_page"]

_EVENTS_A_DAY: Final = 10
_SCREENS_A_DAY: Final = 10
_BUSIEST_HOUR: Final = 0.2
_CORES: Final = 8
_USED: Final = 0.5
_LARGE: Final = 64
_MILLION: Final = 1_000_000
_MACHINES: Final = (1, 10, 100)
_PARTS: Final = ("API", "worker", "PostgreSQL", "Valkey")
_CPU: Final = "µs of CPU"
_ALONE: Final = AN_EVENT.format(1)
_BATCHED: Final = AN_EVENT.format(100)

_INTRODUCTION: Final = f"""\
# Scaling

What one event and one home screen take of each part, and what follows for 1, 10 and 100 machines. Figures are marked by
how they were got: **m** measured, the median of a run of the [benchmarks](benchmarks/README.md); **a** assumed, to be
replaced by what you know better; **d** derived from the others, by the formula that stands with it. Nothing here was
tried on more than one machine.

This page is written from [latest.json](benchmarks/latest.json):

```sh no-run="rewrites this page"
python -m benchmarks.scaling
```

## Assumed

| | **a** |
|---|---|
| a learner's day | {_EVENTS_A_DAY} events, each sent alone, and {_SCREENS_A_DAY} home screens |
| the busiest hour | {_BUSIEST_HOUR:.0%} of a day |
| a machine | {_CORES} cores, each as quick as one here |
| how far a machine is used | {_USED:.0%} at the busiest hour, so that one may fail and a wave may come |
| a large database server | {_LARGE} cores |
"""
_DIVIDING: Final = """\
## Where one PostgreSQL ends

The API and the worker hold nothing, so there may be as many of them as there are cores. All of them write to one
PostgreSQL, and that is what ends first. Before it does, three things give room, in this order:

1. **Batches.** What sends many events sends them together: the difference between the two columns above.
2. **Connections.** A process holds `VEKST_DATABASE_POOL` of them at most, 10 unless set. With many processes a smaller
   number is enough for each, as a core serves one statement at a time; a pooler between has to keep sessions
   ([operations](operations.md)), so it saves none.
3. **A larger server**, as far as there are any.

Then the data is divided **by organisation**. Every key begins with `org_id`, and a transaction names its organisation
before anything else ([decision 4](decisions/0004-row-level-security.md)). So organisations can be dealt out to
installations that know nothing of each other, which needs no change at all and is the better first step; or the tables
be distributed by `org_id` with Citus, which nobody has tried with Vekst. What looks at all organisations is the
worker's sweep, the outbox and the counts of the metrics; each is asked of every installation alone.

**The limit that remains** is one organisation: it can't be divided in this way, so none may be larger than what one
server carries.

Valkey holds hints and counters of rates, and nothing that would be missed. Its share is small.
"""


_MEASURED: Final = """\
## What an event and a home screen take

**m**, with row-level security, boards that everybody joined and the outbox; an event until it is judged. A part of
what one alone takes of the worker and of Valkey is waking up and looking for work, which many share. Bytes and trips
are counted on the lines of the API and the worker together, without TLS. While home screens are asked for no worker
runs, and requests are not rationed (`VEKST_REQUESTS_PER_MINUTE=0`), so a screen asks nothing of Valkey here.
"""
_A_MILLION: Final = f"""\
## A million daily learners

**d** Events and screens a second at the busiest hour: those of a day × a million × {_BUSIEST_HOUR:g} / 3,600.
Cores: these × the CPU of each. Machines: cores / ({_CORES} × {_USED:g}), rounded up for each part.
"""
_CARRIED: Final = f"""\
## What machines carry

**d** Daily learners: machines × {_CORES} × {_USED:g} / the cores that a learner keeps busy, of all parts. Of the
machines, PostgreSQL has its share of the cores; with more than one of them the data is divided by organisation.
"""
_CHECKED: Final = """\
## Checked in small

**m** Two processes beside one, in turn, on {cores} cores, which PostgreSQL, Valkey and the client share with them:
what is missing to 2.0 is theirs in part. It shows that a second worker and a second API process need nothing but to be
started; how far that goes on machines of their own, it does not.
"""


class MissingFiguresError(ValueError):
    """The record lacks figures that this page rests on; it is one of a part of the workloads."""


@dataclass(frozen=True, slots=True)
class _Costs:
    """The medians, by case, what, and unit."""

    figures: Mapping[tuple[str, str], float]

    def of(self, case: str, what: str, unit: str) -> float:
        """One of them; 0 for what was not seen at all."""
        return self.figures.get((f"{case}: {what}", unit), 0.0)

    def day(self, what: str) -> float:
        """Seconds of CPU of a learner's day."""
        event, screen = self.of(_ALONE, what, _CPU), self.of(A_HOME_SCREEN, what, _CPU)
        return (_EVENTS_A_DAY * event + _SCREENS_A_DAY * screen) / 1e6

    def busy(self, what: str) -> float:
        """Cores that a million daily learners keep busy at the busiest hour."""
        return self.day(what) * _MILLION * _BUSIEST_HOUR / 3600

    @property
    def all_busy(self) -> float:
        """The same of all parts."""
        return sum(map(self.busy, _PARTS))


def scaling_page(record: Record) -> str:
    """The page in Markdown."""
    costs = _Costs({(each.case, each.unit): each.value.median for each in record.figures if each.workload == COSTS})
    if not all(costs.of(case, "API", _CPU) for case in (_ALONE, _BATCHED, A_HOME_SCREEN)):
        raise MissingFiguresError(f"there are no figures of the workload {COSTS!r} for batches of 1 and 100")
    parts = (
        _measured(costs),
        _million(costs),
        _machines(costs),
        [_DIVIDING],
        _in_small(record),
        _circumstances(record),
    )
    return "\n".join([_INTRODUCTION, *(line for part in parts for line in part)]) + "\n"


def _measured(costs: _Costs) -> Iterator[str]:
    yield _MEASURED
    cases = {"an event alone": _ALONE, "an event in batches of 100": _BATCHED, A_HOME_SCREEN: A_HOME_SCREEN}
    rows = [
        *((what, _CPU) for what in _PARTS),
        *((f"to {name}", "round trips") for name in ("PostgreSQL", "Valkey")),
        *((f"{way} {name}", "bytes") for name in ("PostgreSQL", "Valkey") for way in ("to", "from")),
        ("write-ahead log", "bytes"),
        ("stored", "bytes"),
    ]
    table = [[what, unit, *(_number(costs.of(case, what, unit)) for case in cases.values())] for what, unit in rows]
    yield from _table(["", "", *cases], table)


def _million(costs: _Costs) -> Iterator[str]:
    yield _A_MILLION
    rate = _MILLION * _BUSIEST_HOUR / 3600
    log, stored = costs.of(_ALONE, "write-ahead log", "bytes"), costs.of(_BATCHED, "stored", "bytes")
    yield f"* {_EVENTS_A_DAY * rate:,.0f} events and {_SCREENS_A_DAY * rate:,.0f} home screens a second"
    yield f"* {_EVENTS_A_DAY * rate * log / 1e6:,.1f} MB of write-ahead log a second"
    yield f"* {_EVENTS_A_DAY * stored * 365 * _MILLION / 1e12:,.1f} TB of new data a year, before anything expires\n"
    rows = [[what, f"{costs.busy(what):,.1f}", f"{_machines_for(costs.busy(what)):,}"] for what in _PARTS]
    rows.append(["together", f"{costs.all_busy:,.1f}", f"{sum(_machines_for(costs.busy(what)) for what in _PARTS):,}"])
    yield from _table(["", "cores busy", f"machines of {_CORES} cores"], rows)


def _machines(costs: _Costs) -> Iterator[str]:
    yield _CARRIED
    rows = []
    for machines in _MACHINES:
        learners = machines * _CORES * _USED / costs.all_busy * _MILLION
        rate = learners * _BUSIEST_HOUR / 3600
        for_postgresql = max(1, round(machines * costs.busy("PostgreSQL") / costs.all_busy))
        rows.append(
            [
                f"{machines:,}",
                _two_digits(learners),
                _two_digits(rate * _EVENTS_A_DAY),
                _two_digits(rate * _SCREENS_A_DAY),
                "the same one" if machines == 1 else f"{for_postgresql:,}",
            ]
        )
    yield from _table(["machines", "daily learners", "events/s", "home screens/s", "of them PostgreSQL"], rows)
    a_core = _MILLION / costs.busy("PostgreSQL")
    yield (
        f"**d** One PostgreSQL of {_CORES} cores carries {_two_digits(a_core * _CORES * _USED)} daily learners, one of "
        f"{_LARGE} cores {_two_digits(a_core * _LARGE * _USED)}:\ncores × {_USED:g} / cores busy per learner. That is "
        "as far as its processors go; its\ndisks have to take the write-ahead log as well.\n"
    )


def _in_small(record: Record) -> Iterator[str]:
    yield _CHECKED.format(cores=record.machine.cores)
    pairs = [each for each in record.comparisons if each.workload == PAIRS]
    rows = [[each.case, each.floor_name, spread_text(each.ratio, 2)] for each in pairs]
    yield from _table(["", "beside", "ratio (lowest – highest)"], rows)


def _circumstances(record: Record) -> Iterator[str]:
    machine = record.machine
    yield (
        f"Measured {record.began_at:%Y-%m-%d}, profile {record.profile}, on {machine.processor}, {machine.cores} "
        f"cores; {machine.postgresql},\n{machine.valkey}, Python {machine.python}; "
        f"load before the run: {machine.load:g}."
    )


def _machines_for(cores: float) -> int:
    return ceil(cores / (_CORES * _USED))


def _two_digits(value: float) -> str:
    """Two digits, as there is no more to it."""
    return f"{float(f'{value:.2g}'):,.0f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
