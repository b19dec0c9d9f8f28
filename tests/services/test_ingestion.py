import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import SecretStr

from tests.support.organisations import Organisation, new_event, spread
from tests.support.packs import changed
from tests.support.statements import Statements
from vekst.domain.actors import Role
from vekst.domain.errors import InvalidInput, TooMany
from vekst.domain.events import RecordedBy
from vekst.domain.receipts import NewEvent, Receipt, ReceiptStatus
from vekst.factory import Factory, Process
from vekst.settings import Settings

STORED, DUPLICATE, CONFLICT, REFUSED = ReceiptStatus


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    """An organisation that practises the craft: kari and per in the north, nora their manager, ola alone."""
    await organisation.publish()
    await organisation.hire("kari", "per", team="north")
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    await organisation.hire("ola")
    return organisation


def _statuses(receipts: Sequence[Receipt]) -> list[ReceiptStatus]:
    return [receipt.status for receipt in receipts]


def _codes(receipts: Sequence[Receipt]) -> list[str | None]:
    return [receipt.problem.code if receipt.problem else None for receipt in receipts]


async def _refusal(craft: Organisation, person: str, event: NewEvent) -> str | None:
    [receipt] = await craft.record(person, event)
    assert receipt.status is REFUSED
    assert await craft.pending() == 0
    return receipt.problem.code if receipt.problem else None


async def test_the_same_event_again_is_a_duplicate_and_the_same_id_with_other_content_a_conflict(
    craft: Organisation,
) -> None:
    """M2: content is type, instant and data."""
    at = datetime.now(UTC) - timedelta(hours=1)
    first = new_event("1", at=at, score=6)
    assert _statuses(await craft.record("kari", first)) == [STORED]
    elsewhere = at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    again = [
        first,
        new_event("1", at=elsewhere, score=6.0),
        new_event("1", at=at, score=7),
        new_event("1", at=at + timedelta(microseconds=1), score=6),
        new_event("1", "deal.closed", at=at),
    ]
    assert _statuses(await craft.record("kari", *again)) == [DUPLICATE, DUPLICATE, CONFLICT, CONFLICT, CONFLICT]
    assert await craft.pending() == 1


async def test_doubles_within_one_batch_are_told_apart_in_its_order(craft: Organisation) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    events = [new_event("1", at=at), new_event("1", at=at), new_event("1", at=at, score=3), new_event("2", at=at)]
    assert _statuses(await craft.record("kari", *events)) == [STORED, DUPLICATE, CONFLICT, STORED]


async def test_the_same_id_is_another_event_for_another_learner_or_source(craft: Organisation) -> None:
    """M2: an event is told apart by (source, id) within a learner."""
    at = datetime.now(UTC) - timedelta(hours=1)
    crm = await craft.integration("crm")
    assert _statuses(await craft.record("kari", new_event("1", at=at))) == [STORED]
    assert _statuses(await craft.record("per", new_event("1", at=at, score=1))) == [STORED]
    told = await craft.factory.ingestion().record(crm, [new_event("1", at=at, score=2, person="kari")])
    assert _statuses(told) == [STORED]


async def test_one_bad_event_never_sinks_the_batch_and_its_id_stays_free(craft: Organisation) -> None:
    """Hard case 12."""
    receipts = await craft.record("kari", new_event("1"), new_event("2", "nap.taken"), new_event("3"))
    assert _statuses(receipts) == [STORED, REFUSED, STORED]
    assert _codes(receipts) == [None, "UNKNOWN_TYPE", None]
    assert _statuses(await craft.record("kari", new_event("2"))) == [STORED]


@pytest.mark.parametrize("type_key", ["call\npractised", "\n", "call.practised\n", "é\u2028", " "])
async def test_a_type_that_is_no_key_is_refused_in_words(craft: Organisation, type_key: str) -> None:
    assert await _refusal(craft, "kari", new_event("1", type_key)) == "UNKNOWN_TYPE"


async def test_five_hundred_events_are_one_batch_and_one_more_is_too_many(craft: Organisation) -> None:
    events = [new_event(str(number)) for number in range(501)]
    with pytest.raises(TooMany) as raised:
        await craft.record("kari", *events)
    assert (raised.value.code, raised.value.params) == ("TOO_MANY_EVENTS", {"limit": 500})
    assert await craft.pending() == 0
    assert set(_statuses(await craft.record("kari", *events[:500]))) == {STORED}
    with pytest.raises(InvalidInput):
        await craft.record("kari")


async def test_the_number_of_statements_does_not_grow_with_the_batch(
    craft: Organisation, statements: Statements
) -> None:
    crm = await craft.integration()
    counts = []
    for size in (1, 100, 500):
        names = ["kari", "per", "ola"]
        events = [new_event(f"{size}-{n}", person=names[n % 3]) for n in range(size)]
        with statements.recorded() as run:
            await craft.factory.ingestion().record(crm, events)
        counts.append(len(run))
    assert counts == [2, 2, 2], "what it is checked against, and the append"


async def test_an_event_from_the_future_is_refused_with_the_servers_time(craft: Organisation) -> None:
    """Hard case 24: a phone an hour ahead; up to five minutes are forgiven."""
    now = datetime.now(UTC)
    [receipt] = await craft.record("kari", new_event("1", at=now + timedelta(minutes=6)))
    assert receipt.problem is not None
    assert receipt.problem.code == "IN_THE_FUTURE"
    told = datetime.fromisoformat(str(receipt.problem.params["now"]))
    assert abs(told - now) < timedelta(minutes=1)
    assert _statuses(await craft.record("kari", new_event("1", at=now + timedelta(minutes=4)))) == [STORED]


async def test_an_event_older_than_the_pack_accepts_is_refused_but_history_may_be_imported(
    craft: Organisation,
) -> None:
    """Hard case 7: done offline, logged late; imports of history are not bound."""
    late, too_late = (datetime.now(UTC) - timedelta(days=days) for days in (399, 401))
    receipts = await craft.record("kari", new_event("1", at=late), new_event("2", at=too_late))
    assert _codes(receipts) == [None, "TOO_OLD"]
    history = [
        new_event("2", at=too_late, person="kari"),
        new_event("3", at=datetime.min.replace(tzinfo=UTC), person="kari"),
    ]
    told = await craft.factory.ingestion().record_import(craft.id, source="bank", events=history)
    assert _codes(told) == [None, "TOO_OLD"]


async def test_what_came_in_before_is_a_duplicate_though_it_would_be_refused_now(craft: Organisation) -> None:
    """An answer was lost; meanwhile it is too late, and the quest files have other fields and limits."""
    at = datetime.now(UTC) - timedelta(days=300)
    late, tagged = new_event("late", at=at), new_event("tagged", score=9, customer="a\nb")
    assert _statuses(await craft.record("kari", late, tagged)) == [STORED, STORED]
    assert _statuses(await craft.record("per", new_event("his", at=at))) == [STORED]
    less = changed("events.yaml", "      customer: {type: text}\n", "")
    less["pack.yaml"] = less["pack.yaml"].replace("up_to: 400 days", "up_to: 30 days")
    await craft.publish(less)
    again = [tagged, new_event("fresh"), late, new_event("late", at=at, score=1), new_event("other", at=at)]
    receipts = await craft.record("kari", *again)
    assert _statuses(receipts) == [DUPLICATE, STORED, DUPLICATE, REFUSED, REFUSED]
    assert _codes(receipts) == [None, None, None, "TOO_OLD", "TOO_OLD"]
    # Another learner's event is another one, and who may not record about somebody is not told what is there.
    assert _codes(await craft.record("per", late)) == ["TOO_OLD"]
    assert _statuses(await craft.record("kari", new_event("his", at=at, person="per"))) == [REFUSED]
    assert _statuses(await craft.record("nora", new_event("his", at=at, person="per"))) == [DUPLICATE]


@pytest.mark.parametrize("source", ["app", "vekst", "", "a\0b"])
async def test_reserved_sources_are_not_for_imports(craft: Organisation, source: str) -> None:
    with pytest.raises(InvalidInput):
        await craft.factory.ingestion().record_import(craft.id, source=source, events=[new_event("1", person="kari")])


async def test_who_may_record_about_whom(craft: Organisation) -> None:
    crm = await craft.integration()
    by_kari = [new_event("1", person="kari"), new_event("2", person="per"), new_event("3", person="nobody")]
    assert _codes(await craft.record("kari", *by_kari)) == [None, "NOT_ALLOWED_TO_RECORD", "NOT_ALLOWED_TO_RECORD"]
    by_nora = [new_event("4", person="per"), new_event("5", person="ola"), new_event("6", person="nobody")]
    assert _codes(await craft.record("nora", *by_nora)) == [None, "NOT_ALLOWED_TO_RECORD", "NOT_ALLOWED_TO_RECORD"]
    by_crm = [new_event("7", person="ola"), new_event("8"), new_event("9", person="nobody")]
    told = await craft.factory.ingestion().record(crm, by_crm)
    assert _codes(told) == [None, "PERSON_MISSING", "UNKNOWN_PERSON"]
    rows = await craft.rows("SELECT id, source, recorded_by FROM progress_events ORDER BY id")
    assert rows == [("1", "app", "self"), ("4", "app", "manager"), ("7", "crm", "system")]


async def test_a_manager_may_record_about_oneself_and_others_in_one_batch(craft: Organisation) -> None:
    events = [new_event("1"), new_event("2", person="kari"), new_event("2", person="per"), new_event("3")]
    assert _statuses(await craft.record("nora", *events)) == [STORED] * 4
    assert _statuses(await craft.record("nora", *events)) == [DUPLICATE] * 4
    rows = await craft.rows(
        "SELECT person, e.id, source, recorded_by FROM progress_events e JOIN people USING (org_id, learner_id)"
        " ORDER BY e.id, person"
    )
    assert rows == [
        ("nora", "1", "app", "self"),
        ("kari", "2", "app", "manager"),
        ("per", "2", "app", "manager"),
        ("nora", "3", "app", "self"),
    ]


async def test_feedback_counts_as_a_managers_only_about_somebody_else(craft: Organisation) -> None:
    assert await _refusal(craft, "nora", new_event("1", "feedback.given")) == "NOT_RECORDED_BY"
    [receipt] = await craft.record("nora", new_event("2", "feedback.given", person="kari"))
    assert receipt.status is STORED


async def test_a_manager_of_a_former_member_may_record_no_more(craft: Organisation) -> None:
    await craft.hire("per", team="south")
    assert await _refusal(craft, "nora", new_event("1", person="per")) == "NOT_ALLOWED_TO_RECORD"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (new_event(""), "ID_NOT_VALID"),
        (new_event("x" * 201), "ID_NOT_VALID"),
        (new_event("a\0b"), "ID_NOT_VALID"),
        (new_event("\ud800"), "ID_NOT_VALID"),
        (new_event("1", "call\0practised"), "TYPE_NOT_VALID"),
        (new_event("1", "vekst.voided"), "RESERVED_TYPE"),
        (new_event("1", customer="a\0b"), "TEXT_NOT_STORABLE"),
        (new_event("1", customer="\udfff"), "TEXT_NOT_STORABLE"),
        (NewEvent("1", "call.practised", datetime.now(UTC), {"a\0": 1}), "TEXT_NOT_STORABLE"),
        (new_event("1", customer="x" * 17_000), "DATA_TOO_LARGE"),
        (new_event("1", score=float("nan")), "NUMBER_OUT_OF_RANGE"),
        (new_event("1", score=10**30), "NUMBER_OUT_OF_RANGE"),
        (new_event("1", score=10**400), "NUMBER_OUT_OF_RANGE"),
        (new_event("1", score=float("-inf")), "NUMBER_OUT_OF_RANGE"),
        (new_event("1", score="six"), "NOT_A_NUMBER"),
        (new_event("1", person="k\0ri"), "NOT_ALLOWED_TO_RECORD"),
        (new_event("1", "lesson.completed"), "MISSING_FIELD"),
    ],
)
async def test_what_cannot_be_kept_or_does_not_fit_is_refused_by_code(
    craft: Organisation, event: NewEvent, code: str
) -> None:
    assert await _refusal(craft, "kari", event) == code


async def test_without_a_pack_every_event_is_refused(organisation: Organisation) -> None:
    await organisation.hire("kari")
    assert _codes(await organisation.record("kari", new_event("1"))) == ["NO_PACK"]


async def test_about_somebody_who_left_nothing_is_recorded(craft: Organisation) -> None:
    crm = await craft.integration()
    await craft.dismiss("per")
    told = await craft.factory.ingestion().record(crm, [new_event("1", person="per")])
    assert _codes(told) == ["PERSON_NOT_ACTIVE"]


async def test_an_event_is_validated_once_when_it_comes(craft: Organisation) -> None:
    """Under a later pack an unfit event is judged still, and a duplicate when it is sent again."""
    event = new_event("1", customer="ACME")
    await craft.record("kari", event)
    await craft.publish(changed("events.yaml", "      customer: {type: text}\n", ""))
    assert _codes(await craft.record("kari", new_event("2", customer="ACME"))) == ["UNKNOWN_FIELD"]
    assert _statuses(await craft.record("kari", event)) == [DUPLICATE]
    assert await craft.judge() > 0


async def test_four_clients_at_once_with_shuffled_overlapping_batches_store_each_event_once(
    craft: Organisation,
) -> None:
    """Hard case 8: double awards on retry, refresh and parallel requests; M1."""
    crm = await craft.integration()
    start = datetime.now(UTC) - timedelta(days=20)
    names = ["kari", "per", "ola", "nora"]
    events = [new_event(str(n), at=start + timedelta(hours=n), person=names[n % 4], score=n % 11) for n in range(400)]

    async def client(seed: int) -> list[ReceiptStatus]:
        mine = random.Random(seed).sample(events, len(events))
        statuses = []
        for batch in spread(mine, (1, 7, 50, 500)[seed]) if seed else spread(mine[:60], 1):
            statuses += _statuses(await craft.factory.ingestion().record(crm, batch))
        return statuses

    statuses = [status for told in await asyncio.gather(*map(client, range(4))) for status in told]
    assert statuses.count(STORED) == 400
    assert set(statuses) == {STORED, DUPLICATE}
    assert await craft.pending() == 400


@pytest.mark.parametrize("nowhere", ["unix:///nowhere/valkey.sock", "redis://127.0.0.1:1/0"])
async def test_valkey_out_of_reach_does_not_keep_an_event_from_being_stored_and_judged(
    craft: Organisation, settings: Settings, nowhere: str
) -> None:
    async with Process.running(settings.model_copy(update={"redis_url": SecretStr(nowhere)})) as lonely:
        alone = Organisation(Factory(lonely), craft.id, craft.key)
        assert _statuses(await alone.record("kari", new_event("1"))) == [STORED]
        assert await alone.judge() > 0
        # What could not be told waits in the outbox, for when Valkey is back.
        assert await craft.rows("SELECT topic FROM outbox") == [("recognised",)]


async def test_an_import_may_say_as_what_its_events_were_recorded(craft: Organisation) -> None:
    told = await craft.factory.ingestion().record_import(
        craft.id, source="old-tool", events=[new_event("1", person="kari")], recorded_by=RecordedBy.MANAGER
    )
    assert _statuses(told) == [STORED]
    assert await craft.rows("SELECT source, recorded_by FROM progress_events") == [("old-tool", "manager")]
