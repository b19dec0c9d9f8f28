"""What is measured while the load runs, and the rule by which it is flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from tests.faults.stage import Stage

__all__ = ["Sample", "Third", "grown", "sampled", "thirds"]

_PAGE: Final = 4096
_MEGABYTE: Final = 1024 * 1024
_MEMORY_MAY_GROW: Final = 0.05
_MEMORY_IN_ANY_CASE: Final = 8.0
_LAG_IN_ANY_CASE: Final = 2.0
_LAG_MAY_GROW: Final = 1.5
_SQL: Final = """
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'vekst') AS connections,
           (SELECT coalesce(extract(epoch FROM now() - min(w.received_at)), 0)
              FROM (SELECT received_at FROM progress_events WHERE judged_at IS NULL LIMIT 100000) w) AS lag
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: megabytes of each process, connections to PostgreSQL, seconds that the oldest event has waited."""

    memory: Mapping[str, float]
    connections: int
    lag: float


@dataclass(frozen=True, slots=True)
class Third:
    """A third of the time: the median of memory, the most connections, and the lag that one look in 20 exceeded."""

    memory: Mapping[str, float]
    connections: int
    lag: float


async def sampled(stage: Stage) -> Sample:
    """Look now."""
    owner = await stage.owner()
    try:
        row = await owner.fetchrow(_SQL)
    finally:
        await owner.close()
    assert row is not None
    memory = {each.name: sum(map(_megabytes, each.pids)) for each in stage.commands}
    return Sample(memory, row["connections"], float(row["lag"]))


def thirds(samples: Sequence[Sample]) -> list[Third]:
    """The three thirds, in their order."""
    size = len(samples) // 3
    return [_third(samples[start : start + size]) for start in (0, size, 2 * size)]


def grown(parts: Sequence[Third]) -> Iterator[str]:
    """What is not flat: the last third against the middle one, since caches and pools fill in the first."""
    _, middle, last = parts
    for name, before in middle.memory.items():
        if last.memory[name] > before + max(_MEMORY_IN_ANY_CASE, _MEMORY_MAY_GROW * before):
            yield f"the memory of {name} grew from {before:.0f} to {last.memory[name]:.0f} MB"
    if last.connections > middle.connections:
        yield f"connections grew from {middle.connections} to {last.connections}"
    if last.lag > max(_LAG_IN_ANY_CASE, _LAG_MAY_GROW * middle.lag):
        yield f"the lag grew from {middle.lag:.1f} to {last.lag:.1f} s"


def _third(samples: Sequence[Sample]) -> Third:
    return Third(
        {name: median(each.memory[name] for each in samples) for name in samples[0].memory},
        max(each.connections for each in samples),
        quantiles((each.lag for each in samples), n=20)[-1],
    )


def _megabytes(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / _MEGABYTE
