"""Connections are lent again as they are, no more of them than were agreed, and closed ones never."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from vekst.settings import Settings
from vekst.storage.pool import Pool
from vekst.storage.urls import async_url


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[Pool]:
    """A pool of two connections, of which nobody waits for long."""
    pool = Pool(_engine(async_url(settings.database_url.get_secret_value())), 2, patience=0.1)
    yield pool
    await pool.close()


def _engine(url: URL) -> AsyncEngine:
    return create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


async def test_the_connection_that_was_in_use_last_is_lent_first(pool: Pool) -> None:
    first, second = await pool.lend(), await pool.lend()
    await pool.take_back(second)
    await pool.take_back(first)
    assert pool.count() == (0, 2)
    assert await pool.lend() is first
    assert pool.count() == (1, 1)
    await pool.take_back(first)


async def test_who_waits_gets_what_is_given_back_and_nobody_waits_for_ever(pool: Pool) -> None:
    first, second = await pool.lend(), await pool.lend()
    waiting = asyncio.create_task(pool.lend())
    await asyncio.sleep(0)
    await pool.take_back(first)
    assert await waiting is first
    with pytest.raises(NoneFreeError, match="no connection got free"):
        await pool.lend()
    for lent in (first, second):
        await pool.take_back(lent)
    assert pool.count() == (0, 2)


async def test_who_is_cancelled_while_waiting_takes_nothing_along(pool: Pool) -> None:
    lent = [await pool.lend(), await pool.lend()]
    waiting = asyncio.create_task(pool.lend())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    for each in lent:
        await pool.take_back(each)
    lent = [await pool.lend(), await pool.lend()]
    assert pool.count() == (2, 0)
    for each in lent:
        await pool.take_back(each)


async def test_a_closed_connection_is_replaced_by_a_new_one(pool: Pool) -> None:
    cut = await pool.lend()
    cut.driver.terminate()
    await pool.take_back(cut)
    assert pool.count() == (0, 0)
    lent = await pool.lend()
    assert (await lent.connection.execute(text("SELECT 1"))).scalar_one() == 1
    await pool.take_back(lent)


async def test_a_server_that_can_not_be_reached_uses_nothing_up(settings: Settings) -> None:
    url = async_url(settings.database_url.get_secret_value()).set(port=1, host="127.0.0.1", query={})
    pool = Pool(_engine(url), 1, patience=0.1)
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            await pool.lend()
    assert pool.count() == (0, 0)


async def test_what_rests_is_closed_at_the_end_and_what_is_in_use_when_it_comes_back(pool: Pool) -> None:
    lent, in_use = await pool.lend(), await pool.lend()
    await pool.take_back(lent)
    await pool.close()
    assert lent.driver.is_closed()
    assert not in_use.driver.is_closed()
    await pool.take_back(in_use)
    assert in_use.driver.is_closed()
    assert pool.count() == (0, 0)
