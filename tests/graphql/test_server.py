"""The app behind a real server on a real socket, where a large body and a closing line are what they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from tests.graphql.client import GRAPHQL
from tests.graphql.lines import line, serving
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address


async def test_a_body_of_50_mb_gets_its_answer_over_the_line(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        for accept in (GRAPHQL, "application/json"):
            headers = {"Content-Type": "application/json", "Accept": accept, "Accept-Language": "nb"}
            answer = await client.post("/graphql", content=b" " * 50_000_000, headers=headers)
            assert answer.status_code == 413
            assert answer.json()["errors"][0]["message"] == "Innholdet er større enn 1000000 byte."
        assert (await client.get("/healthz")).status_code == 200


async def test_a_client_that_hangs_up_in_the_middle_leaves_nothing_behind(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b'POST /graphql HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"query":'
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with httpx.AsyncClient(base_url=address) as client:
        assert (await client.post("/graphql", json={"query": "{ __typename }"})).status_code == 200


async def test_while_the_database_is_away_all_are_told_to_come_again(
    settings: Settings, organisation: Organisation, issuer: DevelopmentIssuer
) -> None:
    away = SecretStr("postgresql://nobody@127.0.0.1:9/none")
    token = issuer.token(organisation.key, person="kari")
    app = create_app(settings.model_copy(update={"database_url": away}))
    async with app.router.lifespan_context(app), serving(app) as address:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "nb"}
        async with httpx.AsyncClient(base_url=address, headers=headers) as client:
            for path in ("/graphql", "/graphql/stream"):
                answer = await client.post(path, json={"query": "{ me { person } }"})
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                [error] = answer.json()["errors"]
                assert error["extensions"]["code"] == "UNAVAILABLE"
                assert error["message"] == "Serveren kan ikke svare akkurat nå."
        async with line(address) as opened:
            await opened.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
            assert await opened.closed() == (1013, "UNAVAILABLE")
