"""The lines to Valkey: one that ended while it rested is noticed before anybody is failed by it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from arq.connections import ArqRedis

from tests.support.waiting import until
from vekst.jobs.valkey import connect


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[ArqRedis]:
    client = connect(redis_url, patience=5.0)
    yield client
    await client.aclose(close_connection_pool=True)


async def test_a_line_that_was_cut_while_it_rested_is_replaced(client: ArqRedis, redis_url: str) -> None:
    before = await client.client_id()
    assert await client.client_id() == before
    other = connect(redis_url, patience=5.0)

    async def is_gone() -> bool:
        return str(before) not in {each["id"] for each in await other.client_list()}

    await other.client_kill_filter(_id=str(before))
    await until(is_gone)
    await other.aclose(close_connection_pool=True)
    assert await client.client_id() != before
