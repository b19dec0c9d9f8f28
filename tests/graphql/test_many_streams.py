"""Many streams over two API processes, through a killed worker and a flushed Valkey; and readers that stall."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from tests.graphql.followers import EventFollower, Follower, LineFollower, stalled_line
from tests.support.apis import api_process
from tests.support.organisations import Organisation, new_event
from tests.support.statements import Statements
from tests.support.waiting import until
from tests.support.workers import running_valkey, worker_process
from vekst.graphql.arrivals import Arrivals
from vekst.graphql.types.recognitions import write_place
from vekst.graphql.websocket import WebSocketEndpoint, WebSocketLimits
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SUBSCRIBERS = 200
STALLED = 20
DAYS = 44
"""What everybody practises: a recognition for each day, and more for streaks, badges and levels; over 50 in all."""
PATIENCE = 180.0
"""Seconds until the test gives up, on a machine that has much else to do."""
GROWTH = 10.0
"""Mebibytes by which an API process may grow while the second half of everything is streamed."""
FOLLOW = "subscription ($after: String) { recognitions(after: $after) { node { id } } }"
RECORD = """
mutation ($events: [ProgressEventInput!]!) {
  recordProgress(input: {events: $events}) { ... on RecordProgress { receipts { status } } }
}
"""


class Practice:
    """An integration that tells what everybody practised, a day at a time, now to one API and now to another."""

    def __init__(self, addresses: Sequence[str], token: str, people: Sequence[str]) -> None:
        self._addresses = addresses
        self._headers = {"Authorization": f"Bearer {token}"}
        self._people = people
        self._now = datetime.now(UTC)

    async def on(self, days: range) -> None:
        """Everybody practises once on each of these days, and it is stored."""
        async with httpx.AsyncClient(headers=self._headers, timeout=30, trust_env=False) as client:
            for day in days:
                at = (self._now - timedelta(days=DAYS - day, hours=1)).isoformat()
                events = [
                    {"id": f"{person} {day}", "type": "call.practised", "occurredAt": at, "person": person}
                    for person in self._people
                ]
                address = self._addresses[day % len(self._addresses)]
                body = {"query": RECORD, "variables": {"events": events}}
                answer = (await client.post(f"{address}/graphql", json=body)).json()
                receipts = answer["data"]["recordProgress"]["receipts"]
                assert {receipt["status"] for receipt in receipts} == {"STORED"}, receipts


async def test_two_hundred_follow_and_nobody_misses_or_doubles_anything(
    settings: Settings, organisation: Organisation, tmp_path: Path
) -> None:
    """Hard cases 9 and 23, over two API processes: lines drop, the worker dies, Valkey is emptied, memory is flat."""
    await organisation.publish()
    people = [f"p{number}" for number in range(SUBSCRIBERS)]
    await organisation.hire(*people)
    await organisation.integration("crm")
    issuer = DevelopmentIssuer.open(settings.data_dir)
    database_url = settings.database_url.get_secret_value()
    with ExitStack() as running:
        valkey = running.enter_context(running_valkey())
        urls = {"database_url": database_url, "redis_url": valkey.url}
        apis = [
            running.enter_context(api_process(settings.data_dir, tmp_path / f"api{number}.log", **urls))
            for number in range(2)
        ]
        await asyncio.gather(*(api.ready() for api in apis))
        addresses = [api.address for api in apis]
        practice = Practice(addresses, issuer.token(organisation.key, integration="crm"), people)
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(
                httpx.AsyncClient(timeout=None, limits=httpx.Limits(max_connections=None), trust_env=False)
            )

            def follower(number: int) -> Follower:
                token = issuer.token(organisation.key, person=people[number])
                turns = {"first": number // 2, "drops_after": 10 + number % 23}
                if number % 2:
                    return LineFollower(addresses, token, **turns)
                return EventFollower(http, addresses, token, **turns)

            followers = [follower(number) for number in range(SUBSCRIBERS)]
            following = [asyncio.create_task(each.follow()) for each in followers]
            stack.push_async_callback(_end, following)
            for number in range(STALLED):
                token = issuer.token(organisation.key, person=people[number])
                await stack.enter_async_context(stalled_line(addresses[number % 2], token))
            with worker_process(database_url, valkey.url, tmp_path / "first.log") as worker:
                await practice.on(range(DAYS // 2))
                await _until(following, lambda: all(len(each.places) >= DAYS // 4 for each in followers))
                worker.kill()
            before = [api.mebibytes for api in apis]
            valkey.empty()
            await practice.on(range(DAYS // 2, DAYS))
            valkey.empty()
            with worker_process(database_url, valkey.url, tmp_path / "second.log"):
                await until(lambda: _judged(organisation), seconds=PATIENCE)
                expected = await _entries(organisation)
                await _until(following, lambda: all(len(each.places) >= expected for each in followers))
            grown = [api.mebibytes - held for api, held in zip(apis, before, strict=True)]
    assert expected >= 50
    everything = list(range(1, expected + 1))
    assert all(each.places == everything for each in followers)
    assert all(each.lines > 1 for each in followers)
    assert max(grown) < GROWTH, (before, grown)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _until(tasks: Sequence[asyncio.Task[None]], condition: Callable[[], bool]) -> None:
    """Wait for the condition; a task that ends before is told as what it failed with."""

    async def holds() -> bool:
        for task in tasks:
            if task.done():
                await task
        return condition()

    await until(holds, seconds=PATIENCE)


async def _judged(organisation: Organisation) -> bool:
    return await organisation.pending() == 0


async def _entries(organisation: Organisation) -> int:
    """How many entries each learner has; everybody did the same."""
    [(fewest, most)] = await organisation.rows(
        "SELECT min(entries)::int, max(entries)::int FROM"
        " (SELECT count(*) AS entries FROM ledger_entries GROUP BY learner_id) AS per_learner"
    )
    assert isinstance(fewest, int)
    assert fewest == most
    return fewest


async def test_a_reader_that_takes_nothing_is_read_for_no_further_and_let_go(
    app: FastAPI, organisation: Organisation, issuer: DevelopmentIssuer, app_statements: Statements
) -> None:
    """Memory stays flat: what is not taken is not even read."""
    await organisation.publish()
    await organisation.hire("kari")
    now = datetime.now(UTC)
    await organisation.record("kari", *(new_event(str(n), at=now - timedelta(days=n + 1)) for n in range(120)))
    await organisation.judge()
    token = issuer.token(organisation.key, person="kari")
    sent: list[Any] = []
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    payload = {"query": FOLLOW, "variables": {"after": write_place(0)}}
    for message in (
        {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}},
        {"type": "subscribe", "id": "1", "payload": payload},
    ):
        incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"} if not sent else await incoming.get()

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "websocket.send" and len(sent) > 10:
            await asyncio.get_running_loop().create_future()

    route = next(route for route in app.router.routes if isinstance(getattr(route, "app", None), WebSocketEndpoint))
    endpoint: WebSocketEndpoint = route.app  # type: ignore[attr-defined]
    arrivals: Arrivals = endpoint._arrivals
    patient = WebSocketEndpoint(endpoint._operations, arrivals, WebSocketLimits(sending=0.2))
    scope = {"type": "websocket", "headers": [], "subprotocols": ["graphql-transport-ws"], "path": "/graphql"}
    with app_statements.recorded() as run:
        async with asyncio.timeout(20):
            await patient(scope, receive, send)
    assert sent[-1] == {"type": "websocket.close", "code": 1013, "reason": "TOO_SLOW"}
    pages = [statement for statement in run if "l.seq > " in statement]
    assert len(pages) == 1
