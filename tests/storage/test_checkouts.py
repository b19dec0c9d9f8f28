"""A connection is lent many times: whatever went wrong with it before, it comes back bound to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.full import fill
from tests.support.organisations import Organisation
from vekst.factory import Factory
from vekst.settings import Settings
from vekst.storage.database import APP_ROLE, ERASER_ROLE, Database

SEES = """
    SELECT current_user AS role, nullif(current_setting('vekst.org', true), '') AS organisation,
           (SELECT count(*) FROM people) AS people, pg_backend_pid() AS process
"""
Accident = Callable[[Database, UUID], Awaitable[None]]


@pytest.fixture
async def one(settings: Settings) -> AsyncIterator[Database]:
    """A pool of a single connection, so that the next checkout gets what the last one left."""
    database = Database.open(settings.database_url.get_secret_value(), connections=1)
    yield database
    await database.close()


@pytest.fixture
async def full(organisation: Organisation) -> Organisation:
    await fill(organisation)
    return organisation


async def _nothing(database: Database, org_id: UUID) -> None:
    async with database.writing(org_id) as connection:
        await connection.execute(text("SELECT 1"))


async def _reads(database: Database, org_id: UUID) -> None:
    async with database.reading(org_id):
        pass
    async with database.snapshot(org_id):
        pass


async def _erases(database: Database, org_id: UUID) -> None:
    async with database.erasing(org_id) as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() == ERASER_ROLE


async def _error_of_ours(database: Database, org_id: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing(org_id):
            raise ZeroDivisionError


async def _error_of_the_database(database: Database, org_id: UUID) -> None:
    with pytest.raises(DBAPIError):
        async with database.writing(org_id) as connection:
            await connection.execute(text("SELECT 1 / 0"))


async def _goes_on_in_an_aborted_transaction(database: Database, org_id: UUID) -> None:
    with pytest.raises(DBAPIError, match="transaction is aborted"):
        await _run_all(database.erasing(org_id), "SELECT 1 / 0", "SELECT 1")


async def _run_all(transaction: AbstractAsyncContextManager[AsyncConnection], *statements: str) -> None:
    """Run statements in a transaction, whatever becomes of those before the last."""
    async with transaction as connection:
        for statement in statements[:-1]:
            with suppress(DBAPIError):
                await connection.execute(text(statement))
        await connection.execute(text(statements[-1]))


async def _cancelled_in_a_statement(database: Database, org_id: UUID) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as patience, database.erasing(org_id) as connection:
            patience.reschedule(0)
            await connection.execute(text("SELECT pg_sleep(30)"))


async def _cancelled_between_statements(database: Database, org_id: UUID) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as patience, database.writing(org_id):
            patience.reschedule(0)
            await asyncio.Event().wait()


async def _takes_too_long(database: Database, org_id: UUID) -> None:
    with pytest.raises(DBAPIError, match="statement timeout"):
        await _run_all(database.writing(org_id), "SET LOCAL statement_timeout = '1ms'", "SELECT pg_sleep(30)")


async def _cancelled_while_reading(database: Database, org_id: UUID) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as patience, database.reading(uuid4()) as connection:
            patience.reschedule(0)
            await connection.execute(text("SELECT pg_sleep(30)"))


async def _cancelled_again_while_its_reading_ends(database: Database, org_id: UUID) -> None:
    """A line that drops while its caller is looked up: the end of the line cancels what is cancelled already."""
    asked = asyncio.Event()

    async def reads() -> None:
        async with database.reading(uuid4()) as connection:
            asked.set()
            await connection.execute(text("SELECT pg_sleep(30)"))

    reading = asyncio.create_task(reads())
    try:
        await asked.wait()
    finally:
        while not reading.done():
            reading.cancel()
            await asyncio.sleep(0)
    assert reading.cancelled(), reading.exception()


async def _begins_where_it_only_reads(database: Database, org_id: UUID) -> None:
    async with database.reading(org_id) as connection:
        await connection.execute(text("BEGIN"))


ACCIDENTS: tuple[Accident, ...] = (
    _nothing,
    _reads,
    _cancelled_while_reading,
    _cancelled_again_while_its_reading_ends,
    _begins_where_it_only_reads,
    _erases,
    _error_of_ours,
    _error_of_the_database,
    _goes_on_in_an_aborted_transaction,
    _cancelled_in_a_statement,
    _cancelled_between_statements,
    _takes_too_long,
)


@pytest.mark.parametrize("accident", ACCIDENTS)
async def test_the_next_checkout_is_bound_to_nobody(full: Organisation, one: Database, accident: Accident) -> None:
    async with one.reading(full.id) as connection:
        assert (await connection.execute(text(SEES))).one().people == 2
    await accident(one, full.id)
    async with one.crossing() as connection:
        seen = (await connection.execute(text(SEES))).one()
    assert (seen.role, seen.organisation, seen.people) == (APP_ROLE, None, 0)
    assert one.connections() == (0, 1)
    async with one.reading(uuid4()) as connection:
        assert (await connection.execute(text(SEES))).one().people == 0
    async with one.reading(full.id) as connection:
        assert (await connection.execute(text(SEES))).one().people == 2


async def test_most_accidents_leave_the_same_connection_behind(full: Organisation, one: Database) -> None:
    """Else the test above would show only that new connections are clean."""
    async with one.crossing() as connection:
        before = (await connection.execute(text(SEES))).one().process
    for accident in (_erases, _error_of_ours, _error_of_the_database, _goes_on_in_an_aborted_transaction):
        await accident(one, full.id)
    async with one.crossing() as connection:
        assert (await connection.execute(text(SEES))).one().process == before


@pytest.mark.parametrize("seed", range(3))
async def test_among_many_that_come_and_fail_everybody_sees_their_own(
    factory: Factory, settings: Settings, seed: int
) -> None:
    """Three organisations, three connections, and two hundred tasks that end in whatever way chance has it."""
    chance = Random(seed)
    sizes: dict[UUID, int] = {}
    for size in (1, 2, 3):
        key = f"org-{uuid4().hex[:12]}"
        each = Organisation(factory, await factory.organisations().create(key), key)
        await each.hire(*(f"person-{number}" for number in range(size)))
        sizes[each.id] = size
    database = Database.open(settings.database_url.get_secret_value(), connections=3)
    seen: list[tuple[int, int]] = []

    async def looks(org_id: UUID | None, accident: Accident | None) -> None:
        if org_id is not None and accident is not None:
            await accident(database, org_id)
        async with database.reading(org_id) if org_id else database.crossing() as connection:
            people = (await connection.execute(text(SEES))).one().people
        seen.append((people, sizes[org_id] if org_id else 0))

    tasks = [
        asyncio.create_task(looks(chance.choice([None, *sizes]), chance.choice([None, *ACCIDENTS[:-1]])))
        for _ in range(200)
    ]
    for task in chance.sample(tasks, 40):
        asyncio.get_running_loop().call_later(chance.random() / 4, task.cancel)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()
    assert all(each is None or isinstance(each, asyncio.CancelledError) for each in ended), ended
    assert len(seen) >= 100
    assert all(people == expected for people, expected in seen)
