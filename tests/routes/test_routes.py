"""Health, readiness and metrics, as an operator sees them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from tests.support.organisations import Organisation, new_event
from vekst.api import create_app
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer


async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a started app."""
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async for started in http(create_app(settings)):
        yield started


async def test_a_working_process_is_healthy_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "missing": []})


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"redis_url": SecretStr("redis://127.0.0.1:1/0")}, ["valkey"]),
        ({"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none")}, ["database"]),
    ],
)
async def test_readiness_names_what_is_missing(
    settings: Settings, changes: dict[str, SecretStr], missing: list[str]
) -> None:
    async for client in http(create_app(settings.model_copy(update=changes))):
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "not ready", "missing": missing})
        assert (await client.get("/metrics")).status_code == 200


async def test_metrics_count_answers_and_receipts(
    client: httpx.AsyncClient, settings: Settings, organisation: Organisation
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    token = DevelopmentIssuer.open(settings.data_dir).token(organisation.key, person="kari")
    query = """mutation { recordProgress(input: {events: [
      {id: "a", type: "nothing", occurredAt: "2026-03-02T09:00:00Z"}, {id: "b", type: "nothing", occurredAt: "x"}
    ]}) { __typename } }"""
    await client.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})
    await client.post("/graphql", json={"query": "{"})
    page = await client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert 'vekst_graphql_answers_total{kind="mutation",status="200"} 1.0' in page.text
    assert 'vekst_receipts_total{status="REFUSED"} 2.0' in page.text
    assert 'vekst_graphql_seconds_count{kind="mutation"} 1.0' in page.text


async def test_metrics_tell_what_waits_to_be_judged(client: httpx.AsyncClient, organisation: Organisation) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.record("kari", new_event("a"))
    found = re.search(r"vekst_waiting_organisations ([\d.]+)", (await client.get("/metrics")).text)
    assert found is not None
    waiting = float(found[1])
    assert waiting >= 1
    await organisation.judge()
    page = (await client.get("/metrics")).text
    assert f"vekst_waiting_organisations {waiting - 1}" in page
    assert "vekst_waiting_seconds" in page


async def test_nothing_else_is_served(client: httpx.AsyncClient) -> None:
    for path in ("/", "/docs", "/openapi.json", "/redoc"):
        assert (await client.get(path)).status_code == 404
