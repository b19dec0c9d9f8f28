"""Streams over a real line: resumed from a cursor without a gap or a double, and one bad operation harms no other."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs
from websockets.typing import Subprotocol

from tests.graphql.conftest import TestClock
from tests.graphql.lines import PATIENCE, Line, line, serving
from tests.support.organisations import Organisation, new_event
from tests.support.waiting import until
from vekst.factory import Process
from vekst.graphql.arrivals import Arrivals
from vekst.graphql.context import Context
from vekst.graphql.types.recognitions import write_place
from vekst.queries.ledger import LedgerRow, ledger_since
from vekst.services.voiding import EventName
from vekst.storage.database import Database
from vekst.tokens import DevelopmentIssuer

FOLLOW = "subscription ($after: String) { recognitions(after: $after) { cursor node { id key points title } } }"
BOARD = """subscription { leaderboard(key: "learning-streaks") { size me { rank value } } }"""

SignedToken = Callable[..., str]


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address


@pytest.fixture
async def token(organisation: Organisation, issuer: DevelopmentIssuer) -> SignedToken:
    await organisation.publish()
    await organisation.hire("kari", "ola")

    def signed(person: str = "kari", *, seconds: float = 3600) -> str:
        # Tokens are good for a minute longer than they say.
        return issuer.token(organisation.key, person=person, lifetime=timedelta(seconds=seconds - 60))

    return signed


async def practise(organisation: Organisation, *ids: str, person: str = "kari") -> None:
    """Practise, and have it judged; the first three of a day bring points each."""
    await organisation.record(person, *(new_event(each) for each in ids))
    await organisation.judge()


async def ledger(organisation: Organisation, person: str = "kari") -> list[tuple[object, ...]]:
    """Key and points of that person's entries, oldest first."""
    learner = (await organisation.actor(person)).learner_id
    return await organisation.rows(
        "SELECT key, points FROM ledger_entries WHERE learner_id = :learner ORDER BY seq", learner=learner
    )


async def follow(opened: Line, count: int, operation_id: str = "1") -> list[Any]:
    """The edges of the next answers to an operation."""
    edges: list[Any] = []
    while len(edges) < count:
        message = await opened.receive()
        assert (message["type"], message["id"]) == ("next", operation_id), message
        edges.append(message["payload"]["data"]["recognitions"])
    return edges


def told(edges: list[Any]) -> list[tuple[object, ...]]:
    """Key and points of the edges."""
    return [(edge["node"]["key"], edge["node"]["points"]) for edge in edges]


async def test_recognitions_come_as_they_are_given(
    organisation: Organisation, address: str, token: SignedToken
) -> None:
    await practise(organisation, "before")
    async with line(address, token()) as kari, line(address, token("ola")) as ola:
        before = len(await ledger(organisation))
        await kari.subscribe("1", FOLLOW, after=write_place(before))
        await ola.subscribe("1", FOLLOW, after=write_place(0))
        await kari.send(type="ping")
        assert await kari.receive() == {"type": "pong"}
        await practise(organisation, "a", "b")
        await practise(organisation, "other", person="ola")
        edges = await follow(kari, len(await ledger(organisation)) - before)
        assert told(edges) == (await ledger(organisation))[before:]
        assert told(await follow(ola, 1)) == (await ledger(organisation, "ola"))[:1]
        await kari.send(type="complete", id="1")
        await kari.send(type="ping")
        assert await kari.receive() == {"type": "pong"}


async def test_hard_case_23_a_dropped_line_loses_nothing_and_doubles_nothing(
    organisation: Organisation, address: str, token: SignedToken, app: FastAPI
) -> None:
    """Resumed from the last cursor, over a flushed Valkey and another API process."""
    await practise(organisation, "1")
    begin = len(await ledger(organisation))
    async with line(address, token()) as kari:
        await kari.subscribe("1", FOLLOW, after=write_place(begin))
        await practise(organisation, "2")
        seen = await follow(kari, 1)
    await practise(organisation, "3")
    process: Process = app.state.process
    await process.client.flushdb()
    async with serving(app) as restarted, line(restarted, token()) as kari:
        await kari.subscribe("1", FOLLOW, after=seen[-1]["cursor"])
        await practise(organisation, "4", "5")
        await organisation.factory.voiding().void(
            await organisation.actor("kari"), client_id="v", event=EventName("2"), reason="twice"
        )
        await organisation.judge()
        everything = await ledger(organisation)
        seen += await follow(kari, len(everything) - begin - len(seen))
    assert told(seen) == everything[begin:]
    assert len({edge["node"]["id"] for edge in seen}) == len(seen)


async def test_without_valkey_streams_look_by_themselves(
    organisation: Organisation, address: str, token: SignedToken, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL is the truth; a wake-up that never comes only costs a moment."""
    monkeypatch.setattr("vekst.graphql.streams._LOOK_EVERY", 0.2)
    monkeypatch.setattr("vekst.jobs.live.Wakes.wake", lambda _: None)
    async with line(address, token()) as kari:
        await kari.subscribe("1", FOLLOW, after=write_place(0))
        await practise(organisation, "a")
        assert told(await follow(kari, 1)) == (await ledger(organisation))[:1]


async def test_while_the_database_is_away_streams_wait(
    organisation: Organisation, address: str, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vekst.graphql.streams._LOOK_EVERY", 0.1)
    away = 2

    async def sometimes(*args: Any, **options: Any) -> list[LedgerRow]:
        nonlocal away
        if away:
            away -= 1
            raise ConnectionRefusedError
        return await ledger_since(*args, **options)

    monkeypatch.setattr("vekst.graphql.streams.ledger_since", sometimes)
    async with line(address, token()) as kari:
        await kari.subscribe("1", FOLLOW, after=write_place(0))
        await practise(organisation, "a")
        assert told(await follow(kari, 1)) == (await ledger(organisation))[:1]
        assert not away


async def test_what_could_not_be_told_ends_the_stream_and_is_told_to_who_comes_back(
    organisation: Organisation, address: str, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was sent on to the next would never know what they missed."""
    why = "subscription ($after: String) { recognitions(after: $after) { cursor node { id key points why { text } } } }"
    await practise(organisation, "a", "b")

    def fails(*_: object) -> str:
        raise ConnectionResetError

    async with line(address, token()) as kari:
        with monkeypatch.context() as broken:
            broken.setattr("vekst.engine.explain.Explainer.why", fails)
            await kari.subscribe("1", why, after=write_place(0))
            message = await kari.receive()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"]["code"] == "INTERNAL"
        await kari.subscribe("2", why, after=write_place(0))
        expected = await ledger(organisation)
        assert told(await follow(kari, len(expected), "2")) == expected


async def test_hard_case_23_an_error_in_one_operation_does_not_close_the_line_for_others(
    organisation: Organisation, address: str, token: SignedToken
) -> None:
    async with line(address, token()) as kari:
        await kari.subscribe("good", FOLLOW, after=write_place(0))
        for operation_id, query, reason in (
            ("syntax", "subscription { recognitions(", "DOCUMENT_NOT_VALID"),
            ("unknown", "subscription { nothing }", "DOCUMENT_NOT_VALID"),
            ("cursor", 'subscription { recognitions(after: "x") { cursor } }', "CURSOR_NOT_VALID"),
            ("board", 'subscription { leaderboard(key: "none") { size } }', "LEADERBOARD_UNKNOWN"),
            ("empty", "", "QUERY_MISSING"),
            ("variable", "subscription ($a: String!) { recognitions(after: $a) { cursor } }", "VARIABLES_NOT_VALID"),
        ):
            await kari.subscribe(operation_id, query)
            message = await kari.receive()
            assert (message["type"], message["id"]) == ("error", operation_id)
            assert message["payload"][0]["extensions"]["reason"] == reason
        await practise(organisation, "a")
        assert len(await follow(kari, 1, "good")) == 1


async def test_queries_and_mutations_go_over_the_same_line(address: str, token: SignedToken) -> None:
    async with line(address, token()) as kari:
        await kari.subscribe("q", "{ me { person } }")
        assert await kari.receive() == {"type": "next", "id": "q", "payload": {"data": {"me": {"person": "kari"}}}}
        assert await kari.receive() == {"type": "complete", "id": "q"}


async def test_an_id_is_free_again_as_soon_as_its_operation_has_ended(
    address: str, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protocol lets a client use an id again after `complete` or `error`, however long the server tidies up."""
    closes = Context.close

    async def takes_its_time(self: Context) -> None:
        for _ in range(500):
            await asyncio.sleep(0)
        await closes(self)

    async with line(address, token()) as kari:
        monkeypatch.setattr(Context, "close", takes_its_time)
        for query, last in (("{ me { person } }", "complete"), ("{ nothing }", "error"), ("", "error")) * 2:
            await kari.subscribe("1", query)
            while (message := await kari.receive())["type"] == "next":
                pass
            assert (message["type"], message["id"]) == (last, "1")


async def test_a_line_that_drops_is_no_error_and_leaves_no_connection_behind(
    app: FastAPI, address: str, token: SignedToken, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phones drop lines all day: what was under way for them ends, and nobody is woken for it."""
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    database: Database = app.state.process.database
    for query in ("", FOLLOW, BOARD, "{ me { person } }") * 5:
        async with line(address) as kari:
            await kari.send(type="connection_init", payload={"Authorization": f"Bearer {token()}"})
            if query:
                await kari.receive()
                await kari.subscribe("1", query)
            kari.connection.transport.abort()

    async def at_rest() -> bool:
        in_use, _ = database.connections()
        return in_use == 0

    await until(at_rest)
    assert "Exception in ASGI application" not in caplog.text


async def test_a_cursor_of_the_future_is_refused(organisation: Organisation, address: str, token: SignedToken) -> None:
    await practise(organisation, "a", "b", "c")
    async with line(address, token()) as kari, line(address, token("ola")) as ola:
        await kari.subscribe("1", "{ me { recognitions(first: 1) { edges { cursor } } } }")
        answer = (await kari.receive())["payload"]["data"]
        await ola.subscribe("1", FOLLOW, after=answer["me"]["recognitions"]["edges"][0]["cursor"])
        assert (await ola.receive())["payload"][0]["extensions"]["reason"] == "CURSOR_NOT_VALID"


async def test_a_board_is_told_now_and_when_it_changes(
    organisation: Organisation, address: str, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vekst.graphql.streams._LOOK_EVERY", 0.2)
    boards = organisation.factory.boards()
    await boards.join(await organisation.actor("kari"), "learning-streaks")
    async with line(address, token()) as kari:
        await kari.subscribe("b", BOARD)
        first = (await kari.receive())["payload"]["data"]["leaderboard"]
        assert (first["size"], first["me"]) == (1, None)
        await boards.join(await organisation.actor("ola"), "learning-streaks")
        second = (await kari.receive())["payload"]["data"]["leaderboard"]
        assert second["size"] == 2
        await practise(organisation, "a")
        third = (await kari.receive())["payload"]["data"]["leaderboard"]
        assert third["me"] == {"rank": 1, "value": 1}


async def test_a_line_ends_with_its_token_and_says_so(address: str, token: SignedToken, clock: TestClock) -> None:
    async with line(address, token(seconds=1.5)) as kari:
        await kari.subscribe("1", FOLLOW)
        clock.move(timedelta(seconds=2))
        assert await kari.closed() == (4403, "TOKEN_EXPIRED")


@pytest.mark.parametrize(
    ("sends", "code"),
    [
        (["not json"], 4400),
        (["[]"], 4400),
        (['{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"], 4400),
        (['{"type": "connection_init", "payload": 5}'], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ me { id } }"}}'], 4401),
        (['{"type": "connection_init"}'], 4401),
        (['{"type": "connection_init", "payload": {"Authorization": "Bearer x"}}'], 4401),
        (['{"type": "connection_init", "payload": {"Authorization": "Bearer \\ud800.\\ud800.x"}}'], 4401),
        (['{"type": "connection_init", "payload": {"Authorization": "Bearer ø", "\\ud800": "\\ud800"}}'], 4401),
    ],
)
async def test_a_line_that_does_not_keep_to_the_protocol_is_closed(address: str, sends: list[str], code: int) -> None:
    async with line(address) as opened:
        for message in sends:
            await opened.connection.send(message)
        assert (await opened.closed())[0] == code


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"type": "connection_init"}], 4429),
        ([{"type": "subscribe", "id": "1", "payload": {"query": BOARD}}] * 2, 4409),
        ([{"type": "subscribe", "id": "1", "payload": "x"}], 4400),
        ([{"type": "subscribe"}], 4400),
        ([{"type": "what"}], 4400),
    ],
)
async def test_so_it_is_after_the_greeting(
    address: str, token: SignedToken, messages: list[dict[str, Any]], code: int
) -> None:
    async with line(address, token()) as opened:
        for message in messages:
            await opened.send(**message)
        assert (await opened.closed())[0] == code


@pytest.mark.parametrize("name", ["x" * 500, "🎈" * 100, "\ud83d" * 100], ids=["long", "wide", "odd"])
async def test_why_a_line_is_closed_fits_into_the_closing(address: str, token: SignedToken, name: str) -> None:
    """A reason has room for 123 bytes, and the id in it is the client's."""
    async with line(address, token()) as opened:
        for _ in range(2):
            await opened.subscribe(name, BOARD)
        code, reason = await opened.closed()
        assert code == 4409
        assert reason is not None
        assert reason.startswith(f"Subscriber for {name[0]}".replace("\ud83d", "?"))


async def test_half_a_surrogate_pair_harms_its_own_event_and_not_the_line(address: str, token: SignedToken) -> None:
    """As over HTTP: what cuts a text after so many characters may cut an emoji in two."""
    record = """mutation ($events: [ProgressEventInput!]!) { recordProgress(input: {events: $events}) {
      ... on RecordProgress { receipts { id status } } } }"""
    names = ("\ud83d", "whole")
    events = [{"id": name, "type": "call.practised", "occurredAt": "2026-03-02T09:00:00"} for name in names]
    async with line(address, token()) as kari:
        await kari.subscribe("1", BOARD)
        await kari.receive()
        await kari.subscribe("2", record, events=events)
        told = await kari.receive()
        assert (told["type"], told["id"]) == ("next", "2")
        receipts = told["payload"]["data"]["recordProgress"]["receipts"]
        assert [receipt["id"] for receipt in receipts] == list(names)
        assert await kari.receive() == {"type": "complete", "id": "2"}
        await kari.send(type="ping")
        assert await kari.receive() == {"type": "pong"}


async def test_a_fault_before_anything_is_run_is_told_under_an_id_too(
    address: str, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On every way in: who is told nothing has nothing to tell support."""

    async def failing(*_args: object) -> Context:
        raise ZeroDivisionError

    monkeypatch.setattr(Arrivals, "context", failing)
    with capture_logs() as logs:
        async with line(address) as opened:
            await opened.send(type="connection_init", payload={"Authorization": f"Bearer {token()}"})
            code, reason = await opened.closed()
        async with httpx.AsyncClient() as http:
            answers = [
                await http.post(address + path, json={"query": BOARD}) for path in ("/graphql", "/graphql/stream")
            ]
    assert code == 1011
    told = [str(reason).removeprefix("INTERNAL ")]
    for answer in answers:
        assert answer.status_code == 500
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "INTERNAL"
        told.append(error["extensions"]["errorId"])
    assert [entry["error_id"] for entry in logs if "error_id" in entry] == told


async def test_another_protocol_is_not_spoken(address: str) -> None:
    async with line(address, protocol=Subprotocol("graphql-ws")) as opened:
        assert (await opened.closed())[0] == 4406


async def test_a_line_carries_a_bounded_number_of_operations(address: str, token: SignedToken) -> None:
    async with line(address, token()) as kari:
        for number in range(51):
            await kari.subscribe(str(number), FOLLOW)
        message = await kari.receive()
        assert (message["type"], message["id"]) == ("error", "50")
        assert message["payload"][0]["extensions"]["reason"] == "TOO_MANY_STREAMS"


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream's text."""
    found = []
    for block in text.split("\n\n"):
        name, _, data = block.partition("\n")
        if name.startswith("event: "):
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: ") or "null")))
    return found


async def test_server_sent_events_carry_a_stream_too(
    organisation: Organisation, address: str, token: SignedToken, clock: TestClock
) -> None:
    await practise(organisation, "a")
    before = len(await ledger(organisation))
    headers = {"Authorization": f"Bearer {token(seconds=3)}", "Accept": "text/event-stream"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE, trust_env=False) as client:
        body = {"query": FOLLOW, "variables": {"after": write_place(before)}}
        answering = asyncio.create_task(client.post("/graphql/stream", json=body))
        gauge = 'vekst_graphql_streams{transport="sse"} 1.0'

        async def streams() -> bool:
            return gauge in (await client.get("/metrics")).text

        await until(streams)
        clock.move(timedelta(seconds=4))
        await practise(organisation, "b")
        answer = await answering
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        *nexts, expired, last = events(answer.text)
        edges = [data["data"]["recognitions"] for _, data in nexts]
        assert told(edges) == (await ledger(organisation))[before:]
        assert expired[1]["errors"][0]["extensions"]["reason"] == "TOKEN_EXPIRED"
        assert last == ("complete", None)


async def test_what_can_not_be_streamed_is_refused_in_plain_http(address: str, token: SignedToken) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        assert (await client.post("/graphql/stream", json={"query": FOLLOW})).status_code == 401
        answer = await client.post("/graphql/stream", json={"query": "subscription {"}, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
        assert (await client.put("/graphql/stream", json={})).status_code == 405
        query = await client.post("/graphql/stream", json={"query": "{ me { person } }"}, headers=headers)
        assert events(query.text) == [("next", {"data": {"me": {"person": "kari"}}}), ("complete", None)]
        answer = await client.post("/graphql", json={"query": FOLLOW}, headers={**headers, "Accept": "*/*"})
        assert answer.json()["errors"][0]["extensions"]["reason"] == "STREAM_ELSEWHERE"
