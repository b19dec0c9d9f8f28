"""The doctor's looks: each thing that can be wrong is made wrong once, found, and has a cure."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from tests.support.organisations import Organisation, new_event
from tests.support.servers import run_sql
from vekst.embedded import Servers
from vekst.factory import Factory, Process
from vekst.services.clock import Clock, system_clock
from vekst.services.examination import Finding
from vekst.settings import Mode, Settings
from vekst.storage.migrations import upgrade

PARTS = {
    "postgresql",
    "role",
    "clock",
    "replication",
    "schema",
    "valkey",
    "queue",
    "learners",
    "boards",
    "ledger",
}


@pytest.fixture(scope="module")
def settings(quiet_settings: Settings) -> Settings:
    """The doctor looks at everything that is in a database."""
    return quiet_settings


@pytest.fixture(scope="module")
def own_url(settings: Settings) -> str:
    return settings.database_url.get_secret_value()


async def _examined(process: Process) -> dict[str, Finding]:
    return {finding.name: finding for finding in await Factory(process).examination().examine()}


async def _examined_with(settings: Settings, clock: Clock = system_clock) -> dict[str, Finding]:
    async with Process.running(settings, clock=clock) as process:
        return await _examined(process)


@pytest.fixture
async def working(organisation: Organisation) -> Organisation:
    """An organisation with somebody on a board."""
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.factory.boards().join(await organisation.actor("kari"), "learning-streaks")
    await organisation.record("kari", new_event("1"))
    await organisation.judge()
    return organisation


async def test_every_part_is_looked_at(working: Organisation, process: Process) -> None:
    found = await _examined(process)
    assert set(found) == PARTS
    assert {name: finding.cure for name, finding in found.items() if finding.cure} == {}
    assert found["role"].found == "vekst_app, bound by row-level security"


async def test_a_server_that_may_lose_what_it_acknowledged_is_named(settings: Settings, process: Process) -> None:
    async with process.database.crossing() as connection:
        careless = (await connection.execute(text("SHOW fsync"))).scalar_one() == "off"
    strict = await _examined_with(settings.model_copy(update={"mode": Mode.PRODUCTION}))
    for finding, wrong in (((await _examined(process))["postgresql"], False), (strict["postgresql"], careless)):
        assert ("may lose" in finding.found) == careless
        assert bool(finding.cure) == wrong


async def test_a_clock_that_is_wrong_is_found(settings: Settings) -> None:
    found = await _examined_with(settings, lambda: datetime.now(UTC) - timedelta(minutes=5))
    assert float(found["clock"].found.split()[0]) > 290
    assert "NTP" in found["clock"].cure


async def test_counts_of_boards_that_are_wrong_are_found(working: Organisation, process: Process, own_url: str) -> None:
    before = (await _examined(process))["boards"]
    await asyncio.to_thread(
        run_sql, own_url, f"UPDATE board_counts SET members = members + 1 WHERE org_id = '{working.id}'"
    )
    try:
        finding = (await _examined(process))["boards"]
        assert "counts are not what is on the boards" in finding.found
        assert "vekst replay" in finding.cure
        assert finding != before
    finally:
        await asyncio.to_thread(
            run_sql, own_url, f"UPDATE board_counts SET members = members - 1 WHERE org_id = '{working.id}'"
        )


async def test_learners_who_are_set_aside_are_named_with_the_error(
    working: Organisation, process: Process, own_url: str
) -> None:
    where = f"WHERE org_id = '{working.id}'"
    await asyncio.to_thread(
        run_sql, own_url, f"UPDATE standings SET failures = 900, error = 'KeyError: x\nmore' {where}"
    )
    try:
        finding = (await _examined(process))["learners"]
        assert f"kari of {working.key} (900 times: KeyError: x)" in finding.found
        assert finding.cure
    finally:
        await asyncio.to_thread(run_sql, own_url, f"UPDATE standings SET failures = 0, error = NULL {where}")
    assert working.key not in (await _examined(process))["learners"].found


async def test_events_that_wait_for_long_are_found(working: Organisation, settings: Settings) -> None:
    await working.record("kari", new_event("2"))
    found = await _examined_with(settings, lambda: datetime.now(UTC) + timedelta(minutes=10))
    # A worker of another test may have signed on to the same Valkey a moment ago.
    assert "runs; the oldest for" in found["queue"].found
    assert "worker" in found["queue"].cure
    await working.judge()


async def test_a_server_that_is_away_does_not_hide_the_others(settings: Settings) -> None:
    nowhere = SecretStr("redis://127.0.0.1:1/0")
    found = await _examined_with(settings.model_copy(update={"redis_url": nowhere}))
    assert "VEKST_REDIS_URL" in found["valkey"].cure
    assert not found["schema"].cure
    # What is found of them depends on what other tests left in the database.
    assert {"learners", "boards", "ledger"} <= set(found)
    nobody = SecretStr("postgresql://nobody@127.0.0.1:1/none")
    found = await _examined_with(settings.model_copy(update={"database_url": nobody}))
    assert set(found) == {"postgresql", "valkey"}
    assert "VEKST_DATABASE_URL" in found["postgresql"].cure
    assert not found["valkey"].cure


async def test_a_schema_of_another_version_is_found(settings: Settings, own_url: str, process: Process) -> None:
    async with process.database.crossing() as connection:
        head = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    await asyncio.to_thread(run_sql, own_url, "UPDATE alembic_version SET version_num = '0001'")
    try:
        found = await _examined(process)
    finally:
        await asyncio.to_thread(run_sql, own_url, f"UPDATE alembic_version SET version_num = '{head}'")
    assert found["schema"] == Finding("schema", "is another", "run: vekst migrate")
    assert "boards" not in found


async def test_a_role_that_is_not_bound_is_found(settings: Settings, tmp_path: Path) -> None:
    """As where somebody made the app's role a superuser to be done with it."""
    # On a server of its own: roles are the whole server's, and other tests rely on being bound.
    with Servers(tmp_path, durable=False) as endpoints:
        url = SecretStr(endpoints.database_url)
        await upgrade(endpoints.database_url)
        async with Process.running(settings.model_copy(update={"database_url": url})) as process:
            assert not (await _examined(process))["role"].cure
            await asyncio.to_thread(run_sql, endpoints.database_url, "ALTER ROLE vekst_app BYPASSRLS")
            assert "every organisation" in (await _examined(process))["role"].found
