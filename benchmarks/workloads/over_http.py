"""Through GraphQL over HTTP, with the real API and worker: events to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import asyncpg

from benchmarks.companies import Company, a_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Comparison, Finding
from benchmarks.floors import tables
from benchmarks.floors.splitting import SplitFloor
from benchmarks.floors.storing import FloorRow, floor_rows
from benchmarks.processes import api, worker
from benchmarks.requests import recording, send_all
from benchmarks.stage import Stage, owning
from benchmarks.turns import Stopwatch, in_turn
from vekst.domain.receipts import NewEvent
from vekst.tokens import DevelopmentIssuer

__all__ = ["through_graphql"]

_GOALS: Final = {1: 0.5, 100: 0.25, 500: 0.25}


async def through_graphql(stage: Stage) -> list[Finding]:
    """Batches sent as `recordProgress` until the worker has judged them all, beside the same floor as the services."""
    findings: list[Finding] = []
    async with (
        a_company(stage, "graphql") as company,
        owning(stage) as owner,
        api(stage) as port,
        worker(stage),
    ):
        most = max(stage.profile.clients)
        planned = (stage.profile.rounds + 2) * 2 * sum(stage.profile.posted.values()) * len(stage.profile.clients)
        crowds = company.crowd(most, planned)
        pool = await tables.open_pool(stage.database, most + 1)
        try:
            for clients in stage.profile.clients:
                sender = _Sender(company, port, crowds, owner, SplitFloor(pool, company.id), clients, most)
                for size, events in stage.profile.posted.items():
                    findings.append(await _compare(stage, sender, size, events))
        finally:
            await pool.close()
    return findings


@dataclass(slots=True)
class _Sender:
    """So many clients that send; learners are dealt out by the most clients there are, so that each stays with one."""

    company: Company
    port: int
    crowd: Crowd
    owner: asyncpg.Connection[asyncpg.Record]
    floor: SplitFloor
    clients: int
    shares: int

    def batches(self, size: int, events: int) -> list[list[list[NewEvent]]]:
        """For every client the batches to send next; each is about learners of one share."""
        each = max(1, events // size // self.clients)
        return [
            [self.crowd.batch(size, self._share(client, number)) for number in range(each)]
            for client in range(self.clients)
        ]

    def _share(self, client: int, number: int) -> int:
        mine = range(client, self.shares, self.clients)
        return mine[number % len(mine)]

    async def send(self, requests: Sequence[Sequence[bytes]]) -> None:
        """Send the requests of every client, and wait until everything was judged."""
        await send_all(self.port, requests)
        await self.company.until_judged(self.owner)


async def _compare(stage: Stage, sender: _Sender, size: int, events: int) -> Comparison:
    company = sender.company
    token = DevelopmentIssuer.open(stage.settings.data_dir).token(company.key, integration=company.actor.name)
    entries: list[float] = []

    async def ours() -> float:
        batches = sender.batches(size, events)
        requests = [[recording(batch, token) for batch in mine] for mine in batches]
        before = await company.entries()
        with Stopwatch() as watch:
            await sender.send(requests)
        sent = sum(len(batch) for mine in batches for batch in mine)
        entries.append((await company.entries() - before) / sent)
        sender.floor.entries = median(entries)
        return sent / watch.wall

    async def floor() -> float:
        batches = sender.batches(size, events)
        rows: list[list[list[FloorRow]]] = [
            [floor_rows(company.id, company.learners, batch) for batch in mine] for mine in batches
        ]
        with Stopwatch() as watch:
            await sender.floor.run(rows)
        return sum(len(batch) for mine in rows for batch in mine) / watch.wall

    measured = await in_turn(stage.profile.rounds, {"ours": ours, "floor": floor}, rest=stage.rest)
    return Comparison.of(
        "event to ledger over GraphQL",
        f"batches of {size}, {sender.clients} {'client' if sender.clients == 1 else 'clients'}",
        unit="events/s",
        floor_name="split",
        ours=measured["ours"],
        floor=measured["floor"],
        goal=_GOALS.get(size),
        details={"ledger rows per event": round(median(entries), 3)},
    )
