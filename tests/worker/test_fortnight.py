"""A fortnight of three teams, end to end: the real API, workers that are struck down, PostgreSQL and Valkey.

`--fortnights N` plays more of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from tests.support.fortnight import Fortnight, SetClock
from tests.support.organisations import Organisation
from tests.support.waiting import until
from tests.support.workers import OwnValkey
from tests.worker.conftest import StartWorker
from vekst.api import create_app
from vekst.factory import Factory, Process
from vekst.settings import Settings
from vekst.storage.urls import async_url
from vekst.tokens import DevelopmentIssuer

UNSETTLED = "SELECT count(*) FROM challenges WHERE settled_at IS NULL AND cancelled_at IS NULL"
GIVEN = """
    SELECT c.title, p.person, l.points, l.life FROM ledger_entries l
      JOIN people p ON p.org_id = l.org_id AND p.learner_id = l.learner_id
      JOIN challenges c ON c.org_id = l.org_id AND CAST(c.challenge_id AS text) = l.key
     WHERE l.kind = 'CHALLENGE'
"""


@pytest.fixture
async def fortnights(
    settings: Settings, own_valkey: OwnValkey, request: pytest.FixtureRequest
) -> AsyncIterator[list[Fortnight]]:
    """Played until all challenges are over, and nothing is settled yet."""
    ours = settings.model_copy(update={"redis_url": SecretStr(own_valkey.url)})
    played: list[Fortnight] = []
    async with AsyncExitStack() as stack:
        for seed in range(request.config.getoption("--fortnights")):
            clock = SetClock()
            process = await stack.enter_async_context(Process.running(ours, clock=clock))
            app = create_app(ours, clock=clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
            factory, key = Factory(process), f"fortnight-{uuid4().hex[:12]}"
            organisation = Organisation(factory, await factory.organisations().create(key), key)
            fortnight = Fortnight(organisation, app, DevelopmentIssuer.open(ours.data_dir, clock), clock, seed)
            stack.push_async_callback(fortnight.close)
            await fortnight.play()
            played.append(fortnight)
        yield played


async def test_a_fortnight_comes_to_what_the_slow_model_says_and_everyone_sees_the_same(
    fortnights: list[Fortnight], factory: Factory, start_worker: StartWorker, database_url: str
) -> None:
    """C1 to C3; hard cases 7, 8, 9, 17, 18 and 24; promises 3 and 5."""
    for fortnight in fortnights:
        await fortnight.organisation.judge()
    strike = await asyncpg.connect(
        async_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    try:
        # First it dies with the result written and the members' values to come, then with only the ledger to come.
        for table in ("challenge_progress", "ledger_entries"):
            async with strike.transaction():
                await strike.execute(f"LOCK TABLE {table} IN SHARE MODE")
                worker = start_worker()

                async def meets_the_lock(table: str = table) -> bool:
                    waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
                    return bool(await strike.fetchval(waiting))

                await until(meets_the_lock)
                worker.kill()
    finally:
        await strike.close()
    workers = [start_worker(), start_worker()]

    async def all_are_settled() -> bool:
        return all([await fortnight.organisation.rows(UNSETTLED) == [(0,)] for fortnight in fortnights])

    await until(all_are_settled)
    for fortnight in fortnights:
        await _compare(fortnight)
    # A fortnight in which everything is met, or nothing, would say little.
    assert {met for fortnight in fortnights for met in _outcomes(fortnight)} == {True, False}
    assert [worker.stop() for worker in workers] == [0, 0]


async def _compare(fortnight: Fortnight) -> None:
    fortnight.settled_at = fortnight.clock.now
    organisation, diary = fortnight.organisation, fortnight.diary
    expected = sorted(
        (
            (title, person, challenge.points, 1)
            for title, challenge in fortnight.titled.items()
            if not challenge.cancelled
            for person in diary.contributors(challenge, fortnight.settled_at)
        ),
        key=str,
    )
    assert sorted(await organisation.rows(GIVEN), key=str) == expected
    viewers = [*fortnight.members, "nora", "siri", "wanda", "adam"]
    for person in viewers:
        await fortnight.check(person)
    fortnight.clock.now += timedelta(hours=6)
    # What comes after the settling is judged, and changes no result.
    for person in fortnight.members:
        await fortnight.tell_late(person)
    await organisation.judge()
    for person in viewers:
        await fortnight.check(person)
    assert sorted(await organisation.rows(GIVEN), key=str) == expected
    assert (await organisation.factory.replaying().verify(organisation.id)).differences == ()


def _outcomes(fortnight: Fortnight) -> set[bool]:
    now = fortnight.clock.now
    sides = [fortnight.diary.sides(challenge, now) for challenge in fortnight.challenges.values()]
    return {side.met for each in sides for side in each.values()}
