"""Memory: of each process before and after work, of each subscriber, and of each learner's standing."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import asyncpg

from benchmarks.companies import Company, a_company
from benchmarks.consumption import mebibytes_of
from benchmarks.crowds import Crowd
from benchmarks.findings import Figure, Finding, Spread
from benchmarks.processes import api_server, worker
from benchmarks.requests import recording, send_all
from benchmarks.stage import Stage, owning
from benchmarks.subscribers import subscribed
from vekst.tokens import DevelopmentIssuer

__all__ = ["MEMORY", "memory"]

MEMORY: Final = "memory"
"""The workload's name in its findings."""
_BATCH: Final = 100
_CLIENTS: Final = 2
_STANDING: Final = "SELECT percentile_cont($2) WITHIN GROUP (ORDER BY length(state)) FROM standings WHERE org_id = $1"
_ROW: Final = "SELECT avg(pg_column_size(standings.*)) FROM standings WHERE org_id = $1"
_MIB: Final = "MiB"


async def memory(stage: Stage) -> list[Finding]:
    """Fresh processes in every round; what they hold when idle, after work, and with subscribers on the line."""
    told: dict[tuple[str, str], list[float]] = defaultdict(list)
    async with a_company(stage, "memory") as company, owning(stage) as owner:
        crowd = company.crowd(_CLIENTS, stage.profile.rounds * (stage.profile.backlog + _CLIENTS * _BATCH))
        for _ in range(stage.profile.rounds):
            for what, value in (await _round(company, owner, crowd)).items():
                told[what].append(value)
        for share, name in ((0.5, "median"), (0.99, "99 of 100 learners have less")):
            told[f"a standing in the database, {name}", "bytes"] = [await owner.fetchval(_STANDING, company.id, share)]
        told["a standing's whole row, mean", "bytes"] = [float(await owner.fetchval(_ROW, company.id))]
    return [Figure(MEMORY, what, unit, Spread.of(values)) for (what, unit), values in told.items()]


async def _round(
    company: Company, owner: asyncpg.Connection[asyncpg.Record], crowd: Crowd
) -> dict[tuple[str, str], float]:
    stage = company.stage
    issuer = DevelopmentIssuer.open(stage.settings.data_dir)
    token = issuer.token(company.key, integration=company.actor.name)
    people = sorted(company.learners)[: stage.profile.subscribers]
    tokens = {person: issuer.token(company.key, person=person) for person in people}
    told: dict[tuple[str, str], float] = {}

    async def work(events: int) -> None:
        each = range(events // _BATCH // _CLIENTS)
        batches = [[crowd.batch(_BATCH, client) for _ in each] for client in range(_CLIENTS)]
        await send_all(server.port, [[recording(batch, token) for batch in mine] for mine in batches])
        await company.until_judged(owner)

    async with api_server(stage) as server, worker(stage) as working:
        told["API, idle", _MIB] = mebibytes_of(server.pid)
        await work(_CLIENTS * _BATCH)
        told["worker, after its first events", _MIB] = mebibytes_of(working.pid)
        await work(stage.profile.backlog)
        told[f"worker, after {stage.profile.backlog:,} events", _MIB] = mebibytes_of(working.pid)
        told[f"API, after {stage.profile.backlog:,} events", _MIB] = alone = mebibytes_of(server.pid)
        async with subscribed(server.port, tokens):
            told[f"API, a subscriber of {len(people)}", "KiB"] = (mebibytes_of(server.pid) - alone) * 1024 / len(people)
    return told
