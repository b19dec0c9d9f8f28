"""What an event and a home screen cost: processor time of every part, bytes, round trips."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import asyncpg
from redis.asyncio import Redis

from benchmarks.companies import Company, a_company
from benchmarks.consumption import cpu_of, cpu_of_postgresql
from benchmarks.crowds import Crowd
from benchmarks.findings import Figure, Finding, Spread
from benchmarks.processes import Server, api_server, worker
from benchmarks.requests import recording, send_all
from benchmarks.stage import Stage, owning
from benchmarks.wiretap import Tap, tapped
from benchmarks.workloads.screens import home_screens, load_of
from vekst.tokens import DevelopmentIssuer

__all__ = ["AN_EVENT", "A_HOME_SCREEN", "COSTS", "costs"]

COSTS: Final = "costs"
"""The workload's name in its findings."""
AN_EVENT: Final = "an event, batches of {}"
A_HOME_SCREEN: Final = "a home screen"

_CPU: Final = "µs of CPU"
_BYTES: Final = "bytes"
_TRIPS: Final = "round trips"
_WAL: Final = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"
_SIZE: Final = "SELECT pg_database_size(current_database())"


@dataclass(slots=True)
class _Meter:
    """Everything that is counted, at one instant and as what was added since."""

    owner: asyncpg.Connection[asyncpg.Record]
    valkey: Redis
    api: int
    to_database: Tap
    to_valkey: Tap
    worker: int | None = None

    async def per(self, work: Callable[[], Awaitable[int]]) -> dict[tuple[str, str], float]:
        """What one piece of work took, by what and unit, when so many were done."""
        before, database, valkey = await self._read(), self.to_database.now(), self.to_valkey.now()
        pieces = await work()
        after = await self._read()
        told = {key: after[key] - before[key] for key in after}
        for name, tap in (
            ("PostgreSQL", self.to_database.since(database)),
            ("Valkey", self.to_valkey.since(valkey)),
        ):
            told[f"to {name}", _TRIPS] = tap.trips
            told[f"to {name}", _BYTES] = tap.sent
            told[f"from {name}", _BYTES] = tap.received
        return {key: value / pieces for key, value in told.items()}

    async def _read(self) -> dict[tuple[str, str], float]:
        used = await self.valkey.info("cpu")
        seconds = {
            "API": cpu_of(self.api),
            "worker": cpu_of(self.worker) if self.worker else 0.0,
            "PostgreSQL": await cpu_of_postgresql(self.owner),
            "Valkey": used["used_cpu_user"] + used["used_cpu_sys"],
        }
        wal, size = float(await self.owner.fetchval(_WAL)), float(await self.owner.fetchval(_SIZE))
        return {
            **{(who, _CPU): value * 1e6 for who, value in seconds.items()},
            ("write-ahead log", _BYTES): wal,
            ("stored", _BYTES): size,
        }


async def costs(stage: Stage) -> list[Finding]:
    """Events through GraphQL until they are judged, in batches, and home screens; what each took of whom."""
    async with (
        a_company(stage, "costs") as company,
        owning(stage) as owner,
        tapped(stage) as (over_taps, to_database, to_valkey),
        api_server(over_taps) as server,
        Redis.from_url(stage.settings.redis_url.get_secret_value()) as valkey,
    ):
        meter = _Meter(owner, valkey, server.pid, to_database, to_valkey)
        planned = (stage.profile.rounds + 1) * sum(stage.profile.posted.values())
        sender = _Sender(company, owner, server, company.crowd(1, planned))
        findings: list[Finding] = []
        async with worker(over_taps) as working:
            meter.worker = working.pid
            for size in stage.profile.posted:
                findings += await _measured(stage, meter, AN_EVENT.format(size), partial(sender.send, size))
        # Nobody judges meanwhile: what a worker does while it waits would be taken for the screens' part.
        meter.worker = None
        return [*findings, *await _measured(stage, meter, A_HOME_SCREEN, _seen(company, server))]


async def _measured(stage: Stage, meter: _Meter, case: str, work: Callable[[], Awaitable[int]]) -> list[Figure]:
    await stage.rest()
    await work()
    rounds = [await meter.per(work) for _ in range(stage.profile.rounds)]
    return [
        Figure(COSTS, f"{case}: {what}", unit, Spread.of(each[what, unit] for each in rounds))
        for what, unit in rounds[0]
        if any(each[what, unit] for each in rounds)
    ]


@dataclass(frozen=True, slots=True)
class _Sender:
    """One client that records events, and waits until they were judged."""

    company: Company
    owner: asyncpg.Connection[asyncpg.Record]
    server: Server
    crowd: Crowd

    async def send(self, size: int) -> int:
        """Events in batches of that size; how many they were."""
        stage, company = self.company.stage, self.company
        token = DevelopmentIssuer.open(stage.settings.data_dir).token(company.key, integration=company.actor.name)
        batches = [self.crowd.batch(size) for _ in range(max(1, stage.profile.posted[size] // size))]
        await send_all(self.server.port, [[recording(batch, token) for batch in batches]])
        await company.until_judged(self.owner)
        return len(batches) * size


def _seen(company: Company, server: Server) -> Callable[[], Awaitable[int]]:
    requests = list(home_screens(company).values())
    times = company.stage.profile.requests
    look = load_of([server.port], requests, times)

    async def work() -> int:
        await look()
        return times

    return work
