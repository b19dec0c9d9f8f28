"""The app behind a real server on a real socket, where a large body and a closing line are what they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.graphql.client import GRAPHQL
from tests.graphql.lines import serving


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
