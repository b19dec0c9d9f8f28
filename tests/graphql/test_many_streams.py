"""Many streams over two API processes, through a killed worker and a flushed Valkey; and readers that stall."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from tests.graphql.lines import line, serving
from tests.support.organisations import Organisation, new_event
from tests.support.statements import Statements
from tests.support.waiting import until
from tests.support.workers import worker_process
from vekst.api import create_app
from vekst.factory import Process
from vekst.graphql.arrivals import Arrivals
from vekst.graphql.types.recognitions import write_place
from vekst.graphql.websocket import WebSocketEndpoint, WebSocketLimits
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SUBSCRIBERS = 30
RECOGNITIONS = 12
FOLLOW = "subscription ($after: String) { recognitions(after: $after) { node { id } } }"
LAST = f"day {RECOGNITIONS - 1}"


class Subscriber:
    """Follows one learner from the beginning of their ledger."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._token = token
        self.seen: list[str] = []

    async def follow(self) -> None:
        """Read until cancelled."""
        async with line(self._address, self._token) as opened:
            await opened.subscribe("1", FOLLOW, after=write_place(0))
            async for message in opened.connection:
                said = json.loads(message)
                assert said["type"] == "next", said
                self.seen.append(said["payload"]["data"]["recognitions"]["node"]["id"])


async def practise(organisation: Organisation, days: range) -> None:
    """Everybody practises once on each of these days."""
    now = datetime.now(UTC)
    for number in range(SUBSCRIBERS):
        events = [new_event(f"day {day}", at=now - timedelta(days=RECOGNITIONS - day, hours=1)) for day in days]
        await organisation.record(f"p{number}", *events)


async def test_nobody_misses_or_doubles_anything_through_a_workers_death_and_a_flushed_valkey(
    settings: Settings, organisation: Organisation, process: Process, tmp_path: Path
) -> None:
    """Hard cases 9 and 23: what wakes streams may be lost, what they read may not."""
    await organisation.publish()
    people = [f"p{number}" for number in range(SUBSCRIBERS)]
    await organisation.hire(*people)
    issuer = DevelopmentIssuer.open(settings.data_dir)
    urls = settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()
    async with AsyncExitStack() as stack:
        addresses = [await _api(stack, settings) for _ in range(2)]
        subscribers = [
            Subscriber(addresses[number % 2], issuer.token(organisation.key, person=person))
            for number, person in enumerate(people)
        ]
        following = [asyncio.create_task(each.follow()) for each in subscribers]
        with worker_process(*urls, tmp_path / "first.log") as worker:
            await practise(organisation, range(RECOGNITIONS // 2))
            await until(_async(lambda: any(each.seen for each in subscribers)))
            worker.kill()
        await process.client.flushdb()
        await practise(organisation, range(RECOGNITIONS // 2, RECOGNITIONS))
        with worker_process(*urls, tmp_path / "second.log"):
            await until(lambda: _judged(organisation))
            expected = await _entries(organisation)
            await until(_async(lambda: sum(len(each.seen) for each in subscribers) >= expected))
        for task in following:
            assert not task.done(), task.result()
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    assert expected >= SUBSCRIBERS * RECOGNITIONS
    assert len({len(each.seen) for each in subscribers}) == 1
    assert all(len(set(each.seen)) == len(each.seen) for each in subscribers)
    assert sum(len(each.seen) for each in subscribers) == expected


async def _api(stack: AsyncExitStack, settings: Settings) -> str:
    app = create_app(settings)
    await stack.enter_async_context(app.router.lifespan_context(app))
    return await stack.enter_async_context(serving(app))


async def _judged(organisation: Organisation) -> bool:
    return await organisation.pending() == 0


async def _entries(organisation: Organisation) -> int:
    [(count,)] = await organisation.rows("SELECT count(*)::int FROM ledger_entries")
    assert isinstance(count, int)
    return count


def _async(condition: Callable[[], bool]) -> Callable[[], Any]:
    async def check() -> bool:
        return condition()

    return check


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
