"""The nightly verification: every organisation, its result as a metric, and a line in the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from arq.worker import Worker
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.support.organisations import Organisation, new_event
from vekst.api import create_app
from vekst.factory import Process
from vekst.settings import Settings
from vekst.worker.main import _judging_worker
from vekst.worker.verification import verify_everything


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.record("kari", *(new_event(f"{n}", at=datetime.now(UTC) - timedelta(days=n)) for n in range(4)))
    await organisation.judge()
    return organisation


async def metric(settings: Settings, name: str) -> float:
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        page = (await client.get("/metrics")).text
    return float(next(line.split()[1] for line in page.splitlines() if line.startswith(name)))


async def test_every_organisation_is_verified_and_the_result_is_a_metric_and_a_line_in_the_log(
    craft: Organisation, process: Process, settings: Settings
) -> None:
    began = datetime.now(UTC)
    with capture_logs() as logs:
        await verify_everything({"process": process})
    mine = [line for line in logs if line.get("org_id") == str(craft.id)]
    assert [(line["event"], line["learners"], line["differences"]) for line in mine] == [("verified", 1, 0)]
    before = await metric(settings, "vekst_replay_differences")
    assert await metric(settings, "vekst_replay_last_run_timestamp_seconds") >= began.timestamp()

    async with process.database.writing(craft.id) as connection:
        await connection.execute(text("UPDATE standings SET ledger_seq = ledger_seq + 1"))
    with capture_logs() as logs:
        await verify_everything({"process": process})
    told = [line for line in logs if line.get("org_id") == str(craft.id) and line["event"] == "verification_difference"]
    assert [(line["fault"], line["rule"]) for line in told] == [("NUMBERING", "standing ledger_seq")]
    assert "kari" not in str(logs), "a log names no person"
    assert await metric(settings, "vekst_replay_differences") == before + 1


async def test_the_worker_verifies_every_night(process: Process) -> None:
    worker: Worker = _judging_worker(process)
    nightly = next(job for job in worker.cron_jobs if job.name == "verify")
    assert nightly.coroutine is verify_everything
    assert (nightly.hour, nightly.minute, nightly.unique) == (2, 40, True)
