"""Growth with what is stored: events taken in beside many that are there, and judged among ever more learners."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from benchmarks.companies import Company, check_judged, found_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Comparison, Finding, Growth
from benchmarks.stage import Stage, another_database, owning
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.factory import Factory, Process

__all__ = ["among_learners", "beside_stored_events"]

_STORED_GOAL: Final = 0.85
_LEARNERS_GOAL: Final = 1.2
_BATCH: Final = 500
_SMALLER: Final = 100
_ACTING: Final = 100
"""Learners who do something, however many there are."""

_FILL: Final = """
INSERT INTO progress_events
    (org_id, learner_id, source, id, type, occurred_at, data, recorded_by, received_at, judged_at)
SELECT $1, learners[1 + n % cardinality(learners)], $3,
    CAST(lpad(to_hex(CAST(extract(epoch FROM at) * 1000 AS bigint)), 12, '0') || '7' || substr(chance, 1, 3) || '8'
        || substr(chance, 4, 15) AS uuid)::text,
    'call.practised', at, '{"minutes": 12}', 'system', at, at
FROM (SELECT CAST($2 AS uuid[]) AS learners) AS who,
    generate_series(CAST($4 AS integer), CAST($5 AS integer) - 1) AS n,
    LATERAL (
        SELECT CAST($6 AS timestamptz) - (CAST($7 AS integer) - n) * interval '100 milliseconds' AS at,
            md5(n::text) AS chance
    ) AS told
"""
_FILLED_AT_ONCE: Final = 500_000


async def beside_stored_events(stage: Stage) -> list[Finding]:
    """Events taken in by the service with UUIDv7 as their ids, beside many stored ones, and into an empty table."""
    async with (
        another_database(stage, "stored") as beside,
        Process.running(stage.settings) as here,
        Process.running(beside.settings) as there,
    ):
        empty = await found_company(stage, Factory(here), "empty", history=0)
        full = await found_company(beside, Factory(there), "stored", history=0)
        await _fill(full, stage.profile.stored)
        contenders = {
            "ours": _taken_in(full, afterwards=full.take_events_as_judged),
            "floor": _taken_in(empty, afterwards=empty.forget_events),
        }
        measured = await in_turn(stage.profile.rounds, contenders, rest=stage.rest)
    return [
        Comparison.of(
            "ingestion",
            f"beside {stage.profile.stored:,} events, batches of {_BATCH}",
            unit="events/s",
            floor_name="the same, into an empty table",
            ours=measured["ours"],
            floor=measured["floor"],
            goal=_STORED_GOAL,
        )
    ]


async def among_learners(stage: Stage) -> list[Finding]:
    """What an event of one of a hundred learners costs, stored and judged, in organisations of ever more."""
    async with Process.running(stage.settings) as process:
        contenders: dict[int, Contender] = {}
        for learners in stage.profile.crowds:
            company = await found_company(stage, Factory(process), f"among-{learners}", history=1, learners=learners)
            contenders[learners] = _judged(company)
        costs = await in_turn(stage.profile.rounds, contenders, rest=stage.rest)
    return [
        Growth.of(
            "growth with learners",
            f"storing and judging, {_ACTING} learners act",
            axis="learners in the organisation",
            unit="µs per event",
            costs=costs,
            goal=_LEARNERS_GOAL,
        )
    ]


async def _fill(company: Company, events: int) -> None:
    """Store so many events that were judged long ago, spread over all learners."""
    async with owning(company.stage) as owner:
        learners = list(company.learners.values())
        for start in range(0, events, _FILLED_AT_ONCE):
            until = min(events, start + _FILLED_AT_ONCE)
            await owner.execute(_FILL, company.id, learners, "past", start, until, company.first, events)
        await owner.execute("VACUUM ANALYZE progress_events")


def _taken_in(company: Company, *, afterwards: Callable[[], Awaitable[None]]) -> Contender:
    profile = company.stage.profile
    events = profile.events[_BATCH]
    crowd = company.crowd(1, (profile.rounds + 1) * events)

    async def rate() -> float:
        batches = [crowd.batch(_BATCH) for _ in range(events // _BATCH)]
        with Stopwatch() as watch:
            for batch in batches:
                await company.record(batch)
        await afterwards()
        return len(batches) * _BATCH / watch.wall

    return rate


def _judged(company: Company) -> Contender:
    profile = company.stage.profile
    events = profile.backlog
    acting = sorted(company.learners)[:_ACTING]
    per_day = max(4, (profile.rounds + 1) * events // len(acting) // 27 + 1)
    crowd = Crowd(acting, first=company.first, per_day=per_day)

    async def cost() -> float:
        batches = [crowd.batch(_SMALLER) for _ in range(events // _SMALLER)]
        with Stopwatch() as watch:
            for batch in batches:
                await company.record(batch)
            check_judged(await company.factory.judging().judge_everything(company.id))
        return watch.wall * 1e6 / len(batches) / _SMALLER

    return cost
