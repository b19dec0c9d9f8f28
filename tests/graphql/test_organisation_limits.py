"""What one organisation may ask of a machine that all share: over it, it waits, and the others are served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest
from pydantic import SecretStr

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.factory import Factory
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

ME = "{ me { person } }"
LIMITS = {"organisation_requests_per_minute": 2, "organisation_events_per_minute": 4}


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def opened(stack: AsyncExitStack, settings: Settings, **changes: object) -> FastAPI:
    app = create_app(settings.model_copy(update=changes))
    await stack.enter_async_context(app.router.lifespan_context(app))
    return app


async def signed_in(
    stack: AsyncExitStack, app: FastAPI, issuer: DevelopmentIssuer, key: str, name: str, *, language: str = "en"
) -> Client:
    token = issuer.token(key, integration=name) if name == "crm" else issuer.token(key, person=name)
    return await stack.enter_async_context(Client(app, token=token, language=language))


def event(id: str) -> dict[str, object]:
    at = datetime.now(UTC).isoformat()
    return {"id": id, "type": "call.practised", "occurredAt": at, "person": "kari"}


def held_back(app: FastAPI) -> dict[str, float]:
    """How often what was told, by code."""
    told = generate_latest(app.state.process.signals.metrics.registry).decode()
    lines = [line for line in told.splitlines() if line.startswith("vekst_held_back_total{")]
    return {line.split('"')[1]: float(line.split()[-1]) for line in lines}


async def test_requests_of_a_hasty_organisation_wait_systems_first_and_others_are_served(
    organisation: Organisation,
    factory: Factory,
    settings: Settings,
    issuer: DevelopmentIssuer,
    stack: AsyncExitStack,
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.integration("crm")
    key = f"org-{uuid4().hex[:12]}"
    neighbour = Organisation(factory, await factory.organisations().create(key), key)
    await neighbour.hire("kari")
    app = await opened(stack, settings, **LIMITS)
    crm, kari = [await signed_in(stack, app, issuer, organisation.key, name) for name in ("crm", "kari")]
    other = await signed_in(stack, app, issuer, key, "kari")
    seen = [await crm.send(operation("record"), events=[]) for _ in range(3)]
    assert [each.status_code for each in seen] == [200, 200, 429]
    refused = seen[-1].json()["errors"][0]
    assert refused["extensions"]["reason"] == "ORGANISATION_TOO_FAST"
    assert refused["message"].startswith("Your organisation sends more than 2 requests a minute.")
    assert 1 <= int(seen[-1].headers["retry-after"]) <= 30
    people = [(await kari.send(ME)).status_code for _ in range(3)]
    assert people == [200, 200, 429]
    assert (await other.send(ME)).status_code == 200
    assert held_back(app) == {"ORGANISATION_TOO_FAST": 2}


async def test_events_over_the_limit_are_not_stored_and_come_again_later(
    organisation: Organisation, settings: Settings, issuer: DevelopmentIssuer, stack: AsyncExitStack
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.integration("crm")
    app = await opened(stack, settings, organisation_events_per_minute=4)
    crm, kari = [await signed_in(stack, app, issuer, organisation.key, name, language="nb") for name in ("crm", "kari")]
    record = operation("record")
    first = await crm.send(record, events=[event(n) for n in "1234"])
    assert [each["status"] for each in first.json()["data"]["recordProgress"]["receipts"]] == ["STORED"] * 4
    second = await crm.send(record, events=[event("5"), event("6")])
    told = second.json()["data"]["recordProgress"]
    assert (told["__typename"], told["code"]) == ("TooMany", "EVENTS_TOO_FAST")
    assert told["message"] == "Det registreres mer enn 4 hendelser i minuttet i organisasjonen din."
    assert 1 <= int(second.headers["retry-after"]) <= 30
    assert f"om {second.headers['retry-after']} sekunder" in told["cure"]
    # People are let in for longer.
    assert await organisation.pending() == 4
    mine = await kari.send(record, events=[event("5"), event("6")])
    assert [each["status"] for each in mine.json()["data"]["recordProgress"]["receipts"]] == ["STORED"] * 2
    assert held_back(app) == {"EVENTS_TOO_FAST": 1}


async def test_without_valkey_nobody_is_held_back_and_that_is_counted(
    organisation: Organisation, settings: Settings, issuer: DevelopmentIssuer, stack: AsyncExitStack
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    app = await opened(stack, settings, **LIMITS, redis_url=SecretStr("redis://127.0.0.1:1/0"))
    kari = await signed_in(stack, app, issuer, organisation.key, "kari")
    answers = [await kari.send(operation("record"), events=[event(f"{n}"), event(f"{n}+")]) for n in range(12)]
    assert {each["status"] for one in answers for each in one.json()["data"]["recordProgress"]["receipts"]} == {
        "STORED"
    }
    told = generate_latest(app.state.process.signals.metrics.registry).decode()
    assert "vekst_requests_uncounted_total 12.0" in told
    assert held_back(app) == {}
