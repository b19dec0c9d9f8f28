"""Through GraphQL over HTTP, with the real API and worker: events to the ledger, and the home screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Any, Final

import asyncpg
import orjson

from benchmarks.companies import BenchmarkError, Company, found_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Comparison, Finding
from benchmarks.floors import tables
from benchmarks.floors.relational import load_answers
from benchmarks.floors.splitting import SplitFloor
from benchmarks.floors.storing import FloorRow, floor_rows
from benchmarks.http_client import Connection, HttpAnswer, post
from benchmarks.processes import api, floor_server, worker
from benchmarks.stage import OPERATIONS, Stage
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.domain.receipts import NewEvent
from vekst.factory import Factory, Process
from vekst.tokens import DevelopmentIssuer

__all__ = ["a_company", "home_screen", "recording", "send_all", "through_graphql"]

_GOALS: Final = {1: 0.5, 100: 0.25, 500: 0.25}
_HOME_GOAL: Final = 0.75
_BOARD: Final = "learning-streaks"
_VIEWERS: Final = 50
_CONNECTIONS: Final = 8
_BETWEEN_LOOKS: Final = 0.005
_WAITING: Final = "SELECT EXISTS (SELECT FROM progress_events WHERE org_id = $1 AND judged_at IS NULL)"


@asynccontextmanager
async def a_company(stage: Stage, key: str) -> AsyncIterator[Company]:
    """An organisation of that key, whose learners have a past, for a block."""
    stage.say(f"{key}: an organisation of {stage.profile.learners:,} learners with a past")
    async with Process.running(stage.settings) as process:
        yield await found_company(stage, Factory(process), key, history=stage.profile.history)


async def through_graphql(stage: Stage) -> list[Finding]:
    """Batches sent as `recordProgress` until the worker has judged them all, beside the same floor as the services."""
    findings: list[Finding] = []
    async with a_company(stage, "graphql") as company, api(stage) as port, worker(stage):
        most = max(stage.profile.clients)
        planned = (stage.profile.rounds + 2) * 2 * sum(stage.profile.posted.values()) * len(stage.profile.clients)
        crowds = company.crowd(most, planned)
        pool = await tables.open_pool(stage.database, most + 1)
        owner = await stage.owner()
        try:
            for clients in stage.profile.clients:
                sender = _Sender(company, port, crowds, owner, SplitFloor(pool, company.id), clients, most)
                for size, events in stage.profile.posted.items():
                    findings.append(await _compare(stage, sender, size, events))
        finally:
            await owner.close()
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
        while await self.owner.fetchval(_WAITING, self.company.id):
            await asyncio.sleep(_BETWEEN_LOOKS)


async def send_all(port: int, requests: Sequence[Sequence[bytes]]) -> None:
    """Send the requests of every client, all clients side by side; every event must be stored."""

    async def send(mine: Sequence[bytes]) -> None:
        connection = await Connection.open(port)
        for request in mine:
            _check_recorded(await connection.send(request))
        connection.close()

    await asyncio.gather(*map(send, requests))


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


async def home_screen(stage: Stage) -> list[Finding]:
    """The home screen of learners with a past, beside one statement over tables made for exactly this screen."""
    async with a_company(stage, "home") as company, api(stage) as port:
        issuer = DevelopmentIssuer.open(stage.settings.data_dir)
        people = sorted(company.learners)[:_VIEWERS]
        query = (OPERATIONS / "home.graphql").read_text(encoding="utf-8")
        asked = {person: _ask(query, {"board": _BOARD}, issuer.token(company.key, person=person)) for person in people}
        answers = await _answers(port, asked)
        statement = await _load(stage, answers)
        async with floor_server(stage, statement) as floor_port:
            floor = {person: post("/home", orjson.dumps({"person": person}), {}) for person in people}
            _check_equal(answers, await _answers(floor_port, floor))
            measured = await in_turn(
                stage.profile.rounds,
                {
                    "ours": _load_of(port, list(asked.values()), stage.profile.requests),
                    "floor": _load_of(floor_port, list(floor.values()), stage.profile.requests),
                },
            )
    sizes = [len(orjson.dumps(answer)) for answer in answers.values()]
    fields = [_fields(answer) for answer in answers.values()]
    return [
        Comparison.of(
            "home screen",
            f"{_CONNECTIONS} connections",
            unit="requests/s",
            floor_name="one statement, bare ASGI",
            ours=measured["ours"],
            floor=measured["floor"],
            goal=_HOME_GOAL,
            details={"fields": median(fields), "bytes": median(sizes)},
        ),
    ]


async def _load(stage: Stage, answers: Mapping[str, Mapping[str, Any]]) -> str:
    owner = await stage.owner()
    try:
        return await load_answers(owner, tables.SCHEMA, answers)
    finally:
        await owner.close()


def _load_of(port: int, requests: Sequence[bytes], times: int) -> Contender:
    """So many requests over a few connections; how many were answered a second."""

    async def rate() -> float:
        numbers = count()
        connections = [await Connection.open(port) for _ in range(_CONNECTIONS)]

        async def ask(connection: Connection) -> None:
            while (number := next(numbers)) < times:
                answer = await connection.send(requests[number % len(requests)])
                if answer.status != 200:
                    raise BenchmarkError(f"answered with {answer.status}: {answer.body[:500]!r}")

        with Stopwatch() as watch:
            await asyncio.gather(*map(ask, connections))
        for connection in connections:
            connection.close()
        return times / watch.wall

    return rate


async def _answers(port: int, requests: Mapping[str, bytes]) -> dict[str, Any]:
    connection = await Connection.open(port)
    answers = {person: orjson.loads((await connection.send(request)).body) for person, request in requests.items()}
    connection.close()
    for answer in answers.values():
        if "errors" in answer or not answer["data"]["me"]:
            raise BenchmarkError(f"the home screen is not whole: {answer}")
    return answers


def _check_equal(ours: Mapping[str, Any], floor: Mapping[str, Any]) -> None:
    """The floor must answer the same, or the comparison would mean nothing."""
    for person, answer in ours.items():
        if floor[person] != answer:
            raise BenchmarkError(f"the floor's home screen of {person} differs from ours")


def _ask(query: str, variables: Mapping[str, Any], token: str) -> bytes:
    headers = {"authorization": f"Bearer {token}", "accept": "application/graphql-response+json"}
    return post("/graphql", orjson.dumps({"query": query, "variables": variables}), headers)


def recording(batch: Sequence[NewEvent], token: str) -> bytes:
    """The request that records the batch, as bytes of HTTP."""
    query = (OPERATIONS / "record.graphql").read_text(encoding="utf-8")
    events = [
        {"id": each.id, "type": each.type, "occurredAt": each.occurred_at, "data": each.data, "person": each.person}
        for each in batch
    ]
    return _ask(query, {"events": events}, token)


def _check_recorded(answer: HttpAnswer) -> None:
    told = orjson.loads(answer.body)
    result = (told.get("data") or {}).get("recordProgress") or {}
    if any(receipt["status"] != "STORED" for receipt in result.get("receipts", [{"status": "none"}])):
        raise BenchmarkError(f"not everything was stored: {answer.status} {answer.body[:500]!r}")


def _fields(value: object) -> int:
    """How many fields an answer has, those of objects in lists each."""
    if isinstance(value, dict):
        return sum(1 + _fields(each) for each in value.values())
    return sum(map(_fields, value)) if isinstance(value, list) else 0
