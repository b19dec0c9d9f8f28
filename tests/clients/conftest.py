"""Real clients, as app developers use them, against a server on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.clients.node import Node, installed
from tests.graphql.lines import serving
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.graphql.websocket import WebSocketEndpoint, WebSocketLimits
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Node with our scripts and the packages that they need."""
    return installed(tmp_path_factory.mktemp("node"))


class Stage:
    """What a script may ask for by HTTP: a token of `kari`, that everything is judged, and that an hour passes."""

    def __init__(self, organisation: Organisation, data_dir: Path) -> None:
        self._organisation = organisation
        self._issuer = DevelopmentIssuer.open(data_dir, self.now)
        self._later = timedelta()

    def now(self) -> datetime:
        """The clock of the issuer and of the app."""
        return datetime.now(UTC) + self._later

    def token(self) -> str:
        """A token that is good for half an hour."""
        return self._issuer.token(self._organisation.key, person="kari", lifetime=timedelta(minutes=30))

    def routes(self) -> list[Route]:
        """The routes beside those of the app."""

        async def sign_in(_: Request) -> Response:
            return PlainTextResponse(self.token())

        async def an_hour_later(_: Request) -> Response:
            self._later += timedelta(hours=1)
            return Response(status_code=204)

        async def judged(_: Request) -> Response:
            await self._organisation.judge()
            return Response(status_code=204)

        return [Route("/sign-in", sign_in), Route("/an-hour-later", an_hour_later), Route("/judged", judged)]


@pytest.fixture
async def stage(organisation: Organisation, settings: Settings) -> Stage:
    await organisation.publish()
    await organisation.hire("kari")
    return Stage(organisation, settings.data_dir)


@pytest.fixture
async def app(settings: Settings, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    # Looks at tokens so often that a moved clock is noticed at once.
    often = partial(WebSocketEndpoint, limits=WebSocketLimits(looking_again=0.05))
    monkeypatch.setattr("vekst.api.WebSocketEndpoint", often)
    app = create_app(settings, clock=stage.now)
    app.router.routes += stage.routes()
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address
