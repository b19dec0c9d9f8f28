"""Acknowledging progress: an event of both that rules can count, once whatever is sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT
from vekst.domain.actors import Role
from vekst.domain.errors import InvalidInput, NotFound
from vekst.domain.receipts import Receipt, ReceiptStatus

REWARDED = {
    **CRAFT,
    "acknowledging.yaml": """
badges:
  sees-others:
    title: Sees others
    purpose: Look for progress
    earn: {distinct: {event: vekst.acknowledgement-given, field: colleague, at_least: 1}}
    points: 5
  seen:
    title: Seen
    purpose: Be seen
    earn: {count: {event: vekst.acknowledgement-received, at_least: 1}}
    points: 5
""",
}
NOW = datetime.now(UTC)


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish(REWARDED)
    await organisation.hire("nora", "siv", role=Role.MANAGER, team="north")
    await organisation.hire("kari", team="north")
    await organisation.record("kari", *(new_event(str(n)) for n in range(3)))
    await organisation.judge()
    return organisation


async def progress(org: Organisation, kind: str = "BADGE") -> tuple[UUID, int]:
    [(learner_id, seq)] = await org.rows(
        "SELECT learner_id, seq FROM ledger_entries WHERE kind = :kind AND key <> 'seen' ORDER BY seq LIMIT 1",
        kind=kind,
    )
    assert isinstance(learner_id, UUID)
    assert isinstance(seq, int)
    return learner_id, seq


async def acknowledge(
    org: Organisation, who: str = "nora", id: str = "a", kind: str = "BADGE", at: datetime = NOW
) -> Receipt:
    learner_id, seq = await progress(org, kind)
    return await org.factory.acknowledging().acknowledge(
        await org.actor(who), client_id=id, learner_id=learner_id, seq=seq, occurred_at=at
    )


async def test_both_sides_can_be_rewarded_by_quest_files(craft: Organisation) -> None:
    assert (await acknowledge(craft)).status is ReceiptStatus.STORED
    await craft.judge()
    earned = {(person, key) for person, kind, key, *_ in await craft.ledger() if kind == "BADGE"}
    assert earned >= {("nora", "sees-others"), ("kari", "seen")}


async def test_it_happens_once_whoever_sends_it_and_how_often(craft: Organisation) -> None:
    sent = [(who, name) for who in ("nora", "siv") for name in ("a", "b") for _ in range(3)]
    answers = await asyncio.gather(*(acknowledge(craft, who, name) for who, name in sent))
    assert sorted(answer.status for answer in answers) == [ReceiptStatus.DUPLICATE] * 11 + [ReceiptStatus.STORED]
    assert len(await craft.rows("SELECT 1 FROM acknowledgements")) == 1
    assert len(await craft.rows("SELECT 1 FROM progress_events WHERE type LIKE 'vekst.acknowledgement-%'")) == 2


async def test_an_id_stands_for_one_thing(craft: Organisation) -> None:
    await acknowledge(craft)
    with pytest.raises(InvalidInput, match="ID_TAKEN"):
        await acknowledge(craft, kind="LEVEL")
    assert len(await craft.rows("SELECT 1 FROM acknowledgements")) == 1


async def test_what_was_taken_back_and_points_for_an_event_are_no_progress(craft: Organisation) -> None:
    with pytest.raises(NotFound, match="RECOGNITION_UNKNOWN"):
        await acknowledge(craft, kind="EVENT")
    learner_id, seq = await progress(craft)
    for n in range(3):
        await craft.void("kari", "app", str(n), reason="error")
    await craft.judge()
    with pytest.raises(NotFound, match="RECOGNITION_UNKNOWN"):
        await craft.factory.acknowledging().acknowledge(
            await craft.actor("nora"), client_id="a", learner_id=learner_id, seq=seq, occurred_at=NOW
        )


async def test_the_future_is_refused(craft: Organisation) -> None:
    with pytest.raises(InvalidInput, match="IN_THE_FUTURE"):
        await acknowledge(craft, at=NOW + timedelta(days=1))


async def test_it_stays_when_who_gave_it_is_erased(craft: Organisation) -> None:
    await acknowledge(craft)
    await craft.factory.privacy().erase(craft.id, "nora")
    assert await craft.rows("SELECT giver_id FROM acknowledgements") == [(None,)]
