"""The world of the matrix, with every caller signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI

from tests.graphql.matrix.world import World, build_world
from tests.support.organisations import Organisation
from vekst.factory import Factory
from vekst.tokens import DevelopmentIssuer


@pytest.fixture
async def world(
    organisation: Organisation, factory: Factory, app: FastAPI, issuer: DevelopmentIssuer
) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        yield await build_world(organisation, factory, app, issuer, stack)
