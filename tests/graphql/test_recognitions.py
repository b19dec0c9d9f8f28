"""The feed of recognitions: newest first, stable pages, reasons in words; and nodes found again by their ids."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.graphql.packs import BILINGUAL
from tests.support.organisations import Organisation, days_ago, new_event
from tests.support.statements import Statements
from vekst.domain.actors import Role

SignIn = Callable[..., Client]

FEED = operation("feed")
REVERSE_BRONZE = text(
    """
    INSERT INTO ledger_entries (org_id, learner_id, seq, entry_id, kind, key, tier, occurrence, life, points, nature,
                                skill, reached_at, recorded_at, pack_version, evidence, reverses_seq, reason)
    SELECT org_id, learner_id, (SELECT max(seq) + 1 FROM ledger_entries), :entry_id, 'REVERSAL', key, tier, occurrence,
           life, -points, nature, skill, reached_at, recorded_at, pack_version, evidence, seq, 'voided'
      FROM ledger_entries WHERE kind = 'BADGE' AND tier = 'bronze'
    """
)
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on Recognition { key } ... on Quest { key } } }"


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.publish(BILINGUAL)
    await organisation.hire("kari")
    await practise(organisation, *range(10, 20))
    return sign_in("kari", language="en")


async def practise(organisation: Organisation, *days: int) -> None:
    """Practise once on each of those days."""
    events = [new_event(f"d{n}", at=days_ago(n), minutes=5, score=7) for n in days]
    await organisation.record("kari", *events)
    await organisation.judge()


async def feed(client: Client, **variables: Any) -> Any:
    """A page of the feed."""
    return (await client.ask(FEED, **variables))["me"]["recognitions"]


async def pages(client: Client, size: int) -> list[dict[str, Any]]:
    """The whole feed, page by page."""
    found, after = [], None
    while True:
        page = await feed(client, first=size, after=after)
        assert len(page["edges"]) <= size
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("size", [1, 4, 100])
async def test_pages_of_any_size_hold_the_whole_ledger_once_newest_first(
    organisation: Organisation, kari: Client, size: int
) -> None:
    found = await pages(kari, size)
    keys = [(node["kind"], node["key"], node["tier"] or "", node["occurrence"]) for node in found]
    assert keys == await organisation.rows("SELECT kind, key, tier, occurrence FROM ledger_entries ORDER BY seq DESC")
    assert len({node["id"] for node in found}) == len(found)


async def test_pages_stay_stable_while_the_ledger_grows(organisation: Organisation, kari: Client) -> None:
    """Hard case 16."""
    before = await pages(kari, 100)
    page = await feed(kari, first=3)
    await practise(organisation, *range(5))
    rest = await feed(kari, first=100, after=page["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in rest["edges"]] == [node["id"] for node in before[3:]]
    assert (await feed(kari, first=1))["edges"][0]["node"]["id"] not in {node["id"] for node in before}


async def test_every_recognition_says_why(kari: Client) -> None:
    [bronze] = [node for node in await pages(kari, 100) if node["kind"] == "BADGE" and node["tier"] == "bronze"]
    assert bronze["title"] == "Brave caller"
    assert bronze["points"] == 20
    assert bronze["nature"] == "EFFORT"
    assert bronze["reversedBy"] is None
    assert "3" in bronze["why"]["text"]
    assert bronze["why"]["packVersion"] == 1
    evidence = bronze["why"]["evidence"]
    assert [event["id"] for event in evidence] == ["d19", "d18", "d17"]
    assert {event["type"] for event in evidence} == {"call.practised"}
    assert evidence[-1]["occurredAt"] == bronze["reachedAt"]


async def test_reasons_and_titles_come_in_the_callers_language(kari: Client, sign_in: SignIn) -> None:
    english, norwegian = await pages(kari, 100), await pages(sign_in("kari", language="nb"), 100)
    titles = {(node["title"], other["title"]) for node, other in zip(english, norwegian, strict=True)}
    assert ("Brave caller", "Modig ringer") in titles
    for node, other in zip(english, norwegian, strict=True):
        assert node["why"]["text"] != other["why"]["text"]


async def test_a_reversal_is_a_recognition_that_names_what_it_took_back(
    organisation: Organisation, kari: Client
) -> None:
    """M3, hard case 10: nothing is edited; the correction stands beside what it corrects."""
    async with organisation.factory._process.database.writing(organisation.id) as connection:
        await connection.execute(REVERSE_BRONZE, {"entry_id": uuid4()})
    newest, *older = await pages(kari, 100)
    assert (newest["kind"], newest["key"], newest["title"]) == ("REVERSAL", "brave-caller", "Brave caller")
    [bronze] = [node for node in older if node["key"] == "brave-caller" and node["tier"] == "bronze"]
    assert bronze["reversedBy"]["id"] == newest["id"]


@pytest.mark.parametrize("first", [-1, 101, 2**31 - 1])
async def test_a_page_has_its_limits(sign_in: SignIn, kari: Client, first: int) -> None:
    error = await sign_in("kari", language="nb").error(FEED, first=first)
    assert error["message"] == "`first` må være mellom 0 og 100."


async def test_an_empty_page(kari: Client) -> None:
    page = await feed(kari, first=0)
    assert page["edges"] == []
    assert page["pageInfo"] == {"hasNextPage": True, "endCursor": None}


def opaque(parts: str) -> str:
    """A text made as cursors and node ids are."""
    return base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "5",
        "é",
        "\0",
        "a" * 10_000,
        opaque("quests:5"),
        opaque("recognitions"),
        opaque("recognitions:"),
        opaque("recognitions:-1"),
        opaque("recognitions:²"),
        opaque("recognitions:" + "9" * 30),
        opaque("recognitions:1:2"),
    ],
)
async def test_a_cursor_that_is_none_is_refused_in_words(kari: Client, cursor: str) -> None:
    error = await kari.error(FEED, first=1, after=cursor)
    assert error["extensions"]["reason"] == "CURSOR_NOT_VALID"
    assert error["extensions"]["field"] == "after"


async def test_nodes_are_found_again_by_their_ids(kari: Client) -> None:
    me = await kari.ask("{ me { id } quests { edges { node { id key } } } }")
    recognition = (await pages(kari, 100))[0]
    quest = me["quests"]["edges"][0]["node"]
    assert (await kari.ask(NODE, id=me["me"]["id"]))["node"]["__typename"] == "Learner"
    assert (await kari.ask(NODE, id=recognition["id"]))["node"]["key"] == recognition["key"]
    ids = [quest["id"], "nonsense", me["me"]["id"]]
    nodes = (await kari.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["nodes"]
    assert nodes == [{"id": quest["id"]}, None, {"id": me["me"]["id"]}]


@pytest.mark.parametrize(
    "node_id",
    [
        "",
        "\0",
        "\ud800",
        opaque("Learner"),
        opaque("Learner:x"),
        opaque("Learner:{0}:1"),
        opaque("Recognition:x:1"),
        opaque("Recognition:00000000000000000000000000000000:1"),
        opaque("Quest:nothing"),
        opaque("Nothing:1"),
    ],
)
async def test_an_id_of_nothing_finds_nothing(kari: Client, node_id: str) -> None:
    assert await kari.ask(NODE, id=node_id) == {"node": None}


async def test_somebody_elses_nodes_are_not_there(organisation: Organisation, kari: Client, sign_in: SignIn) -> None:
    await organisation.hire("ola")
    await organisation.hire("ada", role=Role.ADMIN)
    ids = [(await kari.ask("{ me { id } }"))["me"]["id"], (await pages(kari, 1))[0]["id"]]
    for node_id in ids:
        assert await sign_in("ola").ask(NODE, id=node_id) == {"node": None}
        assert (await sign_in("ada").ask(NODE, id=node_id))["node"]["id"] == node_id


async def test_too_many_nodes_at_a_time_are_refused(kari: Client) -> None:
    error = await kari.error("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 101)
    assert error["extensions"]["reason"] == "TOO_MANY_IDS"


async def test_the_feed_costs_a_constant_number_of_statements(kari: Client, app_statements: Statements) -> None:
    await feed(kari, first=1)
    counts = set()
    for first in (1, 5, 30):
        with app_statements.recorded() as run:
            assert len((await feed(kari, first=first))["edges"]) > first // 2
        counts.add(len(run))
    # Who asks, the person, a page of the ledger and its evidence.
    assert counts == {4}


async def test_quests_are_listed_page_by_page(kari: Client) -> None:
    query = """query ($after: String) { quests(first: 1, after: $after) { pageInfo { hasNextPage endCursor }
        edges { node { key title points startsWhenAccepted steps { key title points } } } } }"""
    first = (await kari.ask(query))["quests"]
    assert first["edges"][0]["node"]["title"] == "Better questions"
    assert [step["key"] for step in first["edges"][0]["node"]["steps"]] == ["learn", "try"]
    second = (await kari.ask(query, after=first["pageInfo"]["endCursor"]))["quests"]
    assert second["edges"][0]["node"]["key"] == "deep-dive"
    assert second["edges"][0]["node"]["startsWhenAccepted"] is True
    assert second["pageInfo"]["hasNextPage"] is False
