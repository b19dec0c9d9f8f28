"""The floors do what they say, on the real PostgreSQL: a floor that did less would make our own code look slow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from benchmarks.crowds import Crowd
from benchmarks.floors import tables
from benchmarks.floors.relational import load_answers
from benchmarks.floors.splitting import SplitFloor
from benchmarks.floors.storing import FloorRow, floor_rows, store
from vekst.storage.urls import async_url

ORG = UUID(int=1)
PEOPLE = {f"learner-{number}": UUID(int=10 + number) for number in range(6)}


@pytest.fixture
def plain_url(database_url: str) -> str:
    return async_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
async def pool(plain_url: str) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    owner = await asyncpg.connect(plain_url)
    await tables.create(owner)
    async with await tables.open_pool(plain_url, 3) as pool:
        yield pool
    await owner.execute(f"DROP SCHEMA {tables.SCHEMA} CASCADE")
    await owner.close()


def rows(events: int) -> list[FloorRow]:
    crowd = Crowd(sorted(PEOPLE), first=datetime(2026, 3, 2, tzinfo=UTC))
    return floor_rows(ORG, PEOPLE, crowd.batch(events))


async def test_storing_the_same_batch_twice_keeps_it_once(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    batch = rows(20)
    async with pool.acquire() as connection:
        assert len(await store(connection, batch)) == 20
        assert await store(connection, batch) == []


async def test_the_split_floor_gives_as_many_entries_per_event_as_it_is_told(
    pool: asyncpg.Pool[asyncpg.Record],
) -> None:
    events = rows(60)
    batches = [[events[:20], events[20:30]], [events[30:]]]
    await SplitFloor(pool, ORG, entries=1.5).run(batches)
    assert await pool.fetchval("SELECT count(*) FROM events") == 60
    assert await pool.fetchval("SELECT count(*) FROM ledger") == 90
    assert await pool.fetchval("SELECT count(*) FROM runs") == len(PEOPLE)
    assert await pool.fetchval("SELECT count(*) FROM messages WHERE topic = 'judge'") == 0


async def test_an_answer_comes_out_of_its_tables_as_it_went_in(
    pool: asyncpg.Pool[asyncpg.Record], plain_url: str
) -> None:
    answers: dict[str, dict[str, Any]] = {
        "kari": {"me": {"name": "Kari", "next": None, "parts": [{"have": 1, "of": {"key": "a"}, "steps": []}]}},
        "nora": {
            "me": {
                "name": "Nora",
                "next": {"at": "2026-03-02", "left": 3},
                "parts": [
                    {"have": 1.5, "of": {"key": "b"}, "steps": [{"done": True}, {"done": False}]},
                    {"have": None, "of": {"key": "c"}, "steps": [{"done": None}]},
                ],
            }
        },
    }
    owner = await asyncpg.connect(plain_url)
    statement = await load_answers(owner, tables.SCHEMA, answers)
    found = {person: orjson.loads(await pool.fetchval(statement, person)) for person in answers}
    await owner.close()
    assert found == answers
    assert await pool.fetchval(statement, str(uuid4())) is None
