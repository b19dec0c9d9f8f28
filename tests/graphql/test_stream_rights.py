"""Streams end for who may not follow them any more, with a reason, and go on for the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from tests.graphql.conftest import TestClock
from tests.graphql.lines import PATIENCE, Line, line, serving
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.factory import Factory, Process
from vekst.graphql.opaque import challenge_node
from vekst.services.challenge_forms import NewChallenge
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SignedToken = Callable[[str], str]

CHALLENGE = "subscription ($id: ID!) { challenge(id: $id) { state progress { have } } }"
BOARD = 'subscription { leaderboard(key: "learning-streaks", team: "north") { size } }'
FEED = "subscription { recognitions { cursor node { title } } }"


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: TestClock) -> AsyncIterator[Organisation]:
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish(WITH_CHALLENGES)
        await craft.hire("kari", "per", team="north")
        await craft.hire("nora", team="north", role=Role.MANAGER)
        clock.move(timedelta(minutes=1))
        yield craft


@pytest.fixture
async def challenge(craft: Organisation) -> str:
    wish = NewChallenge("c1", ("north",), template="practice-sprint")
    return challenge_node(await craft.factory.challenges().create(await craft.actor("nora"), wish))


@pytest.fixture
def token(craft: Organisation, issuer: DevelopmentIssuer) -> SignedToken:
    return lambda person: issuer.token(craft.key, person=person, lifetime=timedelta(days=60))


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vekst.graphql.streams._LOOK_EVERY", 0.1)
    monkeypatch.setattr("vekst.graphql.streams._REST", 0.01)
    monkeypatch.setattr("vekst.graphql.streams._TRUST", 0.1)


async def reason(opened: Line) -> object:
    """Why an operation of the line ended."""
    while (message := await opened.receive())["type"] == "next":
        pass
    assert message["type"] == "error", message
    return message["payload"][0]["extensions"]["reason"]


async def test_who_manages_another_team_by_now_follows_no_challenge_and_no_board_of_this_one(
    craft: Organisation, app: FastAPI, token: SignedToken, clock: TestClock, challenge: str
) -> None:
    """The line stays, with what one may still follow; members go on as before."""
    async with serving(app) as address, line(address, token("nora")) as nora, line(address, token("kari")) as kari:
        for opened in (nora, kari):
            await opened.subscribe("challenge", CHALLENGE, id=challenge)
            assert (await opened.receive())["payload"]["data"]["challenge"]["state"] == "RUNNING"
        await nora.subscribe("board", BOARD)
        assert (await nora.receive())["payload"]["data"]["leaderboard"] == {"size": 0}
        await craft.hire("nora", team="west", role=Role.MANAGER)
        assert {await reason(nora), await reason(nora)} == {"CHALLENGE_UNKNOWN", "LEADERBOARD_UNKNOWN"}
        await nora.send(type="ping")
        assert await nora.receive() == {"type": "pong"}
        await craft.record("per", new_event("1", at=clock()))
        assert (await kari.receive())["payload"]["data"]["challenge"]["progress"] == {"have": 1}
        clock.move(timedelta(minutes=1))
        await nora.subscribe("again", CHALLENGE, id=challenge)
        assert await reason(nora) == "CHALLENGE_UNKNOWN"


@pytest.mark.parametrize("name", ["challenge", "board", "feed"])
async def test_who_was_let_go_follows_nothing(
    craft: Organisation, app: FastAPI, token: SignedToken, challenge: str, name: str
) -> None:
    query = {"challenge": CHALLENGE, "board": BOARD, "feed": FEED}[name]
    variables = {"id": challenge} if name == "challenge" else {}
    async with serving(app) as address, line(address, token("kari")) as kari:
        await kari.subscribe("1", query, **variables)
        if name != "feed":
            assert (await kari.receive())["type"] == "next"
        await craft.dismiss("kari")
        assert await reason(kari) == "ACCOUNT_UNKNOWN"


async def test_who_was_let_go_is_told_nothing_that_came_afterwards(
    craft: Organisation, app: FastAPI, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights are looked at before anything is told, however short the time since the last look."""
    monkeypatch.setattr("vekst.graphql.streams._TRUST", 3600.0)
    async with serving(app) as address, line(address, token("kari")) as kari:
        await kari.subscribe("1", FEED)
        first = asyncio.create_task(kari.receive())
        # The stream begins at some moment; from then on what comes is told.
        for number in range(1, 200):
            await craft.record("kari", new_event(f"before-{number}", at=datetime.now(UTC) - timedelta(days=number)))
            await craft.judge()
            if (await asyncio.wait({first}, timeout=0.1))[0]:
                break
        assert (await first)["type"] == "next"
        await craft.record("kari", new_event("2"))
        await craft.dismiss("kari")
        await craft.judge()
        assert await reason(kari) == "ACCOUNT_UNKNOWN"


async def test_over_server_sent_events_a_stream_ends_with_the_reason_and_completes(
    craft: Organisation, app: FastAPI, token: SignedToken, challenge: str
) -> None:
    headers = {"Authorization": f"Bearer {token('nora')}"}
    question = {"query": CHALLENGE, "variables": {"id": challenge}}
    seen = ""
    async with (
        serving(app) as address,
        httpx.AsyncClient(timeout=PATIENCE) as client,
        client.stream("POST", f"{address}/graphql/stream", json=question, headers=headers) as response,
    ):
        async for text in response.aiter_text():
            if "RUNNING" in text and "RUNNING" not in seen:
                await craft.hire("nora", team="west", role=Role.MANAGER)
            seen += text
    assert "CHALLENGE_UNKNOWN" in seen
    assert seen.endswith("event: complete\ndata: \n\n")
