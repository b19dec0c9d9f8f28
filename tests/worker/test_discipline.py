"""Real workers: they end cleanly, take up what a killed one left, and leave nobody waiting for a learner who fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final, TypeAlias

import asyncpg
import pytest

from tests.support.histories import history_of
from tests.support.organisations import Organisation, new_event
from tests.support.waiting import until
from tests.support.workers import OwnValkey, WorkerProcess
from tests.worker.conftest import StartWorker
from vekst.storage.urls import async_url

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

PEOPLE = ("kari", "nora", "ola", "per")
WITHIN: Final = 10.0
"""Seconds within which others judge what a killed worker held."""
_WAITS_FOR_LEDGER: Final = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger_entries'::regclass"


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[Owner]:
    """A connection as the database's owner."""
    plain = async_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    yield connection
    await connection.close()


async def _import(at_work: Organisation, people: tuple[str, ...] = PEOPLE, *, seed: int) -> int:
    events = history_of(people, days=20, seed=seed)
    await at_work.factory.ingestion().record_import(at_work.id, source="bank", events=events)
    return len(events)


async def _judged(at_work: Organisation) -> bool:
    return await at_work.pending() == 0


async def _meets_the_lock(owner: Owner) -> bool:
    return bool(await owner.fetchval(_WAITS_FOR_LEDGER))


async def _is_stopping(worker: WorkerProcess) -> bool:
    return "worker_stopping" in worker.log()


async def _both_ids_are_taken(valkey: OwnValkey) -> bool:
    return len(valkey.keys("arq:in-progress:judge:*")) >= 2


async def test_a_worker_asked_to_end_finishes_its_batch(
    at_work: Organisation, start_worker: StartWorker, owner: Owner
) -> None:
    async with owner.transaction():
        await owner.execute("LOCK TABLE ledger_entries IN SHARE MODE")
        await _import(at_work, seed=1)
        worker = start_worker()
        await until(lambda: _meets_the_lock(owner))
        ending = asyncio.create_task(asyncio.to_thread(worker.stop))
        await until(lambda: _is_stopping(worker))
    assert await ending == 0
    assert await at_work.pending() == 0, worker.log()


async def test_a_worker_asked_to_end_hands_back_a_batch_that_it_cannot_finish(
    at_work: Organisation, start_worker: StartWorker, owner: Owner
) -> None:
    async with owner.transaction():
        await owner.execute("LOCK TABLE ledger_entries IN SHARE MODE")
        count = await _import(at_work, seed=2)
        worker = start_worker()
        await until(lambda: _meets_the_lock(owner))
        assert await asyncio.to_thread(worker.stop) == 0, "it waits for a while, and no longer"
        assert await at_work.pending() == count
    began = time.monotonic()
    start_worker()
    await until(lambda: _judged(at_work))
    assert time.monotonic() - began < WITHIN
    assert (await at_work.factory.replaying().verify(at_work.id)).differences == ()


async def test_what_a_killed_worker_held_is_judged_within_ten_seconds(
    at_work: Organisation, start_worker: StartWorker, owner: Owner, own_valkey: OwnValkey
) -> None:
    """Its hints stay taken in Valkey; those of the next sweep have other ids."""
    async with owner.transaction():
        await owner.execute("LOCK TABLE ledger_entries IN SHARE MODE")
        *others, last = PEOPLE
        await _import(at_work, tuple(others), seed=3)
        first = start_worker()
        await until(lambda: _meets_the_lock(owner))
        # Both ids of the spell are taken by the worker that dies: a second job has somebody to judge, too.
        await at_work.record(last, new_event("one more"))
        await until(lambda: _both_ids_are_taken(own_valkey))
        first.kill()
    began = time.monotonic()
    start_worker()
    await until(lambda: _judged(at_work))
    assert time.monotonic() - began < WITHIN


async def test_a_learner_whose_judging_always_fails_holds_up_nobody(
    at_work: Organisation, start_worker: StartWorker, owner: Owner
) -> None:
    kari = (await at_work.actor("kari")).learner_id
    await owner.execute(
        f"""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.learner_id = '{kari}' THEN RAISE check_violation USING MESSAGE = 'poison'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER poison BEFORE UPDATE ON standings FOR EACH ROW
            WHEN (NEW.state IS NOT NULL) EXECUTE FUNCTION poison();
        """
    )
    try:
        await _import(at_work, seed=4)
        worker = start_worker()

        async def only_she_waits() -> bool:
            rows = await at_work.rows("SELECT DISTINCT learner_id FROM progress_events WHERE judged_at IS NULL")
            return rows == [(kari,)]

        async def tried_again() -> bool:
            rows = await at_work.rows("SELECT failures, error FROM standings WHERE failures > 1")
            return bool(rows) and "poison" in str(rows[0][1])

        await until(only_she_waits)
        await until(tried_again)
        await _import(at_work, ("nora", "ola"), seed=5)
        await until(only_she_waits)
    finally:
        await owner.execute("DROP FUNCTION poison CASCADE")
    tried = await at_work.factory.replaying().retry(at_work.id, "kari")
    assert (tried.learners, tried.failed) == (1, 0)
    assert await at_work.pending() == 0
    assert (await at_work.factory.replaying().verify(at_work.id)).differences == ()
    assert worker.exit_code is None, worker.log()
