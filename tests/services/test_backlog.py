"""Back-pressure: integrations are held back first, people later, nothing of a refused batch is stored, and it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.support.organisations import Organisation, new_event
from vekst.domain.errors import TooMany
from vekst.domain.receipts import Receipt, ReceiptStatus
from vekst.factory import Factory, Process
from vekst.services.backlog import Backlog
from vekst.settings import Settings

LIMIT = 10


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def craft(organisation: Organisation, settings: Settings, clock: Clock) -> AsyncIterator[Organisation]:
    """An organisation of two and an integration, seen by a process that holds back over ten events."""
    await organisation.publish()
    await organisation.hire("kari", "per")
    await organisation.integration()
    async with Process.running(settings) as process:
        process.backlog = Backlog(LIMIT, clock)
        yield Organisation(Factory(process), organisation.id, organisation.key)


async def _flood(craft: Organisation, count: int, prefix: str = "") -> list[Receipt]:
    actor = await craft.factory.actor(craft.key, integration="crm")
    assert actor is not None
    events = [new_event(f"{prefix}{n}", person="kari") for n in range(count)]
    return await craft.factory.ingestion().record(actor, events)


async def test_integrations_are_held_back_first_and_people_have_room_for_longer(
    craft: Organisation, clock: Clock
) -> None:
    assert {receipt.status for receipt in await _flood(craft, LIMIT)} == {ReceiptStatus.STORED}
    with pytest.raises(TooMany) as refused:
        await _flood(craft, 1, "more-")
    assert (refused.value.code, refused.value.params["seconds"]) == ("QUEUE_FULL", 15)
    assert await craft.pending() == LIMIT, "nothing of it was stored"
    for n in range(LIMIT):
        await craft.record("per", new_event(str(n)))
    with pytest.raises(TooMany, match="QUEUE_FULL"):
        await craft.record("per", new_event("one too many"))
    assert await craft.pending() == 2 * LIMIT
    # Once they are judged there is room again, at the latest a second later.
    await craft.judge()
    clock.now += 1
    assert [receipt.status for receipt in await _flood(craft, 1, "more-")] == [ReceiptStatus.STORED]


async def test_what_others_have_stored_counts_too(craft: Organisation, organisation: Organisation) -> None:
    await organisation.record("per", *(new_event(str(n)) for n in range(LIMIT)))
    await _flood(craft, 1)
    with pytest.raises(TooMany, match="QUEUE_FULL"):
        await _flood(craft, 1, "more-")


async def test_events_of_learners_who_are_set_aside_hold_nobody_back(craft: Organisation, clock: Clock) -> None:
    await _flood(craft, LIMIT)
    async with craft.factory._process.database.writing(craft.id) as connection:
        await connection.execute(text("UPDATE standings SET failures = 1, retry_at = now() + interval '1 hour'"))
    await _flood(craft, 1, "more-")
    async with craft.factory._process.database.writing(craft.id) as connection:
        await connection.execute(text("UPDATE standings SET failures = 0, retry_at = NULL"))


async def test_an_import_is_not_held_back(craft: Organisation) -> None:
    await _flood(craft, LIMIT)
    imported = [new_event("1", person="per")]
    receipts = await craft.factory.ingestion().record_import(craft.id, source="bank", events=imported)
    assert [receipt.status for receipt in receipts] == [ReceiptStatus.STORED]


async def test_it_is_counted_rarely(craft: Organisation, clock: Clock) -> None:
    """As long as little waits, once for each sixteenth of the limit; then once a second."""
    backlog = Backlog(160, clock)
    database = craft.factory._process.database
    counted = []

    class Counting:
        def reading(self, org_id: object) -> object:
            counted.append(clock.now)
            return database.reading(craft.id)

    async def admit() -> None:
        await backlog.admit(Counting(), craft.id, person=True)  # type: ignore[arg-type]

    for _ in range(100):
        await admit()
    backlog.stored(craft.id, 9)
    await admit()
    assert counted == []
    backlog.stored(craft.id, 1)
    await admit()
    await admit()
    assert len(counted) == 1
    backlog.stored(craft.id, 80)
    clock.now += 0.5
    await admit()
    assert len(counted) == 1
    clock.now += 0.5
    await admit()
    assert len(counted) == 2


async def test_no_limit_is_no_limit(craft: Organisation) -> None:
    craft.factory._process.backlog = Backlog(0)
    await _flood(craft, 3 * LIMIT)
    await _flood(craft, 1, "more-")
