"""What every request passes: headers on every answer, pages of other origins, a crash without its text."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from vekst.api import create_app
from vekst.routes.doorway import Doorway
from vekst.settings import Settings
from vekst.signals import Signals

SAFE = {"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options", "X-Request-Id"}
PAGE = "https://app.example.com"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@asynccontextmanager
async def _client(settings: Settings, base: str = "http://t") -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=base) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/nothing"),
        ("GET", "/graphql"),
        ("POST", "/graphql"),
        ("PUT", "/graphql"),
        ("POST", "/graphql/stream"),
        ("DELETE", "/healthz"),
    ],
)
async def test_every_answer_has_the_headers_that_keep_browsers_safe(settings: Settings, method: str, path: str) -> None:
    async with _client(settings) as client:
        answer = await client.request(method, path)
    assert {name for name in SAFE if name not in answer.headers} == set()
    assert "Server" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers


async def test_over_tls_browsers_are_told_to_stay_there(settings: Settings) -> None:
    async with _client(settings, "https://t") as client:
        assert "max-age=" in (await client.get("/healthz")).headers["Strict-Transport-Security"]


async def test_pages_of_other_origins_are_shut_out_by_default(settings: Settings) -> None:
    async with _client(settings) as client:
        for answer in (
            await client.options("/graphql", headers={"Origin": PAGE, **PREFLIGHT}),
            await client.post("/graphql", headers={"Origin": PAGE}, json={"query": "{ __typename }"}),
        ):
            assert [name for name in answer.headers if name.startswith("access-control")] == []


async def test_the_pages_that_are_named_are_let_in_and_no_others(settings: Settings) -> None:
    async with _client(settings.model_copy(update={"cors_origins": f"{PAGE}, https://other.example.com"})) as client:
        let_in = await client.options("/graphql", headers={"Origin": PAGE, **PREFLIGHT})
        assert (let_in.status_code, let_in.headers["Access-Control-Allow-Origin"]) == (200, PAGE)
        assert "Access-Control-Allow-Credentials" not in let_in.headers
        answer = await client.post("/graphql", headers={"Origin": PAGE}, json={"query": "{ __typename }"})
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        stranger = await client.options("/graphql", headers={"Origin": f"{PAGE}.evil.example", **PREFLIGHT})
        assert "Access-Control-Allow-Origin" not in stranger.headers


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graphql/stream", "/healthz", "/nothing"])
async def test_a_query_string_beyond_ascii_is_refused_on_every_path(settings: Settings, path: str) -> None:
    """No client may send one, yet a server hands it on; what is built from it, such as a redirect, can't hold it."""
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "raw_path": b"",
        "query_string": b"query=\xe6\xff", "root_path": "", "headers": [(b"host", b"t")], "server": ("t", 80),
    }  # fmt: skip
    app = create_app(settings)
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    async with app.router.lifespan_context(app):
        await app(scope, receive, send)
    told = json.loads(said[1]["body"])
    assert (said[0]["status"], told["error"]) == (400, "QUERY_STRING_NOT_ASCII")
    assert "ASCII" in told["message"]


async def test_a_crash_is_told_without_its_text() -> None:
    async def crashing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("geheim")

    transport = httpx.ASGITransport(app=Doorway(crashing, Signals()))
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        answer = await client.get("/x", headers={"X-Request-Id": "seven"})
    assert (answer.status_code, answer.json()) == (500, {"error": "INTERNAL", "requestId": "seven"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
