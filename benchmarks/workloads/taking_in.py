"""Ingestion through GraphQL over HTTP, with the real API and nobody who judges, beside the bare statement."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg

from benchmarks.companies import Company, a_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Comparison, Finding
from benchmarks.floors import tables
from benchmarks.floors.storing import FloorRow, floor_rows, store
from benchmarks.processes import api
from benchmarks.requests import recording, send_all
from benchmarks.stage import Stage
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.domain.receipts import NewEvent
from vekst.tokens import DevelopmentIssuer

__all__ = ["ingestion_through_graphql"]

_GOALS: Final = {500: 0.4}
Batches = list[list[NewEvent]]


async def ingestion_through_graphql(stage: Stage) -> list[Finding]:
    """Batches sent as `recordProgress` and answered with receipts, beside the same statement as for the services."""
    findings: list[Finding] = []
    async with a_company(stage, "taking-in") as company, api(stage) as port:
        most = max(stage.profile.clients)
        planned = (stage.profile.rounds + 2) * 2 * sum(stage.profile.events.values()) * len(stage.profile.clients)
        crowd = company.crowd(most, planned)
        pool = await tables.open_pool(stage.database, most + 1)
        try:
            for clients in stage.profile.clients:
                for size, events in stage.profile.events.items():
                    deal = _Deal(crowd, clients, most, size, events)
                    contenders = {"ours": _ours(company, port, deal), "floor": _floor(company, pool, deal)}
                    measured = await in_turn(stage.profile.rounds, contenders, rest=stage.rest)
                    findings.append(
                        Comparison.of(
                            "ingestion over GraphQL",
                            f"batches of {size}, {clients} {'client' if clients == 1 else 'clients'}",
                            unit="events/s",
                            floor_name="unnest insert with dedupe",
                            ours=measured["ours"],
                            floor=measured["floor"],
                            goal=_GOALS.get(size),
                        )
                    )
        finally:
            await pool.close()
    return findings


class _Deal:
    """What each client sends: about so many events between them, in batches of that size.

    Learners are dealt out in so many shares, each of one client, so that all of them do the same however many send.
    """

    def __init__(self, crowd: Crowd, clients: int, shares: int, size: int, events: int) -> None:
        self._crowd = crowd
        self._shares = [range(client, shares, clients) for client in range(clients)]
        self._size = size
        self._each = max(1, events // size // clients)

    def batches(self) -> list[Batches]:
        """For every client the batches to send next."""
        return [
            [self._crowd.batch(self._size, shares[number % len(shares)]) for number in range(self._each)]
            for shares in self._shares
        ]


def _sent(batches: Sequence[Batches]) -> int:
    return sum(len(batch) for mine in batches for batch in mine)


def _ours(company: Company, port: int, deal: _Deal) -> Contender:
    issuer = DevelopmentIssuer.open(company.stage.settings.data_dir)
    token = issuer.token(company.key, integration=company.actor.name)

    async def rate() -> float:
        batches = deal.batches()
        requests = [[recording(batch, token) for batch in mine] for mine in batches]
        with Stopwatch() as watch:
            await send_all(port, requests)
        await company.forget_events()
        return _sent(batches) / watch.wall

    return rate


def _floor(company: Company, pool: asyncpg.Pool[asyncpg.Record], deal: _Deal) -> Contender:
    async def send(mine: Sequence[Sequence[FloorRow]]) -> None:
        async with pool.acquire() as connection:
            for batch in mine:
                await store(connection, batch)

    async def rate() -> float:
        batches = deal.batches()
        rows = [[floor_rows(company.id, company.learners, batch) for batch in mine] for mine in batches]
        with Stopwatch() as watch:
            await asyncio.gather(*map(send, rows))
        async with pool.acquire() as connection:
            await tables.clear(connection)
        return _sent(batches) / watch.wall

    return rate
