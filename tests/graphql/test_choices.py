"""Accepting a quest, changing zone and taking time off: each becomes an event, once, and shows when it is judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation

SignIn = Callable[..., Client]

ACCEPT = operation("accept_quest")
ZONE = """mutation ($id: String!, $zone: String!) { changeZone(input: {id: $id, zone: $zone}) { __typename
  ... on ChangeZone { receipt { id status } learner { zone } } ... on Refusal { code message field cure } } }"""
REST = """mutation ($id: String!, $from: Date!, $until: Date!, $at: DateTime!) {
  takeTimeOff(input: {id: $id, from: $from, until: $until, occurredAt: $at}) { __typename
  ... on TakeTimeOff { receipt { id status } learner { person } } ... on Refusal { code message field cure } } }"""


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.publish()
    await organisation.hire("kari")
    return sign_in("kari", language="nb")


def ago(**length: float) -> str:
    """An instant so long ago."""
    return (datetime.now(UTC) - timedelta(**length)).isoformat()


async def accept(client: Client, **variables: Any) -> Any:
    """Accept a quest."""
    given = {"id": "a1", "quest": "deep-dive", "occurredAt": ago(hours=1), **variables}
    return (await client.ask(ACCEPT, **given))["acceptQuest"]


async def test_a_quest_is_accepted_once(organisation: Organisation, kari: Client) -> None:
    """Q1."""
    at = ago(hours=1)
    assert (await accept(kari, occurredAt=at))["receipt"] == {"id": "a1", "status": "STORED"}
    assert (await accept(kari, occurredAt=at))["receipt"] == {"id": "a1", "status": "DUPLICATE"}
    assert (await accept(kari, occurredAt=ago(hours=2)))["code"] == "ID_TAKEN"
    await organisation.judge()
    data = await kari.ask("{ me { quests(state: OPEN) { quest { key } openedAt } } }")
    assert {quest["quest"]["key"] for quest in data["me"]["quests"]} == {"better-questions", "deep-dive"}


@pytest.mark.parametrize(
    ("changes", "typename", "told"),
    [
        ({"quest": "nothing"}, "NotFound", ("QUEST_UNKNOWN", "quest")),
        ({"quest": "better-questions"}, "InvalidInput", ("QUEST_STARTS_BY_ITSELF", "quest")),
        ({"occurredAt": "2026-03-02T09:00:00"}, "InvalidInput", ("TIME_WITHOUT_OFFSET", "occurredAt")),
        ({"occurredAt": "2099-03-02T09:00:00Z"}, "InvalidInput", ("IN_THE_FUTURE", "occurredAt")),
        ({"id": ""}, "InvalidInput", ("ID_NOT_VALID", "id")),
    ],
)
async def test_a_wrong_acceptance_is_refused_in_words(
    organisation: Organisation, kari: Client, changes: dict[str, str], typename: str, told: tuple[str, str]
) -> None:
    refused = await accept(kari, **changes)
    assert (refused["__typename"], refused["code"], refused["field"]) == (typename, *told)
    assert refused["message"] not in ("", told[0])
    assert await organisation.pending() == 0


async def test_a_zone_is_changed_from_now_on(organisation: Organisation, kari: Client) -> None:
    """S1, hard case 1: people see their zone and set it."""
    changed = (await kari.ask(ZONE, id="z1", zone="Pacific/Apia"))["changeZone"]
    assert changed["receipt"]["status"] == "STORED"
    assert changed["learner"]["zone"] == "Pacific/Apia"
    await organisation.judge()
    assert (await kari.ask("{ me { zone } }"))["me"]["zone"] == "Pacific/Apia"
    for zone in ("Mars/Olympus", "", "\0", "../etc/passwd"):
        refused = (await kari.ask(ZONE, id="z2", zone=zone))["changeZone"]
        assert (refused["__typename"], refused["code"], refused["field"]) == ("InvalidInput", "ZONE_UNKNOWN", "zone")


async def test_time_off_is_taken_before_or_after(organisation: Organisation, kari: Client) -> None:
    """S7, hard case 5: no reason is asked for."""
    given = {"id": "t1", "from": "2026-02-02", "until": "2026-02-06", "at": ago(minutes=5)}
    taken = (await kari.ask(REST, **given))["takeTimeOff"]
    assert (taken["receipt"]["status"], taken["learner"]["person"]) == ("STORED", "kari")
    await organisation.judge()
    days = await kari.ask(operation("streak_calendar"), **{"from": "2026-02-01", "to": "2026-02-07"})
    states = [day["state"] for day in days["me"]["streaks"][0]["days"]]
    assert states == ["OPEN", "REST", "REST", "REST", "REST", "REST", "OPEN"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"from": "2026-02-07", "until": "2026-02-06"}, "TIME_OFF_BACKWARDS", "until"),
        ({"from": "2020-02-07", "until": "2026-02-06"}, "TIME_OFF_TOO_LONG", "until"),
        ({"from": "2026-02-30"}, "DATE_NOT_UNDERSTOOD", "from"),
        ({"until": "soon"}, "DATE_NOT_UNDERSTOOD", "until"),
        ({"at": "2026-02-06T10:00"}, "TIME_WITHOUT_OFFSET", "occurredAt"),
    ],
)
async def test_a_wrong_time_off_is_refused_in_words(
    kari: Client, changes: dict[str, str], code: str, field: str
) -> None:
    given = {"id": "t1", "from": "2026-02-02", "until": "2026-02-06", "at": ago(minutes=5), **changes}
    refused = (await kari.ask(REST, **given))["takeTimeOff"]
    assert (refused["__typename"], refused["code"], refused["field"]) == ("InvalidInput", code, field)


async def test_nobody_and_integrations_choose_nothing(
    organisation: Organisation, sign_in: SignIn, unsigned: Client
) -> None:
    await organisation.publish()
    await organisation.integration("crm")
    crm = sign_in(integration="crm")
    for client, typename in ((unsigned, "NotSignedIn"), (crm, "NotAllowed")):
        assert (await accept(client))["__typename"] == typename
        assert (await client.ask(ZONE, id="z", zone="Europe/Oslo"))["changeZone"]["__typename"] == typename
        given = {"id": "t1", "from": "2026-02-02", "until": "2026-02-06", "at": ago(minutes=5)}
        assert (await client.ask(REST, **given))["takeTimeOff"]["__typename"] == typename
