"""The real app over HTTP, in process, with a settable clock and signed-in callers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from tests.graphql.client import Client
from tests.support.organisations import Organisation
from tests.support.push_service import SENDING
from tests.support.statements import Statements
from vekst.api import create_app
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer


class TestClock:
    """A clock that stands still at the real time until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def app(settings: Settings, clock: TestClock) -> AsyncIterator[FastAPI]:
    app = create_app(settings.model_copy(update=SENDING), clock=clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def app_statements(app: FastAPI) -> Statements:
    """The SQL statements of the app."""
    return Statements(app.state.process.database.engine)


@pytest.fixture
def issuer(settings: Settings, clock: TestClock) -> DevelopmentIssuer:
    return DevelopmentIssuer.open(settings.data_dir, clock)


@pytest.fixture
async def unsigned(app: FastAPI) -> AsyncIterator[Client]:
    async with Client(app) as client:
        yield client


@pytest.fixture
async def sign_in(
    app: FastAPI, issuer: DevelopmentIssuer, organisation: Organisation
) -> AsyncIterator[Callable[..., Client]]:
    """Sign in somebody of the organisation."""
    clients: list[Client] = []

    def signed(person: str | None = None, *, integration: str | None = None, language: str | None = None) -> Client:
        token = issuer.token(organisation.key, person=person, integration=integration)
        clients.append(Client(app, token=token, language=language))
        return clients[-1]

    yield signed
    for client in clients:
        await client.http.aclose()
