"""Migrations run beside an app that answers: what would block it, or break the version before, is found by squawk."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory

from vekst.storage.migrations import scripts_folder

BEFORE_RELEASE = "0007"
"""The last one that no installation with data in it has to pass; what comes later is expanded, then contracted."""
# A number that is bounded by what it counts needs no eight bytes.
NOT_ASKED = ("prefer-bigint-over-int", "prefer-bigint-over-smallint")
TIMEOUTS = "SET LOCAL lock_timeout = '5s';\nSET LOCAL statement_timeout = '10min';\n"

pytestmark = pytest.mark.check


def _scripts() -> list[Script]:
    config = Config()
    config.set_main_option("script_location", str(scripts_folder()))
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


def _statements(script: Script) -> str:
    """What the migration says to the database, as SQL."""
    written = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written, "literal_binds": True}
    )
    with Operations.context(context):
        script.module.upgrade()
    return TIMEOUTS + written.getvalue()


def _faults(sql: str, folder: Path) -> list[str]:
    file = folder / "migration.sql"
    file.write_text(sql, encoding="utf-8")
    options = ("--assume-in-transaction", "--reporter=json", "--pg-version=15.0", f"--exclude={','.join(NOT_ASKED)}")
    squawk = Path(sys.executable).with_name("squawk")
    result = subprocess.run([squawk, *options, file], capture_output=True, text=True, check=False)
    assert result.returncode in (0, 1), result.stderr
    return [f"line {fault['line']}: {fault['rule_name']}: {fault['message']}" for fault in json.loads(result.stdout)]


@pytest.mark.parametrize("script", _scripts(), ids=lambda script: script.revision)
def test_a_migration_neither_blocks_the_app_nor_breaks_the_version_before(script: Script, tmp_path: Path) -> None:
    if script.revision <= BEFORE_RELEASE:
        assert _statements(script), "a migration says something"
        return
    assert _faults(_statements(script), tmp_path) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE people DROP COLUMN name;",
        "ALTER TABLE people ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE people RENAME COLUMN name TO title;",
        "ALTER TABLE people ALTER COLUMN name TYPE varchar(10);",
        "CREATE INDEX ix_people_name ON people (name);",
        "DROP TABLE people;",
    ],
)
def test_what_would_block_or_break_is_found(statement: str, tmp_path: Path) -> None:
    assert _faults(TIMEOUTS + statement, tmp_path)
