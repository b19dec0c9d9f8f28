"""Voids: who may correct what, how often, and what follows once it is judged."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.organisations import Organisation, new_event
from vekst.domain.actors import Actor, Role
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound, VekstError
from vekst.domain.receipts import ReceiptStatus
from vekst.services.voiding import EventName, Voided

STORED, DUPLICATE = ReceiptStatus.STORED, ReceiptStatus.DUPLICATE
START = datetime.now(UTC).replace(hour=9) - timedelta(days=2)


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish()
    await organisation.hire("kari", "ola", team="north")
    await organisation.hire("nora", role=Role.MANAGER, team="north")
    await organisation.hire("mona", role=Role.MANAGER, team="south")
    await organisation.hire("ada", role=Role.ADMIN)
    await organisation.record("kari", *(new_event(str(n), at=START + timedelta(minutes=n)) for n in range(3)))
    await organisation.judge()
    return organisation


async def void(
    craft: Organisation,
    by: str | Actor,
    event: str | EventName,
    *,
    client_id: str = "v",
    reason: str = "by mistake",
    person: str | None = None,
) -> Voided:
    """Void an event."""
    actor = await craft.actor(by) if isinstance(by, str) else by
    name = EventName(event) if isinstance(event, str) else event
    return await craft.factory.voiding().void(actor, client_id=client_id, event=name, reason=reason, person=person)


async def points(craft: Organisation) -> object:
    """The points in the ledger."""
    [(total,)] = await craft.rows("SELECT sum(points)::int FROM ledger_entries")
    return total


async def test_hard_case_10_a_correction_flows_through_and_says_why(craft: Organisation) -> None:
    """M3: what only the voided event had earned is taken back by entries that name it; nothing is edited."""
    before, given = await points(craft), await craft.ledger()
    assert (await void(craft, "kari", "1", reason="logged twice")).receipt.status is STORED
    await craft.judge()
    assert set(given) <= set(await craft.ledger())
    assert await points(craft) == int(str(before)) - 5 - 20
    reasons = await craft.rows("SELECT DISTINCT reason FROM ledger_entries WHERE kind = 'REVERSAL'")
    assert reasons == [("logged twice",)]
    await craft.record("kari", new_event("later"))
    await craft.judge()
    lives = await craft.rows("SELECT life FROM ledger_entries WHERE kind = 'BADGE' ORDER BY life")
    assert lives == [(1,), (2,)]
    assert await points(craft) == before


async def test_hard_case_11_undoing_and_redoing_earns_nothing_twice(craft: Organisation) -> None:
    before = await points(craft)
    name = EventName("1")
    for round_ in range(4):
        done = await void(craft, "kari", name, client_id=f"v{round_}")
        assert done.receipt.status is STORED
        await craft.judge()
        undone = await void(craft, "kari", done.void, client_id=f"u{round_}")
        assert undone.receipt.status is STORED
        await craft.judge()
        assert await points(craft) == before
    # Nor by voiding an event and recording it again under another id.
    await void(craft, "kari", name, client_id="last")
    await craft.record("kari", new_event("other", at=START + timedelta(minutes=1)))
    await craft.judge()
    assert await points(craft) == before


async def test_sent_twice_it_happens_once_and_an_event_that_is_void_stays_so(craft: Organisation) -> None:
    first = await void(craft, "kari", "1")
    again = await void(craft, "kari", "1")
    assert (first.receipt.status, again.receipt.status) == (STORED, DUPLICATE)
    assert first.void == again.void
    other = await void(craft, "nora", "1", person="kari", client_id="w", reason="other words")
    assert (other.receipt.status, other.void) == (DUPLICATE, first.void)
    with pytest.raises(InvalidInput) as raised:
        await void(craft, "kari", "2")
    assert raised.value.code == "ID_TAKEN"
    [(count,)] = await craft.rows("SELECT count(*) FROM progress_events WHERE type = 'vekst.voided'")
    assert count == 1


async def test_of_voids_sent_at_once_one_is_stored(craft: Organisation) -> None:
    answers = await asyncio.gather(
        *(void(craft, by, "1", person="kari", client_id=f"{by}{n}") for by in ("kari", "nora", "ada") for n in range(3))
    )
    assert sorted(answer.receipt.status for answer in answers) == [*(DUPLICATE for _ in range(8)), STORED]
    assert len({answer.void for answer in answers}) == 1


async def test_two_managers_may_choose_the_same_id(craft: Organisation) -> None:
    await void(craft, "nora", "1", person="kari")
    assert (await void(craft, "ada", "2", person="kari")).receipt.status is STORED


async def test_a_void_of_a_void_restores_at_once(craft: Organisation) -> None:
    before = await points(craft)
    done = await void(craft, "nora", "1", person="kari")
    await craft.judge()
    with pytest.raises(NotAllowed):
        await void(craft, "kari", done.void, client_id="back")
    assert (await void(craft, "nora", done.void, person="kari", client_id="back")).receipt.status is STORED
    await craft.judge()
    assert await points(craft) == before
    assert (await void(craft, "nora", "1", person="kari", client_id="again")).receipt.status is STORED


async def test_an_integration_corrects_what_it_recorded_and_nothing_else(craft: Organisation) -> None:
    crm, erp = await craft.integration("crm"), await craft.integration("erp")
    await craft.factory.ingestion().record(crm, [new_event("d1", "deal.closed", person="kari", amount=1)])
    with pytest.raises(NotFound):
        await void(craft, erp, "d1", person="kari")
    for actor, name in ((erp, EventName("d1", "crm")), (crm, EventName("1", "app"))):
        # To an integration, what others recorded is as if it were not there.
        with pytest.raises(NotFound):
            await void(craft, actor, name, person="kari")
    with pytest.raises(NotAllowed):
        await void(craft, "kari", EventName("d1", "crm"))
    done = await void(craft, crm, "d1", person="kari")
    assert (done.receipt.status, done.void.source) == (STORED, "crm")
    assert (await void(craft, "nora", EventName("d1", "crm"), person="kari")).receipt.status is DUPLICATE


async def test_what_a_manager_recorded_is_not_the_learners_to_void(craft: Organisation) -> None:
    nora = await craft.actor("nora")
    await craft.factory.ingestion().record(nora, [new_event("f", "feedback.given", person="kari")])
    with pytest.raises(NotAllowed):
        await void(craft, "kari", "f")
    assert (await void(craft, "nora", "f", person="kari")).receipt.status is STORED


@pytest.mark.parametrize(
    ("by", "person", "error"),
    [
        ("ola", "kari", NotAllowed),
        ("mona", "kari", NotAllowed),
        ("mona", "nobody", NotAllowed),
        ("ola", "\0", NotAllowed),
        ("ada", "nobody", NotFound),
        ("ada", None, NotFound),
    ],
)
async def test_who_may_not_learns_nothing(
    craft: Organisation, by: str, person: str | None, error: type[VekstError]
) -> None:
    with pytest.raises(error):
        await void(craft, by, "1", person=person)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": ""}, "ID_NOT_VALID"),
        ({"client_id": "x" * 201}, "ID_NOT_VALID"),
        ({"reason": " "}, "REASON_NOT_VALID"),
        ({"reason": "x" * 501}, "REASON_NOT_VALID"),
        ({"reason": "\ud800"}, "REASON_NOT_VALID"),
        ({"event": "none"}, "EVENT_UNKNOWN"),
        ({"event": EventName("\0")}, "EVENT_UNKNOWN"),
        ({"event": EventName("1", "crm")}, "EVENT_UNKNOWN"),
    ],
)
async def test_a_wrong_void_is_refused(craft: Organisation, changes: dict[str, str], code: str) -> None:
    with pytest.raises(VekstError) as raised:
        await void(craft, "kari", **{"event": "1", **changes})
    assert raised.value.code == code


async def test_an_integration_says_whom(craft: Organisation) -> None:
    with pytest.raises(InvalidInput) as raised:
        await void(craft, await craft.integration(), "1")
    assert raised.value.code == "PERSON_MISSING"


async def test_choices_are_voided_too_but_not_a_change_of_zone(craft: Organisation) -> None:
    kari, choices = await craft.actor("kari"), craft.factory.choices()
    await choices.change_zone(kari, id="z", zone="Asia/Tokyo")
    day = START.date()
    await choices.take_time_off(kari, id="t", first=day, last=day)
    with pytest.raises(InvalidInput) as raised:
        await void(craft, "kari", "vekst.zone-changed:z")
    assert raised.value.code == "ZONE_CHANGE_STAYS"
    assert (await void(craft, "kari", "vekst.time-off:t")).receipt.status is STORED
