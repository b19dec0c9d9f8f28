"""An offline phone: nine days queued under a wrong clock, sent over breaking lines, end as if always online."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.lines import serving
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, spread
from vekst.api import create_app
from vekst.domain.receipts import NewEvent
from vekst.graphql.limits import Limits
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

EVENTS = 2_000
DAYS = 9
SKEW = timedelta(hours=2, minutes=47, seconds=13)
RECORD = operation("record")
ZONE = 'mutation { changeZone(input: {id: "z", zone: "America/New_York"}) { __typename } }'
STANDING = """{ me { zone points { total effort outcomesRecognised outcomesHeld } skills { level points }
    quests { state occurrence completedAt steps { state have need completedAt } }
    badges { tier earnedAt occurrence next { tier have need } }
    streaks { current longest freezes state keepUntil } } }"""


@pytest.fixture
async def patient(settings: Settings, clock: TestClock) -> AsyncIterator[FastAPI]:
    """An app that counts nobody's requests."""
    app = create_app(settings, clock=clock, limits=Limits(per_minute=0))
    async with app.router.lifespan_context(app):
        yield app


def nine_days(start: datetime) -> list[NewEvent]:
    """What somebody did in nine days, as it happened; the last thing just before the phone finds a line."""
    chance = random.Random(9)
    length = timedelta(days=DAYS)
    instants = sorted(start + length * chance.random() for _ in range(EVENTS - 1))
    return [_event(chance, number, at) for number, at in enumerate([*instants, start + length - timedelta(seconds=5)])]


def _event(chance: random.Random, number: int, at: datetime) -> NewEvent:
    kind = chance.choices(("call.practised", "lesson.completed", "deal.closed"), (8, 2, 1))[0]
    possible: dict[str, dict[str, Any]] = {
        "call.practised": {"minutes": chance.randrange(1, 40), "score": chance.randrange(0, 21) / 2},
        "lesson.completed": {"lesson": f"lesson {chance.randrange(30)}"},
        "deal.closed": {"amount": chance.randrange(1, 9_000)},
    }
    return NewEvent(f"{number:04}", kind, at, possible[kind])


class Phone:
    """A phone that follows the guide for apps: it trusts receipts alone, and sends its newest event first."""

    def __init__(self, address: str, token: str, now: datetime) -> None:
        self._host, self._port = address.removeprefix("http://").split(":")
        self._token = token
        self._now = now
        self._chance = random.Random(4)
        self._queue: dict[str, NewEvent] = {}
        self.cuts = 0

    def write(self, event: NewEvent) -> None:
        """Queue what happens, under this phone's clock."""
        wrong = event.occurred_at + SKEW
        self._queue[event.id] = NewEvent(event.id, event.type, wrong, event.data)

    async def flush(self) -> None:
        """Send until every event has its receipt."""
        await self._send_next(1)
        while self._queue:
            await self._send_next(500)

    async def _send_next(self, count: int) -> None:
        batch = list(self._queue.values())[-count:]
        receipts = None
        while receipts is None:
            receipts = await self._try(batch)
        for receipt in receipts:
            if receipt["status"] in ("STORED", "DUPLICATE"):
                del self._queue[receipt["id"]]
                continue
            assert receipt["problem"]["code"] == "IN_THE_FUTURE", receipt
            self._correct(datetime.fromisoformat(receipt["problem"]["serverTime"]))

    def _correct(self, server_time: datetime) -> None:
        behind = server_time - (self._now + SKEW)
        self._queue = {
            each.id: NewEvent(each.id, each.type, each.occurred_at + behind, each.data) for each in self._queue.values()
        }

    async def _try(self, batch: list[NewEvent]) -> Any:
        """The receipts; None where the line broke, while the request was sent or before the answer was read."""
        events = [
            {"id": each.id, "type": each.type, "occurredAt": each.occurred_at.isoformat(), "data": each.data}
            for each in batch
        ]
        body = json.dumps({"query": RECORD, "variables": {"events": events}}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: vekst.test\r\nAuthorization: Bearer {self._token}\r\n"
            "Content-Type: application/json\r\nAccept: application/graphql-response+json\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        request = head.encode() + body
        fate = self._chance.choice(("cut", "cut", "unheard", "heard"))
        reader, writer = await asyncio.open_connection(self._host, int(self._port))
        try:
            writer.write(request[: self._chance.randrange(len(request))] if fate == "cut" else request)
            await writer.drain()
            if fate == "cut":
                self.cuts += 1
                return None
            if fate == "unheard":
                self.cuts += 1
                await reader.read(self._chance.randrange(1, 40))
                return None
            answer = await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()
        return json.loads(answer.partition(b"\r\n\r\n")[2])["data"]["recordProgress"]["receipts"]


async def ledger(organisation: Organisation, person: str) -> list[tuple[object, ...]]:
    """What that person holds, in an order that does not depend on arrival."""
    learner = (await organisation.actor(person)).learner_id
    return await organisation.rows(
        "SELECT kind, key, tier, occurrence, life, points, nature, skill, reached_at FROM ledger_entries"
        " WHERE learner_id = :learner ORDER BY 1, 2, 3, 4, 5",
        learner=learner,
    )


async def test_hard_cases_1_7_and_24_an_offline_phone_ends_like_one_that_was_always_online(
    patient: FastAPI, organisation: Organisation, issuer: DevelopmentIssuer, clock: TestClock
) -> None:
    end = clock.now - timedelta(minutes=1)
    start = end - timedelta(days=DAYS)
    await organisation.publish()
    await organisation.hire("online", "offline")
    history = nine_days(start)
    # A zone holds from when the server hears of it, so that much both phones must get through in time.
    clock.now = start + timedelta(days=4)
    tokens = {person: issuer.token(organisation.key, person=person) for person in ("online", "offline")}
    for token in tokens.values():
        async with Client(patient, token=token) as client:
            assert (await client.ask(ZONE))["changeZone"]["__typename"] == "ChangeZone"
    clock.now = end
    for number, part in enumerate(spread(history, 100)):
        await organisation.record("online", *part)
        if number % 5 == 0:
            await organisation.judge()
    async with serving(patient) as address:
        phone = Phone(address, tokens["offline"], end)
        for event in history:
            phone.write(event)
        await phone.flush()
    assert phone.cuts > 3
    await organisation.judge()
    assert await organisation.rows("SELECT count(*) FROM progress_events") == [(2 * (EVENTS + 1),)]
    assert await ledger(organisation, "offline") == await ledger(organisation, "online")
    # Three calls a day are worth points, on as many dates at least, at whatever hour the phone finds a line.
    assert len(await ledger(organisation, "online")) > 3 * DAYS
    standings = []
    for token in tokens.values():
        async with Client(patient, token=token) as client:
            standings.append(await client.ask(STANDING))
    assert standings[0] == standings[1]
