"""A challenge followed live: told now, whenever it changes, and as it stands to who comes back, until it is final."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from tests.graphql.conftest import TestClock
from tests.graphql.lines import Line, line, serving
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.factory import Factory, Process
from vekst.graphql.opaque import challenge_node
from vekst.services.challenge_forms import ChallengeChange, NewChallenge
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

FOLLOW = operation("follow_challenge")
SignedToken = Callable[[str], str]


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: TestClock) -> AsyncIterator[Organisation]:
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish(WITH_CHALLENGES)
        await craft.hire("kari", "per", team="north")
        await craft.hire("ola", team="south")
        await craft.hire("nora", team="north", role=Role.MANAGER)
        clock.move(timedelta(minutes=1))
        yield craft


@pytest.fixture
def token(craft: Organisation, issuer: DevelopmentIssuer) -> SignedToken:
    return lambda person: issuer.token(craft.key, person=person, lifetime=timedelta(days=60))


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vekst.graphql.streams._LOOK_EVERY", 0.1)
    monkeypatch.setattr("vekst.graphql.streams._REST", 0.01)


async def started(craft: Organisation, **changes: Any) -> str:
    wish = {"id": "c1", "teams": ("north",), "template": "practice-sprint", **changes}
    return challenge_node(await craft.factory.challenges().create(await craft.actor("nora"), NewChallenge(**wish)))


async def seen(opened: Line, operation_id: str = "1") -> Any:
    message = await opened.receive()
    assert (message["type"], message["id"]) == ("next", operation_id), message
    return message["payload"]["data"]["challenge"]


async def test_progress_is_told_as_it_comes_and_again_as_it_stands_to_who_comes_back(
    craft: Organisation, app: FastAPI, token: SignedToken, clock: TestClock
) -> None:
    """Woken over Valkey alone by what is judged and by its manager; nothing is looked for in between."""
    challenge = await started(craft)
    async with serving(app) as address:
        async with line(address, token("kari")) as kari:
            await kari.subscribe("1", FOLLOW, id=challenge)
            first = await seen(kari)
            assert (first["state"], first["progress"]["have"], first["me"]["value"]) == ("RUNNING", 0, 0)
            await craft.record("per", new_event("a", at=clock()))
            await craft.judge()
            second = await seen(kari)
            assert (second["progress"]["have"], second["me"]["value"]) == (1, 0)
            longer = clock() + timedelta(days=20)
            change = ChallengeChange(goal={"everyone": 1}, ends_at=longer)
            [found] = await craft.rows("SELECT challenge_id FROM challenges")
            await craft.factory.challenges().change(await craft.actor("nora"), found[0], change)  # type: ignore[arg-type]
            third = await seen(kari)
            assert (third["goal"]["need"], third["progress"]["reached"]) == (1, 1)
        await craft.record("kari", new_event("b", at=clock()))
        await craft.judge()
        async with line(address, token("kari")) as kari:
            await kari.subscribe("1", FOLLOW, id=challenge)
            back = await seen(kari)
            assert (back["progress"]["have"], back["me"]["reached"], back["progress"]["met"]) == (2, True, True)


@pytest.mark.usefixtures("eager")
async def test_the_stream_ends_with_the_final_result(
    craft: Organisation, app: FastAPI, token: SignedToken, clock: TestClock
) -> None:
    challenge = await started(craft)
    async with serving(app) as address, line(address, token("kari")) as kari:
        await kari.subscribe("1", FOLLOW, id=challenge)
        assert (await seen(kari))["state"] == "RUNNING"
        # A fortnight on the teams' clocks, which is an hour longer when summer time ends in it.
        clock.move(timedelta(days=14, hours=2))
        assert (await seen(kari))["state"] == "SETTLING"
        clock.move(timedelta(days=1))
        await craft.factory.settling().sweep()
        final = await seen(kari)
        assert (final["state"], final["met"]) == ("SETTLED", False)
        assert await kari.receive() == {"type": "complete", "id": "1"}


@pytest.mark.usefixtures("eager")
async def test_who_asks_for_its_board_is_told_who_joins(craft: Organisation, app: FastAPI, token: SignedToken) -> None:
    challenge = await started(craft)
    follow = """subscription ($id: ID!) { challenge(id: $id) { ...Shown } }
      fragment Shown on Challenge { state ... on Challenge { leaderboard { size } } }"""
    [found] = await craft.rows("SELECT challenge_id FROM challenges")
    async with serving(app) as address, line(address, token("kari")) as kari:
        await kari.subscribe("board", follow, id=challenge)
        await kari.subscribe("1", FOLLOW, id=challenge)
        first = {(message := await kari.receive())["id"]: message for _ in range(2)}
        assert first["board"]["payload"]["data"]["challenge"]["leaderboard"] == {"size": 0}
        for size, person in enumerate(("per", "kari"), start=1):
            await craft.factory.boards().join_challenge(await craft.actor(person), found[0])  # type: ignore[arg-type]
            assert (await seen(kari, "board"))["leaderboard"] == {"size": size}


async def test_who_has_no_part_in_it_follows_nothing(craft: Organisation, app: FastAPI, token: SignedToken) -> None:
    draft = await started(craft, draft=True)
    async with serving(app) as address:
        for person, name in (("ola", draft), ("kari", draft), ("nora", "x")):
            async with line(address, token(person)) as opened:
                await opened.subscribe("1", FOLLOW, id=name)
                message = await opened.receive()
                assert message["type"] == "error", (person, message)
                assert message["payload"][0]["extensions"]["reason"] == "CHALLENGE_UNKNOWN"
        async with line(address, token("nora")) as nora:
            await nora.subscribe("1", FOLLOW, id=draft)
            assert (await seen(nora))["state"] == "DRAFT"
