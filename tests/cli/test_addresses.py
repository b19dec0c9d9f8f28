"""Addresses of servers that are set and wrong, in part or altogether: who is told what, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from tests.cli.running import vekst
from tests.support.servers import Endpoints, database_of, drop_database, run_sql
from vekst.cli.server_failures import explain_of_server


@pytest.fixture
def empty_database(endpoints_of_run: Endpoints) -> Iterator[str]:
    """The URL of a database that nobody has migrated."""
    name = f"vekst_test_{uuid4().hex[:12]}"
    run_sql(endpoints_of_run.database_url, f'CREATE DATABASE "{name}"')
    yield database_of(endpoints_of_run.database_url, name)
    drop_database(endpoints_of_run.database_url, name)


@pytest.mark.parametrize("command", [("doctor", "--json"), ("org", "create", "acme")])
def test_a_database_that_was_named_is_migrated_by_its_owner_alone(
    empty_database: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    env = {"VEKST_DATABASE_URL": empty_database, "VEKST_DATA_DIR": str(tmp_path), "VEKST_MODE": "development"}
    said = vekst(*command, env=env)
    assert said.returncode == 1
    assert "vekst migrate" in said.stdout + said.stderr
    # It would be there if the database were not as empty as before.
    run_sql(empty_database, "CREATE TABLE organisations ()")


def test_migrating_a_database_needs_no_address_of_valkey(empty_database: str, tmp_path: Path) -> None:
    env = {"VEKST_DATABASE_URL": empty_database, "VEKST_DATA_DIR": str(tmp_path), "VEKST_MODE": "development"}
    assert vekst("migrate", env=env).returncode == 0
    said = vekst("doctor", "--json", env=env)
    assert {each["name"]: each["found"] for each in json.loads(said.stdout)["findings"]}["schema"] == "is current"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "vekst: PostgreSQL does not answer ("),
        ("postgresql://nobody@no-such-host.invalid/none", "vekst: PostgreSQL does not answer ("),
        ("postgresql:///none?host=/no-such-folder", "vekst: PostgreSQL does not answer ("),
    ],
)
def test_a_postgresql_that_is_not_there_is_named_with_its_setting(at: str, told: str, tmp_path: Path) -> None:
    said = vekst("migrate", env={"VEKST_DATABASE_URL": at, "VEKST_DATA_DIR": str(tmp_path)})
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert said.stderr.startswith(told)
    assert said.stderr.endswith("; check VEKST_DATABASE_URL\n")


def test_a_login_that_postgresql_refuses_is_told_in_one_line(endpoints_of_run: Endpoints, tmp_path: Path) -> None:
    at = database_of(endpoints_of_run.database_url, "nowhere")
    said = vekst("migrate", env={"VEKST_DATABASE_URL": at, "VEKST_DATA_DIR": str(tmp_path)})
    told = 'vekst: PostgreSQL refuses (database "nowhere" does not exist); check VEKST_DATABASE_URL\n'
    assert (said.returncode, said.stdout, said.stderr) == (1, "", told)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("28P01", "PostgreSQL refuses (it says so); check VEKST_DATABASE_URL"),
        ("25006", "PostgreSQL takes no writes (it says so); name the primary in VEKST_DATABASE_URL"),
        ("42501", "PostgreSQL does not allow it (it says so); let VEKST_DATABASE_URL name the owner of the database"),
        ("53100", "PostgreSQL is short of what it needs (it says so); make room for it, and do this again"),
        ("55P03", "PostgreSQL is busy (it says so); do this again when it is less so"),
        ("42601", None),
    ],
)
def test_what_postgresql_says_has_a_cure_by_its_code(code: str, told: str | None) -> None:
    said = OSError("it says so")
    said.sqlstate = code  # type: ignore[attr-defined]
    assert explain_of_server(DBAPIError("SELECT", None, said)) == told
