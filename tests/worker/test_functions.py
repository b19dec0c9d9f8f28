from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.support.organisations import Organisation, new_event
from tests.support.packs import changed
from vekst.factory import Process
from vekst.jobs.valkey import QUEUE_NAME
from vekst.services.judging import JudgedBatch, JudgingService
from vekst.worker.functions import judge, look_again, sweep, sweep_without_hints


@pytest.fixture
async def craft(organisation: Organisation, process: Process) -> AsyncIterator[Organisation]:
    """An organisation of one, and an empty queue."""
    await organisation.publish()
    await organisation.hire("kari")
    await process.client.flushdb()
    yield organisation
    await process.client.flushdb()


async def _hints(craft: Organisation, process: Process) -> int:
    jobs = await process.client.queued_jobs(queue_name=QUEUE_NAME)
    return sum(str(craft.id) in job.args for job in jobs)


async def test_a_hint_has_everything_judged(craft: Organisation, process: Process) -> None:
    await craft.record("kari", *(new_event(str(n)) for n in range(20)))
    assert await _hints(craft, process) >= 1
    await judge({"process": process}, str(craft.id))
    assert await craft.pending() == 0


@pytest.mark.parametrize("bound", ["LEARNERS_AT_MOST", "EVENTS_AT_MOST", "AGAIN_AT_MOST"])
async def test_a_job_goes_on_for_as_long_as_a_batch_was_full(
    craft: Organisation, process: Process, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    people = ("kari", "ola", "per", "nora", "emma")
    await craft.hire(*people[1:])
    if bound == "AGAIN_AT_MOST":
        for person in people:
            await craft.record(person, new_event("0"))
        await craft.judge()
    monkeypatch.setattr(f"vekst.services.judging.{bound}", 2)
    for person in people:
        # Earlier than what was judged: everybody is judged again.
        await craft.record(person, *(new_event(str(n), at=datetime.now(UTC) - timedelta(days=n)) for n in range(1, 4)))
    await judge({"process": process}, str(craft.id))
    assert await craft.pending() == 0


async def test_a_job_does_not_look_for_more_where_there_was_room_in_its_batch(
    craft: Organisation, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[JudgedBatch] = []
    judge_batch = JudgingService.judge_batch

    async def counted(self: JudgingService, org_id: UUID) -> JudgedBatch:
        batches.append(await judge_batch(self, org_id))
        return batches[-1]

    monkeypatch.setattr("vekst.services.judging.JudgingService.judge_batch", counted)
    for number in range(3):
        await craft.record("kari", new_event(str(number)))
        await judge({"process": process}, str(craft.id))
    assert [(batch.events, batch.more) for batch in batches] == [(1, False)] * 3


async def test_an_event_whose_hint_came_while_the_jobs_ran_is_found_by_looking_once_more(
    craft: Organisation, process: Process
) -> None:
    """A hint for a running job's id is dropped; the event is judged all the same, and no sweep is needed."""
    job = {"process": process}
    await judge(job, str(craft.id))
    await craft.record("kari", new_event("1"))
    await process.client.delete(QUEUE_NAME)
    await look_again(job)
    assert await craft.pending() == 0
    # It may be the first of many, so a job goes on.
    await process.client.flushdb()
    await craft.record("kari", new_event("2"))
    await process.client.flushdb()
    await look_again(job)
    assert await _hints(craft, process) == 1
    await process.client.flushdb()
    await look_again(job)
    assert await _hints(craft, process) == 0


async def test_who_is_set_aside_is_not_looked_for_until_their_pause_is_over(
    craft: Organisation, process: Process
) -> None:
    judging = craft.factory.judging()
    await craft.judge()
    assert not await judging.anyone_waits(craft.id)
    await craft.record("kari", new_event("1"))
    assert await judging.anyone_waits(craft.id)
    async with process.database.writing(craft.id) as connection:
        await connection.execute(text("UPDATE standings SET failures = 1, retry_at = now() + interval '1 hour'"))
    assert not await judging.anyone_waits(craft.id)
    async with process.database.writing(craft.id) as connection:
        await connection.execute(text("UPDATE standings SET retry_at = now() - interval '1 second'"))
    assert await judging.anyone_waits(craft.id)


async def test_a_new_version_is_seen_by_looking_once_more(craft: Organisation) -> None:
    await craft.judge()
    assert not await craft.factory.judging().anyone_waits(craft.id)
    await craft.publish(changed("boards.yaml", "longest-streaks:", "other-streaks:"))
    assert await craft.factory.judging().anyone_waits(craft.id)


async def test_whatever_fails_while_it_looks_once_more_does_not_end_the_worker(
    craft: Organisation, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> None:
        raise KeyError("a mistake")

    await craft.record("kari", new_event("1"))
    monkeypatch.setattr("vekst.services.judging.JudgingService.judge_batch", failing)
    with capture_logs() as logs:
        await look_again({"process": process, "organisation": craft.id})
    assert [line["event"] for line in logs] == ["look_again_failed"]


async def test_after_a_sweep_of_its_own_a_job_looks_for_nothing(process: Process) -> None:
    await look_again({"process": process, "job_id": "sweep:1"})


async def test_the_sweep_hints_again_where_a_hint_was_lost(craft: Organisation, process: Process) -> None:
    await craft.record("kari", new_event("1"))
    await process.client.flushdb()
    await sweep({"process": process})
    assert await _hints(craft, process) == 1


async def test_without_valkey_the_sweep_judges_by_itself(craft: Organisation, process: Process) -> None:
    await craft.record("kari", new_event("1"))
    await sweep_without_hints(process)
    assert await craft.pending() == 0


async def test_a_new_version_is_enough_of_a_hint(craft: Organisation, process: Process) -> None:
    """V1: everyone is judged again by the worker, without any event."""
    await craft.record("kari", new_event("1"))
    await craft.judge()
    await craft.publish(
        {**await _files(craft), "more.yaml": "skills: {patience: {title: Patience, purpose: Wait, levels: [5]}}\n"}
    )
    await judge({"process": process}, str(craft.id))
    assert await craft.rows("SELECT pack_version FROM standings") == [(2,)]


async def _files(craft: Organisation) -> dict[str, str]:
    [(files,)] = await craft.rows("SELECT files FROM pack_versions")
    assert isinstance(files, dict)
    return files
