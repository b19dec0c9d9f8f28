"""Outside development, who guesses at the schema is told no name that they did not say, through any entrance."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from graphql import parse
from prometheus_client import CollectorRegistry

from tests.graphql.client import Client
from tests.graphql.lines import line, serving
from tests.graphql.operations import OPERATIONS
from tests.graphql.scanner import Probe, given_away, probes, schema_names
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.factory import Factory
from vekst.graphql.context import Caller, Context
from vekst.graphql.discretion import names_said
from vekst.graphql.execution import Operations
from vekst.graphql.languages import Languages
from vekst.graphql.limits import Limits
from vekst.graphql.metrics import GraphQLMetrics
from vekst.graphql.request import Request
from vekst.graphql.schema import build_schema
from vekst.settings import Mode, Settings
from vekst.tokens import DevelopmentIssuer

SCHEMA = build_schema().core
NAMES = schema_names(SCHEMA)
PROBES = list(probes(SCHEMA))
SOME = PROBES[::97]
"""What is sent through every entrance; behind each of them the same code answers."""
UNLIMITED = Limits(per_minute=0)

Errors = list[dict[str, Any]]


@asynccontextmanager
async def running(settings: Settings, signing: DevelopmentIssuer, **chosen: Any) -> AsyncIterator[FastAPI]:
    """A production app with those settings, to which tokens of the tests' issuer are those of a real one."""
    production = {"mode": Mode.PRODUCTION, "issuer": "https://sign-in.example", **chosen}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("vekst.api._verifier", lambda *_: signing.verifier())
        app = create_app(settings.model_copy(update=production), limits=UNLIMITED)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def production(settings: Settings, issuer: DevelopmentIssuer) -> AsyncIterator[FastAPI]:
    async with running(settings, issuer) as app:
        yield app


@pytest.fixture
async def token(organisation: Organisation, issuer: DevelopmentIssuer) -> str:
    await organisation.publish()
    await organisation.hire("kari")
    return issuer.token(organisation.key, person="kari")


async def scan(
    organisation: Organisation, factory: Factory, guesses: list[Probe], *, development: bool
) -> dict[str, set[str]]:
    """What is given away to kari: the names, by the probe that got at them."""
    operations = Operations(build_schema(), development=development, limits=UNLIMITED)
    caller, metrics = Caller(await organisation.actor("kari")), GraphQLMetrics(CollectorRegistry())
    context = Context(factory, caller, Languages(()), factory.now(), metrics)
    learned: dict[str, set[str]] = {}
    try:
        for probe in guesses:
            answer = await operations.run(Request(probe.query, probe.variables), context)
            if names := given_away(answer.body.get("errors", []), probe, NAMES):
                learned[probe.query] = names
    finally:
        await context.close()
    return learned


async def test_a_scanner_learns_no_name_outside_development(
    organisation: Organisation, factory: Factory, token: str
) -> None:
    assert await scan(organisation, factory, PROBES, development=False) == {}


async def test_the_same_scanner_learns_most_names_in_development(
    organisation: Organisation, factory: Factory, token: str
) -> None:
    """So it is the mode that keeps silent, and not the scanner that is deaf."""
    learned = await scan(organisation, factory, PROBES[::7], development=True)
    assert len(set().union(*learned.values())) > len(NAMES) / 4


def post_body(probe: Probe) -> dict[str, Any]:
    return {"query": probe.query, "variables": probe.variables}


def by_hash(probe: Probe) -> dict[str, Any]:
    """The probe as a client of persisted queries registers it."""
    digest = sha256(probe.query.encode()).hexdigest()
    return {**post_body(probe), "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}


def get_parameters(probe: Probe) -> dict[str, str]:
    return {"query": probe.query, "variables": json.dumps(probe.variables)}


def streamed(answer: httpx.Response) -> Errors:
    """The errors of a stream, or of the answer that refused it."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return list(answer.json().get("errors", []))
    data = [text.removeprefix("data: ") for text in answer.text.splitlines() if text.startswith("data: {")]
    return [error for text in data for error in json.loads(text).get("errors", [])]


async def test_every_entrance_is_as_silent(production: FastAPI, token: str) -> None:
    given = {"Authorization": f"Bearer {token}"}
    asked = 0
    async with (
        serving(production) as address,
        httpx.AsyncClient(base_url=address, headers=given, trust_env=False) as http,
        line(address, token) as live,
    ):
        for number, probe in enumerate(SOME):
            first = await http.post("/graphql", json=post_body(probe))
            if "STREAM_ELSEWHERE" in first.text:
                continue  # no guess, but a right operation that goes on for ever
            said = [
                first.json().get("errors", []),
                (await http.post("/graphql", json=by_hash(probe))).json().get("errors", []),
                (await http.get("/graphql", params=get_parameters(probe))).json().get("errors", []),
                streamed(await http.post("/graphql/stream", json=post_body(probe))),
                streamed(await http.get("/graphql/stream", params=get_parameters(probe))),
            ]
            await live.subscribe(str(number), probe.query, **probe.variables)
            while (message := await live.receive())["type"] == "next":
                said.append(message["payload"].get("errors", []))
            if message["type"] == "error":
                said.append(message["payload"])
            for errors in said:
                assert given_away(errors, probe, NAMES) == set(), (probe, errors)
            asked += any(said)
    assert asked > 30


async def test_nobody_is_told_whether_a_guess_was_right(production: FastAPI) -> None:
    """Unsigned, every question gets one answer, and a change that is none gets it too."""
    told = set()
    async with Client(production) as nobody:
        for probe in PROBES[::23]:
            answer = await nobody.send(probe.query, **probe.variables)
            if "Syntax Error" in answer.text or '"data"' in answer.text or "OPERATION_NOT_NAMED" in answer.text:
                continue
            told.add((answer.status_code, answer.text))
    [(status, text)] = told
    assert (status, '"NOT_SIGNED_IN"' in text) == (401, True)


async def test_where_only_trusted_documents_run_every_guess_gets_one_answer(
    settings: Settings, issuer: DevelopmentIssuer, token: str
) -> None:
    only = {"trusted_documents": OPERATIONS, "only_trusted_documents": True}
    async with running(settings, issuer, **only) as app, Client(app, token=token) as client:
        told = {(await client.send(probe.query, **probe.variables)).text for probe in SOME if probe.query}
    [text] = told
    assert '"DOCUMENT_NOT_TRUSTED"' in text


def test_variables_may_be_nested_as_deep_as_json_is_read() -> None:
    nested: Any = {"inmost": 1}
    for _ in range(1_000):
        nested = [nested]
    said = names_said(parse("{ me { nam } }"), {"x": nested})
    assert said == {"me", "nam", "x", "inmost"}
