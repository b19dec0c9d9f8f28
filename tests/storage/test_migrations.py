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

BOARDS_OF_BEFORE = (
    "INSERT INTO organisations (org_id, key, name, created_at) VALUES (gen_random_uuid(), 'acme', 'Acme', now())",
    """
    INSERT INTO board_members (org_id, board, scope, learner_id, value)
    SELECT org_id, 'board', scope, gen_random_uuid(), value FROM organisations,
           (VALUES ('org', 5), ('org', 5), ('org', 40), ('team:x', 5), ('team:x/2026-W07', 5)) AS m (scope, value)
    """,
    """
    INSERT INTO board_counts (org_id, board, scope, value, members)
    SELECT org_id, 'board', 'org', value, members FROM organisations,
           (VALUES (5, 2), (40, 1), (70, 0)) AS c (value, members)
    """,
    """
    INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
    SELECT org_id, 'board', 'org', shift, 0, 3, 2 FROM organisations, unnest(ARRAY[7, 12, 17]) AS s (shift)
    """,
)


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


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts_folder()))
    config.attributes["connection"] = connection
    return config


@pytest.mark.check
async def test_the_migrations_make_what_the_tables_say(database_url: str) -> None:
    def check(connection: Connection) -> None:
        command.check(_config(connection))

    await connect_and_run(database_url, check)


async def test_places_of_teams_go_and_ranks_are_counted_in_bands_of_today(empty_databases: list[str]) -> None:
    """From the schema before, with a board that has values, a value that nobody has any more, and bands of before."""
    url = empty_databases[0]

    def before(connection: Connection) -> None:
        command.upgrade(_config(connection), "0019")
        for statement in BOARDS_OF_BEFORE:
            connection.execute(text(statement))

    found: list[list[tuple[object, ...]]] = []

    def after(connection: Connection) -> None:
        asked = (
            "SELECT scope, value FROM board_members ORDER BY 1, 2",
            "SELECT shift, band, members, different FROM board_bands ORDER BY 1, 2",
        )
        found.extend([tuple(row) for row in connection.execute(text(statement))] for statement in asked)

    await connect_and_run(url, before)
    await upgrade(url)
    await connect_and_run(url, after)
    assert found == [
        [("org", 5), ("org", 5), ("org", 40)],
        [(5, 0, 2, 1), (5, 1, 1, 1), (10, 0, 3, 2), (15, 0, 3, 2)],
    ]


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
