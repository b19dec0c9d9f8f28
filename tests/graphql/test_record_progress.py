"""`recordProgress`: a receipt per event, in order; one bad event never sinks its batch (hard case 12)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation
from vekst.domain.actors import Role
from vekst.services.backlog import Backlog

SignIn = Callable[..., Client]

RECORD = operation("record")


def event(event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    """An event as an app sends it."""
    occurred_at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return {"id": event_id, "type": "call.practised", "occurredAt": occurred_at, "data": {"minutes": 5}, **changes}


async def receipts(client: Client, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """Record and take the receipts."""
    result = (await client.ask(RECORD, events=list(events)))["recordProgress"]
    assert result["__typename"] == "RecordProgress"
    found: list[dict[str, Any]] = result["receipts"]
    assert [receipt["id"] for receipt in found] == [sent["id"] for sent in events]
    return found


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.publish()
    await organisation.hire("kari")
    return sign_in("kari", language="nb")


async def test_an_event_is_stored_once_and_a_conflict_is_told(organisation: Organisation, kari: Client) -> None:
    sent = event()
    assert await receipts(kari, sent) == [{"id": "e1", "status": "STORED", "problem": None}]
    [again, other] = await receipts(kari, sent, {**sent, "data": {"minutes": 6}})
    assert again == {"id": "e1", "status": "DUPLICATE", "problem": None}
    assert other["status"] == "CONFLICT"
    assert other["problem"]["code"] == "ID_TAKEN"
    assert other["problem"]["message"] == "Id-en er brukt før til noe annet, og det blir stående."
    assert await organisation.pending() == 1


async def test_a_batch_of_500_with_one_bad_event_stores_499(organisation: Organisation, kari: Client) -> None:
    events = [event(f"e{n}") for n in range(500)]
    events[250] = event("e250", type="call.practiced")
    found = await receipts(kari, *events)
    statuses = [receipt["status"] for receipt in found]
    assert statuses == ["STORED"] * 250 + ["REFUSED"] + ["STORED"] * 249
    assert found[250]["problem"]["cure"] == "Mente du `call.practised`?"
    assert await organisation.pending() == 499


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"occurredAt": "2026-03-02T09:00:00"}, "TIME_WITHOUT_OFFSET", "occurredAt"),
        ({"occurredAt": "2026-03-02"}, "TIME_NOT_UNDERSTOOD", "occurredAt"),
        ({"occurredAt": "soon"}, "TIME_NOT_UNDERSTOOD", "occurredAt"),
        ({"occurredAt": ""}, "TIME_NOT_UNDERSTOOD", "occurredAt"),
        ({"occurredAt": 1772442000}, "TIME_NOT_UNDERSTOOD", "occurredAt"),
        ({"occurredAt": ["2026-03-02T09:00:00Z"]}, "TIME_NOT_UNDERSTOOD", "occurredAt"),
        ({"occurredAt": "2026-02-30T09:00:00Z"}, "TIME_NOT_UNDERSTOOD", "occurredAt"),
        ({"occurredAt": "9999-12-31T23:59:59-23:59"}, "TIME_NOT_UNDERSTOOD", "occurredAt"),
        ({"occurredAt": "2099-01-01T00:00:00Z"}, "IN_THE_FUTURE", "occurredAt"),
        ({"occurredAt": "2001-01-01T00:00:00Z"}, "TOO_OLD", "occurredAt"),
        ({"data": 5}, "DATA_NOT_AN_OBJECT", "data"),
        ({"data": []}, "DATA_NOT_AN_OBJECT", "data"),
        ({"data": "minutes"}, "DATA_NOT_AN_OBJECT", "data"),
        ({"data": False}, "DATA_NOT_AN_OBJECT", "data"),
        ({"data": {"minutes": {"of": 5}}}, "VALUE_NOT_FLAT", "data.minutes"),
        ({"data": {"minutes": "5"}}, "NOT_A_NUMBER", "data.minutes"),
        ({"data": {"minutes": True}}, "NOT_A_NUMBER", "data.minutes"),
        ({"data": {"minutes": -1}}, "NUMBER_OUT_OF_RANGE", "data.minutes"),
        ({"data": {"minutes": 10**40}}, "NUMBER_OUT_OF_RANGE", "data.minutes"),
        ({"data": {"minutes": 10**400}}, "NUMBER_OUT_OF_RANGE", "data.minutes"),
        ({"data": {"minutes": -(10**400)}}, "NUMBER_OUT_OF_RANGE", "data.minutes"),
        ({"data": {"customer": "a\0b"}}, "TEXT_NOT_STORABLE", "data.customer"),
        ({"data": {"customer": "\ud83d"}}, "TEXT_NOT_STORABLE", "data.customer"),
        ({"data": {"minutes": "\ud83d"}}, "TEXT_NOT_STORABLE", "data.minutes"),
        ({"data": {"\ud83d": 5}}, "TEXT_NOT_STORABLE", "data"),
        ({"data": {"minuets": 5}}, "UNKNOWN_FIELD", "data.minuets"),
        ({"data": {"customer": "x" * 20_000}}, "DATA_TOO_LARGE", "data"),
        ({"type": "call.practiced"}, "UNKNOWN_TYPE", "type"),
        ({"type": "vekst.time-off"}, "RESERVED_TYPE", "type"),
        ({"type": ""}, "TYPE_NOT_VALID", "type"),
        ({"type": "feedback.given", "data": None}, "NOT_RECORDED_BY", "type"),
        ({"id": ""}, "ID_NOT_VALID", "id"),
        ({"id": "\0"}, "ID_NOT_VALID", "id"),
        ({"id": "\udc00"}, "ID_NOT_VALID", "id"),
        ({"id": "i" * 201}, "ID_NOT_VALID", "id"),
        ({"person": "ola"}, "NOT_ALLOWED_TO_RECORD", "person"),
    ],
)
async def test_a_bad_event_is_refused_in_words_and_its_neighbours_are_stored(
    organisation: Organisation, kari: Client, changes: dict[str, Any], code: str, field: str
) -> None:
    [before, bad, after] = await receipts(kari, event("a"), {**event("b"), **changes}, event("c"))
    assert (before["status"], bad["status"], after["status"]) == ("STORED", "REFUSED", "STORED")
    assert (bad["problem"]["code"], bad["problem"]["field"]) == (code, field)
    assert bad["problem"]["message"] not in ("", code)
    assert "…" not in bad["problem"]["message"] or code == "NUMBER_OUT_OF_RANGE"
    assert await organisation.pending() == 2


async def test_data_may_be_left_out_or_null(kari: Client) -> None:
    without = event("a", type="call.practised")
    del without["data"]
    [left_out, null] = await receipts(kari, without, event("b", data=None))
    assert (left_out["status"], null["status"]) == ("STORED", "STORED")


@pytest.mark.parametrize("offset", ["Z", "z", "+01:00", "-0330", "+14:00"])
async def test_times_with_any_offset_are_taken(kari: Client, offset: str) -> None:
    at = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.123456789") + offset
    [receipt] = await receipts(kari, event(occurredAt=at))
    assert receipt["status"] == "STORED"


async def test_the_same_instant_in_another_offset_is_the_same_event(kari: Client) -> None:
    at = datetime.now(UTC) - timedelta(days=2)
    for offset, status in ((0, "STORED"), (90, "DUPLICATE")):
        there = (at + timedelta(minutes=offset)).strftime("%Y-%m-%dT%H:%M:%S.%f")
        [receipt] = await receipts(kari, event(occurredAt=f"{there}+{offset // 60:02}:{offset % 60:02}"))
        assert receipt["status"] == status


async def test_a_time_ahead_is_told_the_servers(kari: Client, clock: Callable[[], datetime]) -> None:
    """Hard case 24."""
    [receipt] = await receipts(kari, event(occurredAt=(clock() + timedelta(minutes=6)).isoformat()))
    assert receipt["problem"]["code"] == "IN_THE_FUTURE"
    assert datetime.fromisoformat(receipt["problem"]["serverTime"]) == clock()
    [receipt] = await receipts(kari, event(occurredAt=(clock() + timedelta(minutes=4)).isoformat()))
    assert receipt["status"] == "STORED"


async def test_501_events_are_too_many_and_nothing_is_stored(organisation: Organisation, kari: Client) -> None:
    data = await kari.ask(RECORD, events=[event(f"e{n}") for n in range(501)])
    assert data["recordProgress"] == {
        "__typename": "TooMany",
        "code": "TOO_MANY_EVENTS",
        "message": "Høyst 500 hendelser går i én bunke.",
        "field": "events",
        "cure": "Del opp bunken; ingenting av den ble lagret.",
    }
    assert await organisation.pending() == 0


async def test_no_events_are_refused(kari: Client) -> None:
    data = await kari.ask(RECORD, events=[])
    assert data["recordProgress"]["__typename"] == "InvalidInput"
    assert data["recordProgress"]["code"] == "NO_EVENTS"


@pytest.mark.parametrize(
    "events", [None, "x", [None], [{}], [{"id": 5}], [{**event(), "id": 5}], [event(surprise=1)], [event(type=None)]]
)
async def test_what_is_no_event_at_all_is_refused_as_a_whole(
    organisation: Organisation, kari: Client, events: Any
) -> None:
    answer = await kari.send(RECORD, events=events)
    assert answer.status_code == 400
    assert "data" not in answer.json()
    error = answer.json()["errors"][0]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["message"].startswith("En variabel")
    assert await organisation.pending() == 0


async def test_nan_is_not_json(organisation: Organisation, kari: Client) -> None:
    body = json.dumps({"query": RECORD, "variables": {"events": [event(data={"minutes": float("nan")})]}})
    answer = await kari.http.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["reason"] == "BODY_NOT_JSON"
    assert await organisation.pending() == 0


async def test_unsigned_is_a_member_of_the_union(unsigned: Client) -> None:
    data = await unsigned.ask(RECORD, events=[event()])
    assert data["recordProgress"]["__typename"] == "NotSignedIn"
    assert data["recordProgress"]["code"] == "NOT_SIGNED_IN"


async def test_an_integration_records_for_people_as_the_system(
    organisation: Organisation, kari: Client, sign_in: SignIn
) -> None:
    await organisation.integration("crm")
    crm = sign_in(integration="crm")
    found = await receipts(crm, event("a", person="kari"), event("b"), event("c", person="nobody"))
    assert [receipt["status"] for receipt in found] == ["STORED", "REFUSED", "REFUSED"]
    assert [receipt["problem"] and receipt["problem"]["code"] for receipt in found] == [
        None,
        "PERSON_MISSING",
        "UNKNOWN_PERSON",
    ]
    assert await organisation.rows("SELECT source, recorded_by FROM progress_events") == [("crm", "system")]


async def test_a_manager_records_for_the_team_and_for_nobody_else(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await organisation.hire("kari", team="north")
    await organisation.hire("ola", team="south")
    await organisation.hire("nora", role=Role.MANAGER, team="north")
    nora = sign_in("nora")
    given = {"type": "feedback.given", "data": None}
    [ours, theirs] = await receipts(nora, event("a", person="kari", **given), event("b", person="ola", **given))
    assert ours["status"] == "STORED"
    assert theirs["problem"]["code"] == "NOT_ALLOWED_TO_RECORD"


async def test_the_same_batch_sent_by_four_clients_at_once_is_stored_once(
    organisation: Organisation, kari: Client
) -> None:
    """Hard case 8."""
    events = [event(f"e{n}") for n in range(50)]
    answers = await asyncio.gather(*(receipts(kari, *events) for _ in range(4)))
    for place in range(50):
        statuses = sorted(answer[place]["status"] for answer in answers)
        assert statuses == ["DUPLICATE"] * 3 + ["STORED"]
    assert await organisation.pending() == 50


async def test_without_a_pack_each_event_is_told_so(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari")
    [receipt] = await receipts(sign_in("kari"), event())
    assert receipt["problem"]["code"] == "NO_PACK"


async def test_a_full_queue_says_when_to_come_back_and_stores_nothing(
    app: FastAPI, organisation: Organisation, kari: Client
) -> None:
    app.state.process.backlog = Backlog(1)
    await receipts(kari, event("1"), event("2"))
    answer = await kari.send(RECORD, events=[event("3"), event("4")])
    assert (answer.status_code, answer.headers["retry-after"]) == (200, "15")
    refused = answer.json()["data"]["recordProgress"]
    assert (refused["__typename"], refused["code"]) == ("TooMany", "QUEUE_FULL")
    assert refused["cure"] == "Behold dem, og send dem igjen om 15 sekunder; ingenting i bunken ble lagret."
    assert await organisation.pending() == 2
    await organisation.judge()
    app.state.process.backlog = Backlog(1)
    await receipts(kari, event("3"), event("4"))
