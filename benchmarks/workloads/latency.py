"""How long it takes: from an event's receipt to its recognition on a screen, and after a worker's death."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

import asyncpg

from benchmarks.companies import BenchmarkError, Company, a_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Figure, Finding, Spread
from benchmarks.http_client import Connection
from benchmarks.processes import api, worker
from benchmarks.requests import check_recorded, recording, send_all
from benchmarks.stage import Stage, owning
from benchmarks.subscribers import Subscriber, subscribed
from vekst.domain.receipts import NewEvent
from vekst.tokens import DevelopmentIssuer

__all__ = ["after_a_kill", "latency"]

_WORKLOAD: Final = "latency"
_GOAL: Final = 50.0
_KILL_GOAL: Final = 10.0
_EVENTS_PER_SECOND: Final = 100.0
_PROBES: Final = 4
"""Clients that find out the highest rate at which single events are judged."""
_CONNECTIONS: Final = 16
_MILLISECONDS: Final = 1_000.0
_PATIENCE: Final = 120.0
_BETWEEN_LOOKS: Final = 0.005
_BATCH: Final = 100
_MEETS_THE_LOCK: Final = """
SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'ledger_entries'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


@dataclass(slots=True)
class _Show:
    """Subscribers, and who sends; each learner has one event on its way at a time, so it is known what is heard of."""

    company: Company
    owner: asyncpg.Connection[asyncpg.Record]
    port: int
    token: str
    subscribers: Sequence[Subscriber]
    crowd: Crowd
    rate: float

    async def act(self) -> list[float]:
        """Send an event of every subscriber at the rate; from its receipt to each recognition, in milliseconds."""
        for subscriber in self.subscribers:
            subscriber.heard.clear()
        before = await self.company.entries()
        received = await self._send()
        await self.company.until_judged(self.owner)
        await self._until_heard(await self.company.entries() - before)
        return [
            (heard - received[subscriber.person]) * _MILLISECONDS
            for subscriber in self.subscribers
            for heard in subscriber.heard
        ]

    async def _send(self) -> dict[str, float]:
        """When the receipt of each learner's event was there."""
        batches = [self.crowd.batch(1) for _ in self.subscribers]
        received: dict[str, float] = {}
        free: asyncio.Queue[Connection] = asyncio.Queue()
        connections = [await Connection.open(self.port) for _ in range(_CONNECTIONS)]
        for connection in connections:
            free.put_nowait(connection)

        async def send(batch: list[NewEvent], delay: float) -> None:
            request = recording(batch, self.token)
            await asyncio.sleep(delay)
            connection = await free.get()
            answer = await connection.send(request)
            received[batch[0].person or ""] = time.perf_counter()
            free.put_nowait(connection)
            check_recorded(answer)

        await asyncio.gather(*(send(batch, number / self.rate) for number, batch in enumerate(batches)))
        for connection in connections:
            connection.close()
        return received

    async def _until_heard(self, entries: int) -> None:
        """Wait until everything that stands in the ledger was heard of, once."""
        ends = time.monotonic() + _PATIENCE
        while (heard := self._heard()) < entries:
            if time.monotonic() > ends:
                raise BenchmarkError(f"of {entries} recognitions {heard} were heard of")
            await asyncio.sleep(_BETWEEN_LOOKS)
        if heard > entries:
            raise BenchmarkError(f"of {entries} recognitions {heard} were heard of")

    def _heard(self) -> int:
        return sum(len(subscriber.heard) for subscriber in self.subscribers)


async def latency(stage: Stage) -> list[Finding]:
    """Single events at 100 a second, or at a quarter of the highest rate if that is less, to subscribers of all."""
    async with (
        a_company(stage, "latency", learners=stage.profile.subscribers) as company,
        owning(stage) as owner,
        api(stage) as port,
        worker(stage),
    ):
        issuer = DevelopmentIssuer.open(stage.settings.data_dir)
        token = issuer.token(company.key, integration=company.actor.name)
        planned = (
            _PROBES + stage.profile.probed + (stage.profile.rounds + 1) * stage.profile.acts * stage.profile.subscribers
        )
        crowd = company.crowd(1, planned)
        # The worker may still be on its way up.
        await _rate(company, owner, port, token, crowd.batch(_PROBES))
        highest = await _rate(company, owner, port, token, crowd.batch(stage.profile.probed))
        rate = min(_EVENTS_PER_SECOND, highest / 4)
        tokens = {person: issuer.token(company.key, person=person) for person in company.learners}
        async with subscribed(port, tokens) as subscribers:
            show = _Show(company, owner, port, token, subscribers, crowd, rate)
            await show.act()
            rounds = [await _round(stage, show) for _ in range(stage.profile.rounds)]
    case = f"receipt to recognition, {len(tokens)} subscribers"
    return [
        _percentile(rounds, 50, f"{case}: p50"),
        _percentile(rounds, 99, f"{case}: p99", goal=_GOAL),
        Figure(_WORKLOAD, "single events sent meanwhile", "events/s", Spread.of([rate])),
        Figure(_WORKLOAD, f"highest rate, single events, {_PROBES} clients", "events/s", Spread.of([highest])),
    ]


async def after_a_kill(stage: Stage) -> list[Finding]:
    """Seconds from `kill -9` of a worker at work until a new one has judged all; nothing may be lost or come twice."""
    seconds: list[float] = []
    async with a_company(stage, "kill") as company, owning(stage) as owner, api(stage) as port:
        token = DevelopmentIssuer.open(stage.settings.data_dir).token(company.key, integration=company.actor.name)
        crowd = company.crowd(1, (stage.profile.rounds + 1) * stage.profile.backlog)
        for _ in range(stage.profile.rounds):
            await stage.rest()
            batches = [crowd.batch(_BATCH) for _ in range(stage.profile.backlog // _BATCH)]
            await send_all(port, [[recording(batch, token) for batch in batches]])
            await _kill_at_work(stage, owner)
            began = time.perf_counter()
            async with worker(stage):
                await company.until_judged(owner)
                seconds.append(time.perf_counter() - began)
        verified = await company.factory.replaying().verify(company.id)
    if verified.differences:
        raise BenchmarkError(f"{len(verified.differences)} differences after the kills: {verified.differences[:3]}")
    case = f"all of {stage.profile.backlog:,} waiting events judged after a worker's kill -9"
    return [Figure(_WORKLOAD, case, "seconds", Spread.of(seconds), goal=_KILL_GOAL)]


async def _kill_at_work(stage: Stage, owner: asyncpg.Connection[asyncpg.Record]) -> None:
    """Let a worker judge a batch and write all up to the ledger, where it meets a lock; there it is killed."""
    async with owner.transaction():
        await owner.execute("LOCK TABLE ledger_entries IN SHARE MODE")
        async with worker(stage) as victim:
            while not await owner.fetchval(_MEETS_THE_LOCK):
                await asyncio.sleep(_BETWEEN_LOOKS)
            victim.kill()
            await victim.wait()


async def _round(stage: Stage, show: _Show) -> list[float]:
    await stage.rest()
    return [each for _ in range(stage.profile.acts) for each in await show.act()]


async def _rate(
    company: Company, owner: asyncpg.Connection[asyncpg.Record], port: int, token: str, events: Sequence[NewEvent]
) -> float:
    requests = [[recording([event], token) for event in events[client::_PROBES]] for client in range(_PROBES)]
    began = time.perf_counter()
    await send_all(port, requests)
    await company.until_judged(owner)
    return len(events) / (time.perf_counter() - began)


def _percentile(rounds: Sequence[Sequence[float]], percent: int, case: str, goal: float | None = None) -> Figure:
    values = [quantiles(each, n=100, method="inclusive")[percent - 1] for each in rounds]
    return Figure(_WORKLOAD, case, "ms", Spread.of(values), goal)
