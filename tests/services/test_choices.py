from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.organisations import Organisation, days_ago, new_event
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.receipts import ReceiptStatus


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish()
    await organisation.hire("kari")
    return organisation


async def test_an_accepted_quest_counts_what_comes_after_it(craft: Organisation) -> None:
    """Q1, Q2: with `when_accepted` a quest opens when the learner accepts it."""
    kari, choices = await craft.actor("kari"), craft.factory.choices()
    start = datetime.now(UTC) - timedelta(hours=5)
    await craft.record("kari", new_event("before", at=start))
    accepted = start + timedelta(hours=1)
    receipt = await choices.accept_quest(kari, id="a", quest="deep-dive", occurred_at=accepted)
    assert receipt.status is ReceiptStatus.STORED
    again = await choices.accept_quest(kari, id="a", quest="deep-dive", occurred_at=accepted)
    assert again.status is ReceiptStatus.DUPLICATE
    await craft.record("kari", *(new_event(str(n), at=accepted + timedelta(hours=n + 1)) for n in range(2)))
    await craft.judge()
    quests = [line for line in await craft.ledger() if line[2] == "deep-dive"]
    assert [line[1] for line in quests] == ["QUEST"]


async def test_only_quests_that_wait_for_it_are_accepted(craft: Organisation) -> None:
    kari, choices = await craft.actor("kari"), craft.factory.choices()
    with pytest.raises(NotFound):
        await choices.accept_quest(kari, id="a", quest="no-such-quest")
    with pytest.raises(InvalidInput) as raised:
        await choices.accept_quest(kari, id="a", quest="better-questions")
    assert raised.value.code == "QUEST_STARTS_BY_ITSELF"


async def test_time_off_declared_afterwards_keeps_a_streak(craft: Organisation) -> None:
    """S7, hard case 5: illness is not a planned pause; no reason is asked for."""
    kari, choices = await craft.actor("kari"), craft.factory.choices()
    days = [days_ago(back) for back in (4, 3, 1)]
    await craft.record("kari", *(new_event(str(n), at=at) for n, at in enumerate(days)))
    await craft.judge()
    assert not [line for line in await craft.ledger() if line[1] == "MILESTONE"]
    ill = days_ago(2).date()
    await choices.take_time_off(kari, id="ill", first=ill - timedelta(days=1), last=ill + timedelta(days=1))
    await craft.judge()
    assert [line[4] for line in await craft.ledger() if line[1] == "MILESTONE"] == ["3"]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "TIME_OFF_BACKWARDS"),
        (date(2026, 1, 1), date(2027, 1, 2), "TIME_OFF_TOO_LONG"),
        (date(9999, 12, 1), date(9999, 12, 31), "TIME_OFF_TOO_FAR"),
        (date(1, 1, 1), date(1, 1, 2), "TIME_OFF_TOO_FAR"),
    ],
)
async def test_a_time_off_has_an_end_after_its_beginning_and_is_not_endless(
    craft: Organisation, first: date, last: date, code: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await craft.factory.choices().take_time_off(await craft.actor("kari"), id="x", first=first, last=last)
    assert raised.value.code == code


async def test_a_zone_holds_from_when_the_server_hears_of_it_and_sent_twice_it_happens_once(
    craft: Organisation,
) -> None:
    """S1, hard case 1: it cannot be backdated."""
    kari, choices = await craft.actor("kari"), craft.factory.choices()
    statuses = [(await choices.change_zone(kari, id="z", zone="Asia/Tokyo")).status for _ in range(2)]
    assert statuses == [ReceiptStatus.STORED, ReceiptStatus.DUPLICATE]
    assert await craft.rows("SELECT zone, first_zone FROM people") == [("Asia/Tokyo", None)]
    with pytest.raises(InvalidInput) as raised:
        await choices.change_zone(kari, id="z", zone="Europe/Paris")
    assert raised.value.code == "ID_TAKEN"
    assert await craft.rows("SELECT zone FROM people") == [("Asia/Tokyo",)]
    with pytest.raises(InvalidInput):
        await choices.change_zone(kari, id="y", zone="Mars/Olympus")


async def test_a_choice_has_a_sound_id_and_time_and_a_learner(craft: Organisation) -> None:
    kari, choices = await craft.actor("kari"), craft.factory.choices()
    with pytest.raises(InvalidInput):
        await choices.change_zone(kari, id="", zone="Asia/Tokyo")
    with pytest.raises(InvalidInput) as raised:
        await choices.accept_quest(kari, id="a", quest="deep-dive", occurred_at=datetime.now(UTC) + timedelta(hours=1))
    assert raised.value.code == "IN_THE_FUTURE"
    with pytest.raises(NotAllowed):
        await choices.change_zone(await craft.integration(), id="z", zone="Asia/Tokyo")
