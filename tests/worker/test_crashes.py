import asyncpg

from tests.support.histories import history_of
from tests.support.organisations import Organisation
from tests.support.waiting import until
from tests.support.workers import OwnValkey
from tests.worker.conftest import StartWorker
from vekst.domain.receipts import NewEvent
from vekst.factory import Factory
from vekst.storage.urls import async_url

PEOPLE = ("kari", "nora", "ola", "per")


async def _undisturbed(factory: Factory, at_work: Organisation, events: list[NewEvent]) -> list[tuple[object, ...]]:
    """The ledger of another organisation that did the same, judged in this process without any worker."""
    key = f"{at_work.key}-calm"
    calm = Organisation(factory, await factory.organisations().create(key), key)
    await calm.publish()
    await calm.hire(*PEOPLE)
    await factory.ingestion().record_import(calm.id, source="bank", events=events)
    await calm.judge()
    return await calm.ledger()


async def _import(at_work: Organisation, events: list[NewEvent]) -> None:
    await at_work.factory.ingestion().record_import(at_work.id, source="bank", events=events)


async def _all_judged(at_work: Organisation) -> None:
    async def nothing_waits() -> bool:
        return await at_work.pending() == 0

    await until(nothing_waits)


async def test_a_worker_killed_in_the_middle_of_judging_and_again_loses_and_doubles_nothing(
    at_work: Organisation, factory: Factory, start_worker: StartWorker, database_url: str
) -> None:
    """Hard case 9; promise 3: the same recognitions over any crash."""
    events = history_of(PEOPLE, days=60, seed=8)
    expected = await _undisturbed(factory, at_work, events)
    strike = await asyncpg.connect(
        async_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    try:
        for part in (events[: len(events) // 2], events[len(events) // 2 :]):
            # Everything up to the ledger is written when the worker meets the lock; then it dies.
            async with strike.transaction():
                await strike.execute("LOCK TABLE ledger_entries IN SHARE MODE")
                await _import(at_work, part)
                worker = start_worker()

                async def meets_the_lock() -> bool:
                    return bool(
                        await strike.fetchval(
                            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger_entries'::regclass"
                        )
                    )

                await until(meets_the_lock)
                worker.kill()
            assert await at_work.pending() >= len(part)
    finally:
        await strike.close()
    worker = start_worker()
    await _all_judged(at_work)
    assert await at_work.ledger() == expected
    assert worker.stop() == 0


async def test_valkey_killed_and_emptied_costs_time_and_nothing_else(
    at_work: Organisation, factory: Factory, start_worker: StartWorker, own_valkey: OwnValkey
) -> None:
    """Promise 5: Valkey can vanish at any moment and only latency suffers."""
    events = history_of(PEOPLE, days=45, seed=9)
    expected = await _undisturbed(factory, at_work, events)
    third = len(events) // 3
    worker = start_worker()
    await _import(at_work, events[:third])
    await _all_judged(at_work)
    own_valkey.kill()
    await _import(at_work, events[third : 2 * third])
    await _all_judged(at_work)
    own_valkey.start()
    await _import(at_work, events[2 * third :])
    await _all_judged(at_work)
    assert await at_work.ledger() == expected
    assert worker.exit_code is None, worker.log()


async def test_a_worker_that_starts_finds_what_no_hint_told(
    at_work: Organisation, start_worker: StartWorker, own_valkey: OwnValkey
) -> None:
    """Hard case 9: a job lost after the commit leaves no event unjudged."""
    own_valkey.kill()
    await _import(at_work, history_of(PEOPLE, days=3, seed=10))
    own_valkey.start()
    start_worker()
    await _all_judged(at_work)
