"""A standby with synchronous replication: the primary dies under load, the standby takes over, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from tests.cli.running import free_port, ready, running
from tests.support.organisations import Organisation
from tests.support.replication import Pair, pair_of_servers
from tests.support.servers import run_sql
from tests.support.waiting import until
from tests.support.workers import OwnValkey, running_valkey
from vekst.factory import Factory, Process
from vekst.settings import Settings
from vekst.storage.migrations import upgrade
from vekst.tokens import DevelopmentIssuer

UNLIMITED = [f"VEKST_{name}_PER_MINUTE" for name in ("REQUESTS", "ORGANISATION_REQUESTS", "ORGANISATION_EVENTS")]
PEOPLE = tuple(f"seller-{number}" for number in range(6))
RECORD = """
mutation Record($events: [ProgressEventInput!]!) {
  recordProgress(input: {events: $events}) {
    ... on RecordProgress { receipts { id status } }
  }
}
"""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with pair_of_servers() as pair:
        yield pair


@pytest.fixture(scope="module")
def valkey() -> Iterator[OwnValkey]:
    """No other test's worker listens here: its hints would wake nobody who knows this database."""
    with running_valkey() as valkey:
        yield valkey


@pytest.fixture
def replicated(pair: Pair, settings: Settings, valkey: OwnValkey) -> Settings:
    """Settings whose database has a standby; both servers are named, as an operator would."""
    run_sql(pair.primary.url(), "CREATE DATABASE vekst")
    asyncio.run(upgrade(pair.url("vekst")))
    own = {"database_url": SecretStr(pair.url("vekst")), "redis_url": SecretStr(valkey.url)}
    return settings.model_copy(update=own)


@pytest.fixture
async def company(replicated: Settings) -> AsyncIterator[Organisation]:
    async with Process.running(replicated) as process:
        factory = Factory(process)
        organisation = Organisation(factory, await factory.organisations().create("company"), "company")
        await organisation.publish()
        await organisation.hire(*PEOPLE)
        yield organisation


@dataclass(slots=True)
class Phone:
    """Sends one event after the other, each again and again until it is said to be stored."""

    person: str
    address: str
    token: str
    stored: list[str] = field(default_factory=list)
    retries: int = 0

    async def send(self, over: asyncio.Event) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/graphql-response+json"}
        async with httpx.AsyncClient(headers=headers, timeout=20) as http:
            while not over.is_set():
                number = len(self.stored)
                at = datetime.now(UTC) - timedelta(minutes=number)
                event = {"id": f"{self.person}-{number}", "type": "call.practised", "occurredAt": at.isoformat()}
                while not await self._stored(http, event):
                    self.retries += 1
                    await asyncio.sleep(0.1)
                self.stored.append(event["id"])

    async def _stored(self, http: httpx.AsyncClient, event: dict[str, Any]) -> bool:
        body = {"query": RECORD, "variables": {"events": [event]}}
        try:
            answer = (await http.post(f"{self.address}/graphql", json=body)).json()
        except (httpx.HTTPError, ValueError):
            return False
        receipts = ((answer.get("data") or {}).get("recordProgress") or {}).get("receipts", [])
        assert all(receipt["status"] in {"STORED", "DUPLICATE"} for receipt in receipts), receipts
        return bool(receipts)


async def test_a_standby_takes_over_under_load_and_nothing_acknowledged_is_lost(
    pair: Pair, replicated: Settings, company: Organisation, tmp_path: Path
) -> None:
    port = free_port()
    environment = {
        "VEKST_MODE": "development",
        "VEKST_DATABASE_URL": pair.url("vekst"),
        "VEKST_REDIS_URL": replicated.redis_url.get_secret_value(),
        "VEKST_DATA_DIR": str(replicated.data_dir),
        **dict.fromkeys(UNLIMITED, "0"),
        "VEKST_LOG_LEVEL": "error",
    }
    issuer = DevelopmentIssuer.open(replicated.data_dir)
    phones = [Phone(person, f"http://127.0.0.1:{port}", issuer.token(company.key, person=person)) for person in PEOPLE]
    over = asyncio.Event()

    async def each_has(more: int) -> None:
        wanted = {phone.person: len(phone.stored) + more for phone in phones}

        async def reached() -> bool:
            return all(len(phone.stored) >= wanted[phone.person] for phone in phones) or any(
                sender.done() for sender in senders
            )

        await until(reached)

    with ExitStack() as processes:
        processes.enter_context(running("api", "--port", str(port), env=environment))
        processes.enter_context(running("worker", env=environment))

        async def serves() -> bool:
            return await asyncio.to_thread(ready, port)

        await until(serves)
        senders = [asyncio.create_task(phone.send(over)) for phone in phones]
        try:
            await each_has(5)
            pair.primary.kill()
            acknowledged = {event for phone in phones for event in phone.stored}
            await asyncio.to_thread(pair.promote)
            await each_has(5)
        finally:
            over.set()
            await asyncio.gather(*senders)

        async def all_judged() -> bool:
            try:
                return await company.pending() == 0
            except DBAPIError:
                # A connection of before the takeover is found broken once.
                return False

        await until(all_judged)

    kept = [str(row[0]) for row in await company.rows("SELECT id FROM progress_events WHERE source = 'app'")]
    assert acknowledged <= set(kept), "what was acknowledged before the primary died is there"
    assert sorted(kept) == sorted(event for phone in phones for event in phone.stored), "each once, before and after"
    assert sum(phone.retries for phone in phones), "the takeover was noticed"
    verified = await company.factory.replaying().verify(company.id)
    assert (verified.behind, verified.differences) == (0, ())
