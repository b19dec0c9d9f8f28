import asyncio
import re
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from tests.support.upgrades import UPGRADE
from vekst.storage.database import Database
from vekst.storage.migrations import connect_and_run, is_current, scripts_folder, upgrade


async def _is_current(url: str) -> bool:
    database = Database.open(url)
    try:
        async with database.crossing() as connection:
            return await is_current(connection)
    finally:
        await database.close()


async def test_a_database_is_brought_to_the_newest_schema_and_stays_there(empty_databases: list[str]) -> None:
    url = empty_databases[0]
    await upgrade(url)
    assert await _is_current(url)
    await upgrade(url)
    assert await _is_current(url)


async def test_databases_of_one_server_migrate_at_the_same_time_several_processes_each(
    empty_databases: list[str],
) -> None:
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", UPGRADE, url) for url in empty_databases * 2
    ]
    assert [await process.wait() for process in processes] == [0] * len(processes)
    for url in empty_databases:
        assert await _is_current(url)


async def test_a_schema_that_is_behind_is_told(empty_databases: list[str]) -> None:
    url = empty_databases[0]
    await upgrade(url)

    def forget(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    await connect_and_run(url, forget)
    assert not await _is_current(url)


@pytest.mark.check
async def test_the_migrations_make_what_the_tables_say(database_url: str) -> None:
    def check(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(scripts_folder()))
        config.attributes["connection"] = connection
        command.check(config)

    await connect_and_run(database_url, check)


def test_migrations_are_dated_have_one_head_and_do_not_import_the_app() -> None:
    folder = scripts_folder()
    files = sorted((folder / "versions").glob("*.py"))
    config = Config()
    config.set_main_option("script_location", str(folder))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
    for file in files:
        assert _is_dated(file), file.name
        assert "vekst." not in file.read_text().replace("vekst.org", ""), file.name


def _is_dated(file: Path) -> bool:
    year, month, day, hour, slug = file.stem.split("_", 4)
    return all(part.isdigit() for part in (year, month, day, hour)) and len(hour) == 4 and bool(slug)


async def test_no_index_has_to_follow_a_standing_that_is_judged_on(database_url: str) -> None:
    """What changes with every judging stands in no index, nor in what says which rows one has."""

    def columns(connection: Connection) -> set[str]:
        found = connection.execute(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'standings'")).scalars()
        return {word for definition in found for word in re.findall(r"\w+", definition.partition("USING")[2])}

    written = {"state", "ledger_seq", "updated_at", "last_occurred_at", "last_source", "last_id"}
    found: list[set[str]] = []
    await connect_and_run(database_url, lambda connection: found.append(columns(connection)))
    assert "learner_id" in found[0]
    assert not found[0] & written
