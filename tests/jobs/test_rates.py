"""Rates over real Valkey: buckets fill evenly, systems wait before people, and nobody pays for another."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from vekst.factory import Process
from vekst.jobs.rates import Rates
from vekst.settings import Settings


@pytest.fixture
async def process(settings: Settings) -> AsyncIterator[Process]:
    async with Process.running(settings) as process:
        yield process


@pytest.fixture
def rates(process: Process) -> Rates:
    return Rates(process.valkey)


@pytest.fixture
def org_id() -> UUID:
    return uuid4()


async def passes(process: Process, org_id: UUID, what: str, seconds: float) -> None:
    """Let time pass for a bucket: it was last asked for so much earlier."""
    key = f"vekst:bucket:{org_id}:{what}"
    at = float((await process.client.hget(key, "at") or b"0").decode())  # type: ignore[misc]
    await process.client.hset(key, "at", str(at - seconds))  # type: ignore[misc]


async def test_a_minutes_worth_comes_at_once_and_then_it_flows_evenly(
    process: Process, rates: Rates, org_id: UUID
) -> None:
    async def record(events: int) -> float | None:
        return await rates.record(org_id, events, of_all=60, person=False)

    assert await record(40) == 0
    assert await record(20) == 0
    wait = await record(30)
    assert wait is not None
    assert 0 < wait <= 30, "30 of 60 a minute flow in within half of it"
    await passes(process, org_id, "events", wait)
    assert await record(30) == 0
    assert await record(30) != 0
    # However long nobody asks, no more than a minute's worth is there.
    await passes(process, org_id, "events", 3_600)
    assert await record(60) == 0
    assert await record(30) != 0


async def test_who_wants_more_than_fits_is_served_from_a_full_one_and_pays_afterwards(
    process: Process, rates: Rates, org_id: UUID
) -> None:
    assert await rates.record(org_id, 500, of_all=100, person=False) == 0
    wait = await rates.record(org_id, 1, of_all=100, person=False)
    assert wait is not None
    assert 200 < wait <= 60 * 401 / 100


async def test_systems_wait_before_people(rates: Rates, org_id: UUID) -> None:
    assert await rates.record(org_id, 100, of_all=100, person=False) == 0
    assert await rates.record(org_id, 50, of_all=100, person=False) != 0
    for _ in range(2):
        assert await rates.record(org_id, 50, of_all=100, person=True) == 0
    assert await rates.record(org_id, 50, of_all=100, person=True) != 0
    asked = [await rates.ask(org_id, "kari", most=0, of_all=3, person=True) for _ in range(7)]
    assert [each.wait > 0 for each in asked if each] == [*[False] * 6, True]


async def test_who_is_over_their_own_limit_takes_nothing_from_the_others(rates: Rates, org_id: UUID) -> None:
    hasty = [await rates.ask(org_id, "crm", most=3, of_all=4, person=False) for _ in range(9)]
    assert {each.wait for each in hasty if each} == {0}
    others = [await rates.ask(org_id, f"system-{n}", most=3, of_all=4, person=False) for n in range(2)]
    assert [each.wait > 0 for each in others if each] == [False, True]


async def test_no_organisation_pays_for_another(rates: Rates, org_id: UUID) -> None:
    for _ in range(4):
        await rates.record(org_id, 100, of_all=100, person=True)
    assert await rates.record(uuid4(), 100, of_all=100, person=False) == 0


async def test_without_a_limit_of_all_only_callers_are_counted(process: Process, rates: Rates, org_id: UUID) -> None:
    asked = await rates.ask(org_id, "kari", most=1, of_all=0, person=True)
    assert asked is not None
    assert (asked.counted, asked.wait) == (1, 0)
    minute = int(time.time()) // 60
    keys = await process.client.keys(f"vekst:*{org_id}*")
    assert keys in ([f"vekst:rate:{org_id}:kari:{n}".encode()] for n in (minute, minute - 1))
    assert 0 < await process.client.ttl(keys[0]) <= 120


async def test_a_script_that_valkey_has_forgotten_is_sent_again(process: Process, rates: Rates, org_id: UUID) -> None:
    assert await rates.record(org_id, 1, of_all=1, person=False) == 0
    await process.client.script_flush()
    assert await rates.record(org_id, 1, of_all=1, person=False) != 0


async def test_nobody_waits_while_valkey_is_away(settings: Settings, org_id: UUID) -> None:
    nowhere = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")})
    async with Process.running(nowhere) as process:
        rates = Rates(process.valkey)
        assert await rates.record(org_id, 10, of_all=1, person=False) is None
        assert await rates.ask(org_id, "kari", most=1, of_all=1, person=False) is None
