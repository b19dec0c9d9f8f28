"""Questions answered from a replica: nobody is shown less than they have written, and it may be away at any time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.graphql.client import Client
from tests.support.organisations import Organisation, new_event
from tests.support.replication import Pair, pair_of_servers
from tests.support.servers import run_sql
from tests.support.waiting import until
from vekst.api import create_app
from vekst.domain.actors import Role
from vekst.factory import Factory, Process
from vekst.services.examination import Finding
from vekst.settings import Settings
from vekst.signals import Signals
from vekst.storage.database import Database
from vekst.storage.direct import driver_of
from vekst.storage.migrations import upgrade
from vekst.tokens import DevelopmentIssuer

SEEN = "{ me { feedback(first: 10) { edges { cursor } } recognitions(first: 10) { edges { cursor } } } }"
ASK = "mutation ($input: AskForFeedbackInput!) { askForFeedback(input: $input) { __typename } }"
LIVES = 3_600


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with pair_of_servers() as pair:
        run_sql(pair.primary.url(), "ALTER SYSTEM RESET synchronous_standby_names")
        run_sql(pair.primary.url(), "SELECT pg_reload_conf()")
        run_sql(pair.primary.url(), "CREATE DATABASE vekst")
        asyncio.run(upgrade(pair.primary.url("vekst")))
        yield pair


@dataclass(slots=True)
class Place:
    """An app that reads from the replica, and who uses it."""

    app: FastAPI
    pair: Pair
    organisation: Organisation
    clients: dict[str, Client]

    @property
    def process(self) -> Process:
        found: Process = self.app.state.process
        return found

    def counted(self, name: str, **labels: str) -> float:
        return self.process.signals.metrics.registry.get_sample_value(f"vekst_replica_{name}", labels) or 0.0

    async def seen(self, person: str) -> tuple[int, int]:
        """How many feedbacks and recognitions the person is shown."""
        me = (await self.clients[person].ask(SEEN))["me"]
        return len(me["feedback"]["edges"]), len(me["recognitions"]["edges"])

    async def asks_nora(self, person: str) -> None:
        wish = {"id": uuid4().hex, "person": "nora", "question": "Was I clear?", "event": {"id": "1"}}
        answer = await self.clients[person].ask(ASK, input={**wish, "occurredAt": datetime.now(UTC).isoformat()})
        assert answer == {"askForFeedback": {"__typename": "AskForFeedback"}}

    async def reads_from_the_replica(self, person: str) -> None:
        """Wait until what the person asks is read from there."""

        async def read() -> bool:
            before = self.counted("reads_total")
            await self.seen(person)
            return self.counted("reads_total") > before

        await until(read)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """A replica that shows nothing new for the length of a block."""
        await self._tell("pause")
        try:
            await until(self._stands)
            yield
        finally:
            await self._tell("resume")

    async def _tell(self, what: str) -> None:
        await asyncio.to_thread(run_sql, self.pair.standby.url(), f"SELECT pg_wal_replay_{what}()")

    async def _stands(self) -> bool:
        assert self.process.replica is not None
        async with self.process.replica._replica.crossing() as connection:
            [(state,)] = await connection.exec_driver_sql("SELECT pg_get_wal_replay_pause_state()")
        return bool(state == "paused")


@pytest.fixture
async def place(pair: Pair, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    # However slow the machine: what is told of here is the order of things.
    monkeypatch.setattr("vekst.jobs.marks.FLOOR_LIVES", LIVES)
    monkeypatch.setattr("vekst.jobs.marks._MARK_LIVES", 3 * LIVES)
    monkeypatch.setattr("vekst.services.replica._RAISE_EVERY", float(LIVES))
    monkeypatch.setattr("vekst.services.replica._REST", 0.05)
    urls = {"database_url": pair.primary.url("vekst"), "replica_url": pair.standby.url("vekst")}
    given = settings.model_copy(update={name: SecretStr(url) for name, url in urls.items()})
    app = create_app(given, signals=Signals())
    issuer = DevelopmentIssuer.open(settings.data_dir)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        factory, key = Factory(app.state.process), f"org-{uuid4().hex[:12]}"
        organisation = Organisation(factory, await factory.organisations().create(key), key)
        await organisation.publish()
        await organisation.hire("kari", "nora", team="north")
        await organisation.hire("adam", role=Role.ADMIN)
        await organisation.record("kari", new_event("1", minutes=5))
        people = ("kari", "nora", "adam")
        tokens = {person: issuer.token(key, person=person) for person in people}
        clients = {
            person: await stack.enter_async_context(Client(app, token=token)) for person, token in tokens.items()
        }
        place = Place(app, pair, organisation, clients)
        await place.reads_from_the_replica("nora")
        yield place


async def test_who_wrote_sees_it_while_others_read_from_a_replica_that_is_behind(place: Place) -> None:
    async with place.paused():
        await place.asks_nora("kari")
        read, behind = place.counted("reads_total"), place.counted("fallbacks_total", why="behind")
        assert await place.seen("kari") == (1, 0), "what is asked of the primary"
        assert place.counted("fallbacks_total", why="behind") > behind
        assert await place.seen("nora") == (0, 0), "what the replica still shows"
        assert place.counted("reads_total") > read

    async def told() -> bool:
        return await place.seen("nora") == (1, 0)

    await until(told)
    await place.reads_from_the_replica("kari")
    assert await place.seen("kari") == (1, 0)


async def test_who_is_woken_finds_what_they_were_woken_for(place: Place) -> None:
    crm = await place.organisation.integration()
    async with place.paused():
        await place.organisation.factory.ingestion().record(crm, [new_event("c1", person="kari", minutes=5)])
        assert await place.seen("kari") == (0, 0)
        assert await place.organisation.judge() > 0
        _, recognitions = await place.seen("kari")
        assert recognitions > 0


async def test_marks_that_are_lost_with_valkey_bring_nobody_back(place: Place) -> None:
    client = place.process.client
    async with place.paused():
        await place.asks_nora("kari")
        lost = [key async for key in client.scan_iter("vekst:replica:*")]
        assert await client.delete(*lost) == len(lost) > 1
        unknown = place.counted("fallbacks_total", why="unknown")
        assert await place.seen("kari") == (1, 0)
        assert place.counted("fallbacks_total", why="unknown") > unknown
        assert await place.seen("kari") == (1, 0), "the floor that was raised meanwhile lies above what was lost"
        assert await place.seen("nora") == (1, 0)


async def test_while_valkey_is_away_the_primary_is_asked(
    place: Place, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = SecretStr("redis://127.0.0.1:9/0")
    async with Process.running(place.process.settings.model_copy(update={"redis_url": nowhere})) as lonely:
        factory = Factory(lonely)
        view = await factory.question(await place.organisation.actor("nora"))
        assert view.position is None
        await factory.wrote(await place.organisation.actor("nora"))


async def test_answers_go_on_when_the_replica_breaks_off_in_the_middle(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Database.reading_from

    @asynccontextmanager
    async def broken(self: Database, org_id: UUID, position: int) -> AsyncIterator[AsyncConnection]:
        async with whole(self, org_id, position) as connection:
            driver_of(connection).terminate()
            yield connection

    await place.asks_nora("kari")
    monkeypatch.setattr(Database, "reading_from", broken)

    async def broke() -> bool:
        assert await place.seen("kari") == (1, 0)
        return place.counted("fallbacks_total", why="broken") > 0

    await until(broke)


async def test_a_replica_that_is_killed_is_missed_by_nobody(place: Place) -> None:
    place.pair.standby.kill()
    try:
        away = place.counted("fallbacks_total", why="away")
        await place.asks_nora("kari")
        assert await place.seen("kari") == (1, 0)
        assert await place.seen("nora") == (1, 0)
        assert place.counted("fallbacks_total", why="away") > away
        transport = httpx.ASGITransport(app=place.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            assert (await client.get("/readyz")).status_code == 200
            assert "vekst_replica_lag_bytes NaN" in (await client.get("/metrics")).text
        assert (await _examined(place)).cure
    finally:
        place.pair.standby.start()
    await place.reads_from_the_replica("nora")
    assert not (await _examined(place)).cure


async def test_how_far_it_is_behind_is_told(place: Place) -> None:
    async with place.paused():
        await place.asks_nora("kari")
        replica = place.process.replica
        assert replica is not None
        lag = await replica.lag()
        assert lag is not None
        assert lag.size > 0
        assert f"{lag.size:,} bytes" in (await _examined(place)).found
    await _until_lag_is_gone(replica.lag)


async def test_a_server_that_follows_nobody_is_no_replica(place: Place) -> None:
    wrong = place.process.settings.model_copy(update={"replica_url": SecretStr(place.pair.primary.url("vekst"))})
    async with Process.running(wrong) as process:
        found = {each.name: each for each in await Factory(process).examination().examine()}
        assert "VEKST_REPLICA_URL" in found["replica"].cure
        assert process.replica is not None
        view = await process.replica.look(place.organisation.id, "anybody")
        async with process.replica.reading(place.organisation.id, view) as connection:
            assert connection is not None
        assert view.position is None


async def _until_lag_is_gone(lag: Callable[[], Awaitable[Any]]) -> None:
    async def gone() -> bool:
        return bool((await lag()) == (0, 0.0))

    await until(gone)


async def _examined(place: Place) -> Finding:
    [found] = [each for each in await Factory(place.process).examination().examine() if each.name == "replica"]
    return found
