"""Two organisations with the same names in all things share one Valkey and one worker, and neither meets the other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.client import Monitor

from tests.graphql.client import Client
from tests.support.organisations import Organisation, new_event
from tests.support.waiting import until
from tests.support.workers import OwnValkey
from vekst.api import create_app
from vekst.factory import Factory, Process
from vekst.jobs.live import channel
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer
from vekst.worker import functions
from vekst.worker.main import work

KEY = re.compile(r"(?<!\S)(?:vekst|arq):\S+")
OF_NOBODY = frozenset({"vekst:judge", "vekst:judge:health-check", "vekst:live:*", "arq:abort"})
"""Keys without an organisation: the queue, which holds ids of jobs, the workers' sign of life, and who listens."""
OF_THE_SWEEP = re.compile(r"arq:(?:job|retry|result|in-progress):(?:sweep|verify):\d+")
BATCHES = "SELECT DISTINCT judged_at FROM progress_events WHERE judged_at IS NOT NULL"
"""Every batch has an instant of its own."""


@pytest.fixture
async def shared(own_valkey: OwnValkey, settings: Settings) -> AsyncIterator[Process]:
    """A process that has a Valkey of its own, whose every key is known to be the test's."""
    given = settings.model_copy(update={"redis_url": SecretStr(own_valkey.url), "worker_jobs": 1})
    async with Process.running(given) as process:
        yield process


async def _found(process: Process, *persons: str) -> Organisation:
    factory = Factory(process)
    key = f"org-{uuid4().hex[:12]}"
    organisation = Organisation(factory, await factory.organisations().create(key), key)
    await organisation.publish()
    await organisation.hire(*persons, team="north")
    return organisation


async def _until_judged(*organisations: Organisation) -> None:
    async def all_are() -> bool:
        return not any([await each.pending() for each in organisations])

    await until(all_are)


async def test_everything_in_valkey_is_an_organisations(shared: Process, own_valkey: OwnValkey) -> None:
    two = [await _found(shared, "kari", "nora") for _ in range(2)]
    app = create_app(shared.settings)
    issuer = DevelopmentIssuer.open(shared.settings.data_dir, shared.clock)
    stop = asyncio.Event()
    async with app.router.lifespan_context(app), _watched(own_valkey) as commands:
        working = asyncio.create_task(work(shared, stop))
        for number in range(5):
            for each in two:
                await _ask(app, issuer, each)
                await each.record("kari", new_event(str(number), customer="Acme"))
                await each.record("nora", new_event(str(number), customer="Acme"))
        await _until_judged(*two)
        stop.set()
        await working
    seen = {key for command in commands for key in KEY.findall(command)}
    # What other tests left waiting in the same database is judged along.
    ids = {str(org_id) for org_id in await Factory(shared).replaying().organisations()}
    assert {str(each.id) for each in two} <= ids
    kinds = {re.sub(r"[0-9a-f]{64}|[0-9a-f-]{36}|\d+", "*", key) for key in seen}
    assert {"vekst:rate:*:*:*", "vekst:queries:*", "vekst:queries:*:*", "arq:job:judge:*:*:*"} <= kinds, kinds
    for key in sorted(seen - OF_NOBODY):
        assert OF_THE_SWEEP.fullmatch(key) or any(org_id in key for org_id in ids), key
    # A wake-up says for whom it is and nothing else.
    about_ours = [command for command in commands if any(str(each.id) in command for each in two)]
    published = [command.split() for command in about_ours if command.startswith("PUBLISH ")]
    for each in two:
        learners = {str((await each.actor(person)).learner_id) for person in ("kari", "nora")}
        told = [ids for _, name, *ids in published if name == channel(each.id)]
        assert {learner for ids in told for learner in ids} == learners
    assert {name for _, name, *_ in published} == {channel(each.id) for each in two}
    assert not any("kari" in command or "Acme" in command for command in commands)


async def _ask(app: FastAPI, issuer: DevelopmentIssuer, organisation: Organisation) -> None:
    """Register an operation, which counts the request too."""
    text = "{ me { person } }"
    digest = sha256(text.encode()).hexdigest()
    body = {"query": text, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    async with Client(app, token=issuer.token(organisation.key, person="kari")) as client:
        assert (await client.http.post("/graphql", json=body)).status_code == 200


@asynccontextmanager
async def _watched(valkey: OwnValkey) -> AsyncIterator[list[str]]:
    """Every command that Valkey is given within the block."""
    commands: list[str] = []
    last = f"END {uuid4()}"

    async def watch(watcher: Monitor) -> None:
        async for told in watcher.listen():
            if last in told["command"]:
                return
            commands.append(told["command"])

    async with Redis.from_url(valkey.url) as client, Redis.from_url(valkey.url).monitor() as watcher:
        watching = asyncio.create_task(watch(watcher))
        yield commands
        await client.echo(last)
        await watching


async def test_who_floods_is_served_in_turn_and_nobody_waits_behind_the_flood(
    shared: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By order of service, not by time: a turn is one batch here, and a job looks for one more after it."""
    monkeypatch.setattr(functions, "_TURN", 0.0)
    flood = await _found(shared, *(f"person-{number}" for number in range(20)))
    quiet = [await _found(shared, "kari") for _ in range(3)]
    await _record_many(flood, 14_000)
    await shared.client.flushdb()
    hints = 2
    for _ in range(hints):
        await shared.queue.wake(flood.id)
    for each in quiet:
        await each.record("kari", new_event("1"))
    stop = asyncio.Event()
    working = asyncio.create_task(work(shared, stop))
    await _until_judged(flood, *quiet)
    stop.set()
    await working
    turns = [org_id for _, org_id in sorted([batch for each in (flood, *quiet) for batch in await _batches(each)])]
    last = max(turns.index(each.id) for each in quiet)
    assert turns.count(flood.id) >= 7
    assert turns[:last].count(flood.id) <= hints * 2, turns
    assert turns[last:].count(flood.id) >= 3, turns


async def _record_many(organisation: Organisation, count: int) -> None:
    integration = await organisation.integration()
    for start in range(0, count, 500):
        events = [
            new_event(str(number), person=f"person-{number % 20}", minutes=number % 7)
            for number in range(start, start + 500)
        ]
        receipts = await organisation.factory.ingestion().record(integration, events)
        assert {receipt.status.value for receipt in receipts} == {"STORED"}


async def _batches(organisation: Organisation) -> list[tuple[object, UUID]]:
    return [(at, organisation.id) for [at] in await organisation.rows(BATCHES)]
