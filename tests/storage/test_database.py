"""Transactions begin with one trip, end cleanly whatever happens, and survive connections that were cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.organisations import Organisation
from tests.support.servers import run_sql
from vekst.settings import Settings
from vekst.storage import database as storage
from vekst.storage import direct
from vekst.storage.database import Database

_TEAM = "INSERT INTO teams (org_id, team_id, key, name) VALUES ($1, $1, $2, 'x')"
_BEGUN = "SELECT xact_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """A pool of two connections."""
    opened = Database.open(settings.database_url.get_secret_value(), connections=2)
    yield opened
    await opened.close()


async def _teams(database: Database, organisation: Organisation) -> list[str]:
    async with database.reading(organisation.id) as connection:
        return [key for (key,) in await direct.fetch(connection, "SELECT key FROM teams ORDER BY key")]


async def test_what_was_written_is_kept_unless_an_error_is_raised(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.id) as connection:
        await direct.fetch(connection, _TEAM, organisation.id, "kept")

    async def fail() -> None:
        async with database.writing(organisation.id) as connection:
            await connection.execute(text("UPDATE teams SET key = 'lost'"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _teams(database, organisation) == ["kept"]


async def test_nobody_is_told_that_a_transaction_was_committed_which_had_failed(
    database: Database, organisation: Organisation
) -> None:
    """PostgreSQL rolls such a transaction back at its COMMIT, without an error."""

    async def swallow() -> None:
        async with database.writing(organisation.id) as connection:
            await direct.fetch(connection, _TEAM, organisation.id, "lost")
            with suppress(DBAPIError):
                await connection.execute(text("SELECT 1 / 0"))

    with pytest.raises(RuntimeError, match="nothing was committed"):
        await swallow()
    assert await _teams(database, organisation) == []


async def test_a_connection_on_which_the_server_has_said_goodbye_is_replaced(
    database: Database, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line may still be there, and the driver then is at a loss; it raises what is no error of PostgreSQL's."""
    async with database.reading(organisation.id) as connection:
        driver = direct.driver_of(connection)
    execute, failed = asyncpg.Connection.execute, []

    async def at_a_loss(self: asyncpg.Connection, *arguments: object, **named: object) -> str:
        if self is not getattr(driver, "_con", driver) and self is not driver:
            return str(await execute(self, *arguments, **named))
        failed.append(arguments)
        raise asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")

    monkeypatch.setattr(asyncpg.Connection, "execute", at_a_loss)
    # As after a rest: a connection that was in use a moment ago is not tried first.
    monkeypatch.setattr(storage, "_FRESH", 0.0)
    assert await _teams(database, organisation) == []
    assert failed
    assert driver.is_closed()


async def test_both_ways_to_ask_share_the_transaction(database: Database, organisation: Organisation) -> None:
    async with database.writing(organisation.id) as connection:
        [(first,)] = await direct.fetch(connection, _BEGUN)
        assert (await connection.execute(text(_BEGUN))).scalar_one() == first


async def test_an_error_of_the_driver_comes_as_one_of_sqlalchemy_with_its_state(
    database: Database, organisation: Organisation
) -> None:
    async def add_twice() -> None:
        async with database.writing(organisation.id) as connection:
            for _ in range(2):
                await direct.fetch(connection, _TEAM, organisation.id, "same")

    with pytest.raises(IntegrityError) as found:
        await add_twice()
    assert getattr(found.value.orig, "sqlstate", None) == "23505"
    assert "same" not in str(found.value.statement)
    with pytest.raises(DBAPIError, match="division by zero"):
        async with database.reading(organisation.id) as connection:
            await direct.fetch(connection, "SELECT 1 / $1::int", 0)
    assert await _teams(database, organisation) == []


async def test_readers_of_one_organisation_after_the_other_need_no_trip_but_their_own(
    database: Database, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction is begun for them, and who they are is told only where it was somebody else before."""
    async with database.crossing():
        pass
    execute, trips = asyncpg.Connection.execute, []

    async def counted(self: asyncpg.Connection, statement: str, **named: object) -> str:
        trips.append(statement)
        return str(await execute(self, statement, **named))

    monkeypatch.setattr(asyncpg.Connection, "execute", counted)
    for org_id, expected in ((organisation.id, 1), (organisation.id, 0), (uuid4(), 1), (organisation.id, 1)):
        trips.clear()
        async with database.reading(org_id):
            pass
        assert len(trips) == expected


async def test_a_reader_cannot_write(database: Database, organisation: Organisation) -> None:
    for transaction in (database.reading, database.snapshot):
        with pytest.raises(DBAPIError, match="read-only"):
            async with transaction(organisation.id) as connection:
                await direct.fetch(connection, _TEAM, organisation.id, "x")


async def test_a_cancelled_transaction_is_rolled_back_and_its_connection_used_again(
    database: Database, organisation: Organisation
) -> None:
    reached = asyncio.Event()

    async def write() -> None:
        async with database.writing(organisation.id) as connection:
            await direct.fetch(connection, _TEAM, organisation.id, "lost")
            reached.set()
            await direct.fetch(connection, "SELECT pg_sleep(60)")

    for _ in range(3):
        reached.clear()
        task = asyncio.create_task(write())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await _teams(database, organisation) == []
    assert database.connections()[0] == 0


async def test_connections_that_the_server_cut_while_they_rested_are_replaced_before_anything_fails(
    database: Database, organisation: Organisation, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _cut_all(database, organisation, settings)
    monkeypatch.setattr(storage, "_FRESH", 0.0)
    for _ in range(3):
        assert await _teams(database, organisation) == []


async def test_each_connection_cut_right_after_its_use_fails_one_reading_at_most(
    database: Database, organisation: Organisation, settings: Settings
) -> None:
    """Whether it does depends on who is first: the next reader, or the news that the line is gone."""
    await _cut_all(database, organisation, settings)
    failed = 0
    for _ in range(6):
        try:
            assert await _teams(database, organisation) == []
        except OperationalError:
            failed += 1
    assert failed <= 2
    assert await _teams(database, organisation) == []


async def test_a_connection_cut_within_a_transaction_fails_that_one_only(
    database: Database, organisation: Organisation, settings: Settings
) -> None:
    async def be_cut() -> None:
        async with database.writing(organisation.id) as connection:
            cut = f"SELECT pg_terminate_backend({await _pid(connection)})"
            await asyncio.to_thread(run_sql, settings.database_url.get_secret_value(), cut)
            await direct.fetch(connection, "SELECT pg_sleep(60)")

    with pytest.raises(OperationalError):
        await be_cut()
    assert await _teams(database, organisation) == []


async def _cut_all(database: Database, organisation: Organisation, settings: Settings) -> None:
    async with database.reading(organisation.id) as first, database.reading(organisation.id) as second:
        pids = [await _pid(first), await _pid(second)]
    for pid in pids:
        cut = f"SELECT pg_terminate_backend({pid})"
        await asyncio.to_thread(run_sql, settings.database_url.get_secret_value(), cut)


async def _pid(connection: AsyncConnection) -> int:
    [(pid,)] = await direct.fetch(connection, "SELECT pg_backend_pid()")
    return int(pid)
