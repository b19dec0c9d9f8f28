"""Real clients, as app developers use them, against a server on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from fastapi import FastAPI

from tests.clients.node import TOOLS, WEB, Node, installed
from tests.graphql.lines import serving
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SignedToken = Callable[..., str]


@pytest.fixture(scope="session")
def packages() -> Node:
    """Node with the clients' packages."""
    return installed(WEB)


@pytest.fixture(scope="session")
def tools() -> Node:
    """Node with the linter and the code generators."""
    return installed(TOOLS)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address


@pytest.fixture
async def token(organisation: Organisation, settings: Settings) -> str:
    """A token of `kari`, who has a pack to practise by."""
    await organisation.publish()
    await organisation.hire("kari")
    return DevelopmentIssuer.open(settings.data_dir).token(organisation.key, person="kari")
