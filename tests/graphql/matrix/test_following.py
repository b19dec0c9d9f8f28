"""What each caller follows: every subscription, over both transports, on what is theirs and what is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx
from fastapi import FastAPI

from tests.graphql.lines import PATIENCE, line, serving
from tests.graphql.matrix.world import ABSENT, CALLERS, SIGHT, World, admitted
from vekst.graphql.opaque import write_cursor
from vekst.graphql.permissions import PERMISSIONS, Reach
from vekst.graphql.schema import build_schema

CORE = build_schema().core


@dataclass(frozen=True)
class Following:
    """A subscription to a thing, `$x`; who is shown it is said by a reach, where the field's is wider."""

    text: str
    thing: str | None = None
    reach: Reach | None = None


_FROM_THE_FIRST: Final = write_cursor("recognitions", 0)

FOLLOWED: Final[dict[str, list[Following]]] = {
    "recognitions": [Following(f'subscription {{ recognitions(after: "{_FROM_THE_FIRST}") {{ node {{ id }} }} }}')],
    "leaderboard": [
        Following("subscription ($x: String!) { leaderboard(key: $x) { key } }", "board", Reach.ORGANISATION),
        Following('subscription ($x: String!) { leaderboard(key: "learning-streaks", team: $x) { key } }', "team"),
        Following("subscription ($x: String!) { leaderboard(key: $x) { size } }", "challenge's board"),
    ],
    "challenge": [
        Following("subscription ($x: ID!) { challenge(id: $x) { title } }", "challenge"),
        Following("subscription ($x: ID!) { challenge(id: $x) { title } }", "draft", Reach.LED_TEAM),
    ],
}

First = dict[str, Any]
"""The first thing that is said: `data`, or `errors`."""


async def by_line(address: str, token: str, query: str, variables: dict[str, str]) -> First:
    async with line(address, token) as opened:
        await opened.subscribe("1", query, **variables)
        message = await opened.receive()
    return {"errors": message["payload"]} if message["type"] == "error" else dict(message["payload"])


async def by_events(address: str, token: str, query: str, variables: dict[str, str]) -> First:
    body, headers = {"query": query, "variables": variables}, {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=address, trust_env=False, headers=headers) as http,
        asyncio.timeout(PATIENCE),
        http.stream("POST", "/graphql/stream", json=body) as answer,
    ):
        async for text in answer.aiter_lines():
            if text.startswith("data: {"):
                return dict(json.loads(text.removeprefix("data: ")))
    raise AssertionError(f"nothing was said to {query}")


TRANSPORTS: Final[dict[str, Callable[[str, str, str, dict[str, str]], Awaitable[First]]]] = {
    "graphql-transport-ws": by_line,
    "server-sent events": by_events,
}


def test_every_subscription_is_followed() -> None:
    assert CORE.subscription_type is not None
    assert CORE.subscription_type.fields
    assert set(FOLLOWED) == set(CORE.subscription_type.fields)
    assert all(FOLLOWED.values())


async def test_each_caller_follows_what_their_rule_says_and_cannot_tell_hidden_from_absent(
    world: World, app: FastAPI
) -> None:
    wrong: list[str] = []
    async with serving(app) as address:

        async def first(transport: str, caller: str, followed: Following, things: dict[str, str]) -> First:
            thing = things[followed.thing] if followed.thing else None
            variables = {"x": thing} if thing else {}
            said = await TRANSPORTS[transport](address, world.tokens[caller], followed.text, variables)
            return dict(json.loads(json.dumps(said).replace(thing, "…"))) if thing else said

        async def tried(transport: str, name: str, followed: Following, caller: str) -> None:
            rule = f"Subscription.{name}"
            expected = caller in SIGHT[followed.reach or PERMISSIONS[rule].reach] & admitted(rule)
            said = await first(transport, caller, followed, world.things)
            if ("errors" not in said and bool((said.get("data") or {}).get(name))) != expected:
                wrong.append(f"{followed} as {caller} over {transport}: {said}")
            if expected or followed.thing is None:
                return
            absent = await first(transport, caller, followed, ABSENT)
            if said != absent:
                wrong.append(f"{followed} as {caller} over {transport}: {said}, but {absent} where there is none")

        for transport in TRANSPORTS:
            for name, each in FOLLOWED.items():
                for followed in each:
                    await asyncio.gather(*(tried(transport, name, followed, caller) for caller in CALLERS))
    assert not wrong, "\n".join(wrong)


async def test_who_is_not_let_in_follows_nothing(world: World, app: FastAPI) -> None:
    async with serving(app) as address:
        for name in world.outsiders:
            token = world.tokens[name] or None
            async with line(address) as opened:
                await opened.send(type="connection_init", payload={"Authorization": f"Bearer {token}"} if token else {})
                code, _ = await opened.closed()
            assert code == (4403 if name == "expired" else 4401), name
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            told = set()
            async with httpx.AsyncClient(base_url=address, trust_env=False, headers=headers) as http:
                for followed in (each for several in FOLLOWED.values() for each in several):
                    for things in (world.things, ABSENT):
                        variables = {"x": things[followed.thing]} if followed.thing else {}
                        body = {"query": followed.text, "variables": variables}
                        answer = await http.post("/graphql/stream", json=body)
                        told.add((answer.status_code, answer.text))
            [(status, text)] = told
            assert (status, '"NOT_SIGNED_IN"' in text) == (401, True), name
