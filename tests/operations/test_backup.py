import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from tests.support.histories import history_of
from tests.support.organisations import Organisation, new_event
from tests.support.postgres_tools import plain_url, tool, tools_of
from tests.support.servers import Endpoints, database_of, drop_database, run_sql
from tests.support.waiting import until
from vekst.domain.receipts import NewEvent, ReceiptStatus
from vekst.factory import Factory, Process
from vekst.services.examination import Finding
from vekst.settings import Settings

PEOPLE = ("kari", "nora", "ola")


@pytest.fixture(scope="module")
def settings(quiet_settings: Settings) -> Settings:
    """The whole database is copied and looked at."""
    return quiet_settings


@pytest.fixture
def restored_url(endpoints_of_run: Endpoints) -> Iterator[str]:
    """An empty database on the same server, to restore into."""
    name = f"vekst_test_restored_{uuid4().hex[:12]}"
    run_sql(endpoints_of_run.database_url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield database_of(endpoints_of_run.database_url, name)
    drop_database(endpoints_of_run.database_url, name)


@asynccontextmanager
async def _recording(organisation: Organisation) -> AsyncIterator[list[NewEvent]]:
    """Kari goes on recording, and is judged, for the length of a block; the events that were said to be stored."""
    stored: list[NewEvent] = []
    over = asyncio.Event()

    async def record() -> None:
        while not over.is_set():
            event = new_event(f"meanwhile-{len(stored)}")
            [receipt] = await organisation.record("kari", event)
            assert receipt.status is ReceiptStatus.STORED
            stored.append(event)
            await organisation.judge()

    async def some() -> bool:
        return len(stored) > 2 or task.done()

    task = asyncio.create_task(record())
    try:
        await until(some)
        yield stored
    finally:
        over.set()
        await task


async def _backup(settings: Settings, file: Path) -> None:
    url = settings.database_url.get_secret_value()
    await tool(await tools_of(url), "pg_dump", "--format=custom", f"--file={file}", plain_url(url))


async def _restore(url: str, file: Path) -> None:
    options = ("--exit-on-error", "--single-transaction", f"--dbname={plain_url(url)}")
    await tool(await tools_of(url), "pg_restore", *options, str(file))


def _ill(findings: list[Finding]) -> list[Finding]:
    # No worker runs here, and the private server is not durable.
    unasked = {"queue", "postgresql"}
    return [finding for finding in findings if finding.cure and finding.name not in unasked]


async def test_a_backup_taken_under_load_is_restored_whole_and_goes_on(
    organisation: Organisation, settings: Settings, restored_url: str, tmp_path: Path
) -> None:
    await organisation.publish()
    await organisation.hire(*PEOPLE, team="north")
    await organisation.factory.ingestion().record_import(
        organisation.id, source="bank", events=history_of(PEOPLE, days=30, seed=4)
    )
    await organisation.judge()
    before = await organisation.ledger()

    async with _recording(organisation) as stored:
        early = list(stored)
        await _backup(settings, tmp_path / "vekst.dump")
    await _restore(restored_url, tmp_path / "vekst.dump")

    async with Process.running(settings.model_copy(update={"database_url": SecretStr(restored_url)})) as process:
        copy = Organisation(Factory(process), organisation.id, organisation.key)
        assert _ill(await copy.factory.examination().examine()) == []
        # What was acknowledged before the backup began is in it, and judging goes on where the copy stands.
        ids = {row[0] for row in await copy.rows("SELECT id FROM progress_events WHERE source = 'app'")}
        assert {event.id for event in early} <= ids <= {event.id for event in stored}
        await copy.judge()
        assert await copy.pending() == 0
        verified = await copy.factory.replaying().verify(copy.id)
        assert (verified.learners, verified.behind, verified.differences) == (len(PEOPLE), 0, ())
        assert {row[:5] for row in before} <= {row[:5] for row in await copy.ledger()}
        # An event that the phone sends again is known; a new one is stored and judged.
        again = await copy.record("kari", early[0], new_event("after"))
        assert [receipt.status for receipt in again] == [ReceiptStatus.DUPLICATE, ReceiptStatus.STORED]


async def test_a_restored_database_keeps_organisations_apart(
    organisation: Organisation, settings: Settings, restored_url: str, tmp_path: Path
) -> None:
    await organisation.hire("kari")
    await _backup(settings, tmp_path / "vekst.dump")
    await _restore(restored_url, tmp_path / "vekst.dump")
    connection = await asyncpg.connect(plain_url(restored_url))
    try:
        assert await connection.fetchval("SELECT count(*) FROM people") > 0
        await connection.execute("SET ROLE vekst_app")
        assert await connection.fetchval("SELECT count(*) FROM people") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM ledger_entries")
    finally:
        await connection.close()
