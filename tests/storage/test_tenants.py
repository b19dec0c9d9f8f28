"""No statement of the application reaches a row of another organisation: every table is tried, in every way.

The tables come from the database itself, so a new one is tried without a word here, and has to have a row in `fill`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.full import fill
from tests.support.organisations import Organisation
from vekst.factory import Factory, Process
from vekst.settings import Settings
from vekst.storage.database import APP_ROLE, ERASER_ROLE, Database

TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() AND c.relname <> 'alembic_version' ORDER BY 1
"""
REACHABLE = """
    SELECT c.relname, CAST(c.relkind AS text) AS relkind, c.relrowsecurity,
           (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
           (SELECT bool_and(p.polpermissive AND p.polcmd = '*'
                            AND pg_get_expr(p.polqual, p.polrelid) = :may_be_seen
                            AND pg_get_expr(p.polwithcheck, p.polrelid) = :may_be_written)
              FROM pg_policy p WHERE p.polrelid = c.oid) AS bound
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> 'alembic_version'
     ORDER BY 1
"""
MAY_BE_SEEN = "(org_id = (NULLIF(current_setting('vekst.org'::text, true), ''::text))::uuid)"
MAY_BE_WRITTEN = f'(org_id = ( SELECT {MAY_BE_SEEN[10:-1]} AS "nullif"))'
COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped AND attidentity = '' ORDER BY attnum
"""
MAY = "SELECT has_table_privilege(current_user, :name, :privilege)"
MAY_UPDATE = """
    SELECT attname FROM pg_attribute WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped
       AND has_column_privilege(current_user, CAST(:name AS regclass), attnum, 'UPDATE') ORDER BY attnum
"""
RUBBISH = (None, "", " ", "x", "NULL", "0", "*", "' OR true --", "00000000-0000-0000-0000-000000000000")
"""What the setting might be if something went wrong; None leaves it unset."""
DENIED, NOT_A_UUID = "42501", "22P02"


@dataclass(frozen=True)
class Two:
    """Two organisations with the same people, teams and keys, and what the rows of the second are."""

    ours: Organisation
    theirs: Organisation
    database: Database
    tables: list[str]
    rows: dict[str, list[dict[str, Any]]]
    """By table."""

    def acting(self, role: str) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction in our organisation."""
        return (self.database.erasing if role == ERASER_ROLE else self.database.writing)(self.ours.id)


@pytest.fixture
async def two(factory: Factory, process: Process, organisation: Organisation) -> Two:
    key = f"org-{uuid4().hex[:12]}"
    theirs = Organisation(factory, await factory.organisations().create(key, "Theirs"), key)
    for each in (organisation, theirs):
        await fill(each)
    async with process.database.crossing() as connection:
        tables = list((await connection.execute(text(TABLES))).scalars())
    rows = {table: await _rows(theirs, table) for table in tables}
    assert all(rows.values()), [table for table, found in rows.items() if not found]
    return Two(organisation, theirs, process.database, tables, rows)


async def _rows(organisation: Organisation, table: str) -> list[dict[str, Any]]:
    """The rows of an organisation, as far as the application may see them."""
    columns = ", ".join(
        str(name)
        for [name] in await organisation.rows(
            """
            SELECT attname FROM pg_attribute
             WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped
               AND has_column_privilege(current_user, CAST(:name AS regclass), attnum, 'SELECT') ORDER BY attnum
            """,
            name=table,
        )
    )
    found = await organisation.rows(f"SELECT to_jsonb(t) FROM (SELECT {columns} FROM {table} ORDER BY 1, {columns}) t")
    return [row for [row] in found if isinstance(row, dict)]


@pytest.fixture
async def fresh(settings: Settings) -> AsyncIterator[Database]:
    """Connections that were never bound."""
    database = Database.open(settings.database_url.get_secret_value(), connections=1)
    yield database
    await database.close()


@pytest.fixture
async def untouched(two: Two) -> AsyncIterator[None]:
    """Whatever the test tries, the rows of the other organisation are what they were."""
    yield
    assert {table: await _rows(two.theirs, table) for table in two.tables} == two.rows


async def _state_of(connection: AsyncConnection, statement: str, **given: object) -> str:
    """The SQLSTATE of a statement that must fail, or how many rows it found or touched."""
    try:
        async with connection.begin_nested():
            result = await connection.execute(text(statement), given)
            return str(len(result.all()) if result.returns_rows else result.rowcount)
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", ""))


async def test_whatever_the_application_may_touch_has_the_one_policy(process: Process) -> None:
    async with process.database.crossing() as connection:
        bound = {"may_be_seen": MAY_BE_SEEN, "may_be_written": MAY_BE_WRITTEN}
        found = (await connection.execute(text(REACHABLE), bound)).all()
        for row in found:
            assert row.relkind == "r", f"{row.relname}: views and foreign tables answer by their owner's rights"
            assert row.relrowsecurity, f"{row.relname} has no row-level security"
            assert (row.policies, row.bound) == (1, True), f"{row.relname} has another policy than its organisation's"
    assert len(found) >= 21


@pytest.mark.parametrize("role", [APP_ROLE, ERASER_ROLE])
async def test_nothing_of_another_organisation_is_read_changed_moved_or_taken_away(
    two: Two, untouched: None, role: str
) -> None:
    given = {"theirs": two.theirs.id}
    async with two.acting(role) as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() == role
        for table in two.tables:
            columns = list((await connection.execute(text(MAY_UPDATE), {"name": table})).scalars())
            where = "WHERE org_id = :theirs"
            assert await _state_of(connection, f"SELECT org_id FROM {table} {where}", **given) == "0", table
            column = columns[0] if columns else "org_id"
            update = await _state_of(connection, f"UPDATE {table} SET {column} = {column} {where}", **given)
            assert update == ("0" if columns else DENIED), table
            # Nor does a row of ours become one of theirs.
            moved = await _state_of(connection, f"UPDATE {table} SET org_id = :theirs", **given)
            assert moved == DENIED, table
            deleted = await _state_of(connection, f"DELETE FROM {table} {where}", **given)
            assert deleted == ("0" if await _may(connection, table, "DELETE") else DENIED), table


async def _may(connection: AsyncConnection, table: str, privilege: str) -> bool:
    return bool((await connection.execute(text(MAY), {"name": table, "privilege": privilege})).scalar_one())


@pytest.mark.parametrize("role", [APP_ROLE, ERASER_ROLE])
async def test_nothing_is_added_to_another_organisation(two: Two, untouched: None, role: str) -> None:
    async with two.acting(role) as connection:
        for table in two.tables:
            columns = ", ".join((await connection.execute(text(COLUMNS), {"name": table})).scalars())
            statement = f"""
                INSERT INTO {table} ({columns})
                SELECT {columns} FROM jsonb_populate_record(CAST(NULL AS {table}), CAST(:row AS jsonb))
            """
            for row in two.rows[table]:
                # Refused for what it is, before anything tells that a row of that key is there already.
                assert await _state_of(connection, statement, row=orjson.dumps(row).decode()) == DENIED, table
                ignoring = f"{statement} ON CONFLICT DO NOTHING"
                assert await _state_of(connection, ignoring, row=orjson.dumps(row).decode()) == DENIED, table


@pytest.mark.parametrize("role", [APP_ROLE, ERASER_ROLE])
@pytest.mark.parametrize("setting", RUBBISH)
async def test_without_a_valid_organisation_there_is_nothing(
    two: Two, untouched: None, fresh: Database, setting: str | None, role: str
) -> None:
    async with _unbound(fresh, setting, role) as connection:
        for table in two.tables:
            for statement in (
                f"SELECT org_id FROM {table}",
                f"DELETE FROM {table}",
                f"UPDATE {table} SET org_id = org_id",
            ):
                assert await _state_of(connection, statement) in {"0", DENIED, NOT_A_UUID}, (table, statement)
            row = orjson.dumps(two.rows[table][0]).decode()
            columns = ", ".join((await connection.execute(text(COLUMNS), {"name": table})).scalars())
            adding = f"""
                INSERT INTO {table} ({columns})
                SELECT {columns} FROM jsonb_populate_record(CAST(NULL AS {table}), CAST(:row AS jsonb))
            """
            assert await _state_of(connection, adding, row=row) in {DENIED, NOT_A_UUID}, table


@asynccontextmanager
async def _unbound(database: Database, setting: str | None, role: str) -> AsyncIterator[AsyncConnection]:
    # The application's engine begins no transactions by itself.
    engine = database.engine.execution_options(isolation_level="READ COMMITTED")
    async with engine.begin() as connection:
        await connection.execute(text("SET TRANSACTION READ WRITE"))
        await connection.execute(text(f"SET LOCAL ROLE {role}"))
        if setting is not None:
            await connection.execute(text("SELECT set_config('vekst.org', :setting, true)"), {"setting": setting})
        yield connection
