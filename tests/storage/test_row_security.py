from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.support.full import fill
from tests.support.organisations import Organisation
from vekst.factory import Process
from vekst.storage.database import APP_ROLE

TABLES = """
    SELECT c.relname, c.relrowsecurity, pg_get_userbyid(c.relowner) AS owner
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() AND c.relname <> 'alembic_version'
     ORDER BY c.relname
"""
KEYS = """
    SELECT i.indrelid::regclass::text AS name, a.attname AS first
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE n.nspname = current_schema() AND i.indisunique AND c.relname <> 'alembic_version'
     ORDER BY 1
""".replace("::", "\\:\\:")


@pytest.fixture
async def full(organisation: Organisation) -> Organisation:
    await fill(organisation)
    return organisation


async def _tables(process: Process) -> list[str]:
    async with process.database.crossing() as connection:
        return [row.relname for row in await connection.execute(text(TABLES))]


async def test_every_table_is_protected_and_the_app_owns_nothing(process: Process) -> None:
    async with process.database.crossing() as connection:
        rows = (await connection.execute(text(TABLES))).all()
        role = (await connection.execute(text("SELECT current_user"))).scalar_one()
    assert role == APP_ROLE
    assert len(rows) >= 13
    assert all(row.relrowsecurity and row.owner != APP_ROLE for row in rows), rows


async def test_a_transaction_without_an_organisation_sees_nothing(full: Organisation, process: Process) -> None:
    for table in await _tables(process):
        assert await full.rows(f"SELECT org_id FROM {table}"), table
        async with process.database.crossing() as connection:
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table


async def test_an_organisation_sees_its_own_rows_only(full: Organisation, process: Process) -> None:
    stranger = uuid4()
    for table in await _tables(process):
        async with process.database.reading(stranger) as connection:
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table
        owners = {row[0] for row in await full.rows(f"SELECT org_id FROM {table}")}
        assert owners == {full.id}, table


async def test_nothing_is_written_for_another_organisation(full: Organisation, process: Process) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        await _insert_outbox(process, uuid4(), full.id)


async def _insert_outbox(process: Process, acting: UUID, owner: UUID) -> None:
    async with process.database.writing(acting) as connection:
        await connection.execute(
            text("INSERT INTO outbox VALUES (:org, :id, :id, 'recognised', '{}', now())"),
            {"org": owner, "id": uuid4()},
        )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger_entries",
        "UPDATE ledger_entries SET points = 1",
        "DELETE FROM progress_events",
        "UPDATE progress_events SET data = '{}'",
        "UPDATE pack_versions SET files = '{}'",
        "DELETE FROM people",
    ],
)
async def test_what_is_append_only_cannot_be_changed_by_the_app(
    full: Organisation, process: Process, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await _run(process, full.id, statement)


async def _run(process: Process, org_id: UUID, statement: str) -> None:
    async with process.database.writing(org_id) as connection:
        await connection.execute(text(statement))


async def test_every_unique_key_begins_with_the_organisation(process: Process) -> None:
    async with process.database.crossing() as connection:
        keys = (await connection.execute(text(KEYS))).all()
    # The directory of organisations is the one place where a key is unique beyond an organisation.
    assert {(key.name, key.first) for key in keys if key.first != "org_id"} == {("organisations", "key")}
