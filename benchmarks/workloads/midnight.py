"""Very many runs end at one midnight: how long judging waits while the sweep puts the next value in their places."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from benchmarks.companies import BenchmarkError, Company, check_judged, found_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Figure, Finding, Spread
from benchmarks.stage import Stage, owning
from vekst.domain.events import RecordedBy
from vekst.domain.receipts import NewEvent
from vekst.factory import Factory, Process
from vekst.services.people import PersonEntry
from vekst.storage.board_scopes import BAND_SHIFTS

__all__ = ["midnight"]

_BATCH: Final = 20
_BATCHES_BEFORE: Final = 50
_PAUSE: Final = 0.01
_LATER: Final = timedelta(days=10)
_WORKLOAD: Final = "midnight"
_MODEL: Final = "sleeper"

_ENDS: Final = "SELECT max(holds_until) FROM board_members WHERE org_id = $1 AND learner_id = $2"
_PEOPLE: Final = """
INSERT INTO people (org_id, learner_id, person, name, role, zone, first_zone, active, joined_at)
SELECT org_id, gen_random_uuid(), person || '-' || n, name, role, zone, first_zone, active, joined_at
  FROM people, generate_series(1, $3::int) AS n WHERE org_id = $1 AND learner_id = $2
"""
_COPIED: Final = {
    "standings": "pack_version, engine_version, last_occurred_at, last_source, last_id, ledger_seq, reversals, state, "
    "updated_at, failures",
    "board_choices": "board, joined, chosen_at",
    "board_members": "board, scope, value, holds_until",
}
_COPY: Final = """
INSERT INTO {table} (org_id, learner_id, {columns})
SELECT m.org_id, p.learner_id, {columns}
  FROM people p JOIN {table} m ON m.org_id = p.org_id AND m.learner_id = $2
 WHERE p.org_id = $1 AND p.person LIKE $3
"""
_RECOUNT: Final = (
    "DELETE FROM board_counts WHERE org_id = $1",
    "DELETE FROM board_bands WHERE org_id = $1",
    """
    INSERT INTO board_counts (org_id, board, scope, value, members)
    SELECT org_id, board, scope, value, count(*) FROM board_members
     WHERE org_id = $1 AND (scope = 'org' OR scope LIKE 'org/%') GROUP BY 1, 2, 3, 4
    """,
    f"""
    INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
    SELECT org_id, board, scope, shift, value >> shift, sum(members), count(*)
      FROM board_counts CROSS JOIN unnest(ARRAY{list(BAND_SHIFTS)}) AS s (shift)
     WHERE org_id = $1 GROUP BY 1, 2, 3, 4, 5
    """,
)
_DUE: Final = "SELECT count(*) FROM board_members WHERE org_id = $1 AND holds_until <= $2"


class _Clock:
    """The system's clock, or one that is ahead of it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def midnight(stage: Stage) -> list[Finding]:
    """Sweep and judging side by side in one process, as in a worker; the judged are others than the swept."""
    clock, runs = _Clock(), stage.profile.ended
    async with Process.running(stage.settings, clock=clock) as process:
        company = await found_company(stage, Factory(process), "midnight", history=stage.profile.history)
        stage.say(f"midnight: {runs:,} runs that end at once")
        ends = await _sleepers(stage, company, runs)
        # Later than usual, as the clock will be ahead by some days.
        crowd = Crowd(sorted(company.learners), first=company.first + _LATER)
        before = [await _stall(company, crowd) for _ in range(_BATCHES_BEFORE)]
        clock.ahead = ends - datetime.now(UTC) + timedelta(seconds=1)
        began = time.perf_counter()
        sweeping = asyncio.create_task(_sweep(company))
        while_swept: list[float] = []
        while not sweeping.done():
            while_swept.append(await _stall(company, crowd))
            await asyncio.sleep(_PAUSE)
        swept, lasted = await sweeping, time.perf_counter() - began
        await _check(stage, company, clock())
    if swept < runs:
        raise BenchmarkError(f"{swept:,} were swept")
    batch = f"a batch of {_BATCH} stored and judged"
    return [
        Figure(_WORKLOAD, f"{batch}, nothing to sweep", "ms", Spread.of(before)),
        Figure(_WORKLOAD, f"{batch}, {runs:,} runs being swept (longest: under 1,000)", "ms", Spread.of(while_swept)),
        Figure(_WORKLOAD, "learners swept meanwhile", "a second", Spread.of([swept / lasted])),
    ]


async def _stall(company: Company, crowd: Crowd) -> float:
    """Milliseconds until a batch that comes now is judged."""
    began = time.perf_counter()
    await company.record(crowd.batch(_BATCH))
    check_judged(await company.factory.judging().judge_everything(company.id))
    return (time.perf_counter() - began) * 1_000


async def _sweep(company: Company) -> int:
    total = 0
    while swept := await company.factory.boards().sweep():
        total += swept
    return total


async def _sleepers(stage: Stage, company: Company, runs: int) -> datetime:
    """As many as that who are like one another: on every board, with a run that ends at the instant returned."""
    people = [PersonEntry(_MODEL, zone="Europe/Oslo")]
    await company.factory.people().upsert(company.id, people)
    actor = await company.factory.actor(company.key, person=_MODEL)
    pack = await company.factory.pack(company.id)
    if actor is None or actor.learner_id is None or pack is None:
        raise BenchmarkError("the model of the sleepers is not there")
    for board in pack.leaderboards:
        await company.factory.boards().join(actor, board)
    now = datetime.now(UTC)
    events = [
        NewEvent(f"run-{day}", "call.practised", now - timedelta(days=day, minutes=1), {"minutes": 15}, _MODEL)
        for day in range(4)
    ]
    await company.factory.ingestion().record_import(
        company.id, source="past", events=events, recorded_by=RecordedBy.SYSTEM
    )
    check_judged(await company.factory.judging().judge_everything(company.id))
    async with owning(stage) as owner:
        return await _copied(owner, company.id, actor.learner_id, runs)


async def _copied(owner: asyncpg.Connection[asyncpg.Record], org_id: UUID, model: UUID, runs: int) -> datetime:
    ends = await owner.fetchval(_ENDS, org_id, model)
    if not isinstance(ends, datetime):
        raise BenchmarkError("the model of the sleepers has no run")
    await owner.execute(_PEOPLE, org_id, model, runs)
    for table, columns in _COPIED.items():
        told = ", ".join(f"m.{column.strip()}" for column in columns.split(","))
        statement = _COPY.replace("{columns})", f"{columns})", 1).replace("{columns}", told)
        await owner.execute(statement.replace("{table}", table), org_id, model, f"{_MODEL}-%")
    for statement in _RECOUNT:
        await owner.execute(statement, org_id)
    await owner.execute("VACUUM (ANALYZE) people, standings, board_choices, board_members, board_counts, board_bands")
    return ends


async def _check(stage: Stage, company: Company, now: datetime) -> None:
    async with owning(stage) as owner:
        due = await owner.fetchval(_DUE, company.id, now)
    if due:
        raise BenchmarkError(f"{due:,} places are due after the sweep")
