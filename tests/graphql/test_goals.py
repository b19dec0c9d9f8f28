"""Goals of one's own through the real API: suggested, set, reached, looked back at; and who sees them, and who not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from vekst.domain.actors import Role

SignIn = Callable[..., Client]

SET, CHANGE, REFLECT, DROP, PROPOSE, LIST = (
    operation(name) for name in ("set_goal", "change_goal", "reflect_on_goal", "drop_goal", "propose_goal", "my_goals")
)
DELETE = "mutation ($goal: ID!) { deleteGoal(input: {goal: $goal}) { ... on DeleteGoal { deleted } } }"
NODE = "query ($id: ID!) { node(id: $id) { id ... on Goal { why isMine person name progress { have need } } } }"
GROWTH = """query ($from: Date!, $to: Date!) { team(key: "north") { growth(from: $from, to: $to) {
  people { person goals { id state asks why } } } } }"""
NOW = datetime.now(UTC)
CALLS = {"count": {"event": "call.practised", "at_least": 3}}
SPAN = {"from": f"{NOW - timedelta(days=7):%Y-%m-%d}", "to": f"{NOW + timedelta(days=1):%Y-%m-%d}"}


def until(days: int = 9) -> str:
    return f"{NOW + timedelta(days=days):%Y-%m-%d}"


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish()
    await organisation.hire("kari", "eli", team="north")
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    await organisation.hire("siv", team="south", role=Role.MANAGER)
    await organisation.hire("adam", role=Role.ADMIN)
    return organisation


@pytest.fixture
def kari(craft: Organisation, sign_in: SignIn) -> Client:
    return sign_in("kari", language="en")


async def set_goal(client: Client, **changes: Any) -> Any:
    at = (NOW - timedelta(hours=3)).isoformat()
    given = {"id": "g", "earn": CALLS, "until": until(), "why": "To hear more", "occurredAt": at, **changes}
    return (await client.ask(SET, input={key: value for key, value in given.items() if value is not None}))["setGoal"]


async def practise(org: Organisation, times: int) -> None:
    await org.record(
        "kari", *(new_event(f"c{n}", at=NOW - timedelta(minutes=9 - n), score=n + 4) for n in range(times))
    )
    await org.judge()


async def listed(client: Client, **variables: Any) -> list[Any]:
    return [edge["node"] for edge in (await client.ask(LIST, **variables))["me"]["goals"]["edges"]]


async def test_a_goal_is_set_followed_and_reached(craft: Organisation, kari: Client) -> None:
    answer = await set_goal(kari)
    assert answer["receipt"]["status"] == "STORED"
    goal = answer["goal"]
    assert (goal["state"], goal["asks"]) == ("OPEN", "“Practised a call” 3 times")
    assert (goal["progress"], goal["shared"]) == ({"have": 0, "need": 3}, False)
    await practise(craft, 2)
    [under_way] = await listed(kari)
    assert under_way["progress"] == {"have": 2, "need": 3}
    assert under_way["next"] == "Next: “Practised a call” 3 times (2 of 3 so far)."
    await craft.record("kari", new_event("last", at=NOW))
    await craft.judge()
    [reached] = await listed(kari, state="REACHED")
    assert (reached["progress"], reached["next"]) == ({"have": 3, "need": 3}, None)
    assert reached["reachedAt"]
    assert await listed(kari, state="OPEN") == []
    feed = await kari.ask("{ me { recognitions(first: 50) { edges { node { kind title points why { text } } } } } }")
    nodes = [edge["node"] for edge in feed["me"]["recognitions"]["edges"] if edge["node"]["kind"] == "GOAL"]
    assert nodes == [
        {
            "kind": "GOAL",
            "title": "A goal of your own",
            "points": 0,
            "why": {"text": "You reached a goal that you set yourself."},
        }
    ]
    assert (await set_goal(kari))["receipt"]["status"] == "DUPLICATE"


async def test_what_a_rolling_length_has_let_go_of_is_asked_for_again(
    craft: Organisation, kari: Client, clock: TestClock
) -> None:
    await set_goal(kari, earn={"count": {**CALLS["count"], "within": "6h"}})
    await practise(craft, 2)
    assert [goal["progress"]["have"] for goal in await listed(kari)] == [2]
    clock.now = NOW + timedelta(hours=7)
    [under_way] = await listed(kari)
    assert under_way["progress"] == {"have": 0, "need": 3}
    assert "0 of 3" in under_way["next"]


async def test_what_is_over_invites_to_look_back_and_that_is_recognised(craft: Organisation, kari: Client) -> None:
    at = (NOW - timedelta(days=6)).isoformat()
    goal = (await set_goal(kari, occurredAt=at, until=until(-3)))["goal"]
    assert goal["state"] == "PAST"
    words = {"id": "r", "goal": goal["id"], "words": "I began too late.", "occurredAt": NOW.isoformat()}
    learned = (await kari.ask(REFLECT, input=words))["reflectOnGoal"]
    assert (learned["goal"]["state"], learned["goal"]["reflection"]) == ("LEARNED", "I began too late.")
    await craft.judge()
    kinds = await craft.rows("SELECT kind, points FROM ledger_entries WHERE kind = 'REFLECTION'")
    assert kinds == [("REFLECTION", 0)]
    assert (await kari.ask(DELETE, goal=goal["id"]))["deleteGoal"]["deleted"] is True
    assert (await kari.ask(DELETE, goal=goal["id"]))["deleteGoal"]["deleted"] is False
    assert await listed(kari) == []
    assert (await set_goal(kari, occurredAt=at, until=until(-3)))["goal"] is None


async def test_a_goal_is_eased_and_let_go_of(craft: Organisation, kari: Client) -> None:
    goal = (await set_goal(kari))["goal"]["id"]
    await practise(craft, 1)
    easier = {"id": "c", "goal": goal, "earn": {"count": {"event": "call.practised", "at_least": 2}}}
    answer = (await kari.ask(CHANGE, input={**easier, "until": until(20), "occurredAt": NOW.isoformat()}))["changeGoal"]
    assert (answer["goal"]["until"], answer["goal"]["progress"]) == (until(20), {"have": 1, "need": 3})
    await craft.judge()
    [judged] = await listed(kari)
    assert judged["progress"] == {"have": 1, "need": 2}
    harder = {**easier, "id": "d", "earn": CALLS, "occurredAt": NOW.isoformat()}
    assert (await kari.ask(CHANGE, input=harder))["changeGoal"]["code"] == "GOAL_ONLY_EASIER"
    assert (await kari.ask(DROP, goal=goal))["dropGoal"]["goal"]["state"] == "DROPPED"
    assert (await kari.ask(DROP, goal=goal))["dropGoal"]["goal"]["state"] == "DROPPED"


async def test_a_manager_proposes_and_the_learner_sets_it_or_not(
    craft: Organisation, kari: Client, sign_in: SignIn
) -> None:
    nora = sign_in("nora")
    wish = {"id": "p", "person": "kari", "earn": CALLS, "until": until(), "why": "You are close"}
    proposed = (await nora.ask(PROPOSE, input=wish))["proposeGoal"]
    assert proposed["goal"]["state"] == "PROPOSED"
    assert (await nora.ask(PROPOSE, input=wish))["proposeGoal"] == proposed
    [waiting] = await listed(kari, state="PROPOSED")
    assert (waiting["id"], waiting["proposedBy"], waiting["progress"]) == (proposed["id"], "Nora", None)
    answer = await set_goal(kari, earn=None, until=None, proposal=proposed["id"], why=None)
    assert (answer["goal"]["state"], answer["goal"]["why"], answer["goal"]["shared"]) == ("OPEN", "You are close", True)
    assert (await sign_in("siv").ask(PROPOSE, input=wish))["proposeGoal"]["code"] == "MEMBER_UNKNOWN"
    both = await set_goal(kari, proposal=proposed["id"])
    assert (both["code"], both["field"]) == ("GOAL_OR_PROPOSAL", "earn")


async def test_only_what_is_shared_is_seen_by_managers_of_ones_teams(
    craft: Organisation, kari: Client, sign_in: SignIn
) -> None:
    private = (await set_goal(kari))["goal"]["id"]
    later = (NOW - timedelta(hours=2)).isoformat()
    shared = (await set_goal(kari, id="s", shared=True, occurredAt=later))["goal"]["id"]
    await craft.judge()
    people = {person: sign_in(person) for person in ("nora", "siv", "eli", "adam")}
    seen = {
        person: [bool((await client.ask(NODE, id=goal))["node"]) for goal in (private, shared)]
        for person, client in people.items()
    }
    assert seen == {"nora": [False, True], "siv": [False] * 2, "eli": [False] * 2, "adam": [False, True]}
    node = (await people["nora"].ask(NODE, id=shared))["node"]
    assert (node["isMine"], node["person"], node["name"], node["why"]) == (False, "kari", "Kari", "To hear more")
    grown = (await people["nora"].ask(GROWTH, **SPAN))["team"]["growth"]["people"]
    assert {each["person"]: [goal["id"] for goal in each["goals"]] for each in grown} == {"kari": [shared], "eli": []}
    mine = await kari.ask(operation("my_growth"), **SPAN)
    assert [goal["id"] for goal in mine["me"]["growth"]["goals"]] == [private, shared]
    [words] = [part for part in mine["me"]["growth"]["conversation"] if part["topic"] == "GOALS"]
    assert words["lines"] == ["Under way: “Practised a call” 3 times."] * 2
    hide = {"id": "h", "goal": shared, "shared": False, "occurredAt": NOW.isoformat()}
    await kari.ask(CHANGE, input=hide)
    assert (await people["nora"].ask(NODE, id=shared))["node"] is None
    for asked in ("goals { edges { cursor } }", "goalSuggestions { size }"):
        error = await people["adam"].error(f'{{ learner(person: "kari") {{ {asked} }} }}')
        assert error["extensions"]["code"] == "NOT_ALLOWED"


async def test_suggestions_come_in_three_sizes_and_are_set_as_they_are(craft: Organisation, kari: Client) -> None:
    await practise(craft, 4)
    found = (await kari.ask(LIST))["me"]["goalSuggestions"]
    assert [each["size"] for each in found[:3]] == ["SMALL", "MEDIUM", "BRAVE"]
    assert found[0]["asks"] == "“Practised a call” 4 times"
    assert {each["topic"] for each in found} == {"EFFORT", "QUALITY"}
    for number, each in enumerate(found):
        answer = await set_goal(kari, id=str(number), earn=each["earn"], until=each["until"])
        assert (answer["goal"]["state"], answer["goal"]["asks"]) == ("OPEN", each["asks"])


async def test_lists_are_paged_newest_first(craft: Organisation, kari: Client, clock: TestClock) -> None:
    ids = []
    for n in range(5):
        ids.append((await set_goal(kari, id=str(n)))["goal"]["id"])
        clock.move(timedelta(seconds=1))
    first = (await kari.ask(LIST, first=3))["me"]["goals"]
    assert first["pageInfo"]["hasNextPage"]
    rest = await listed(kari, first=3, after=first["pageInfo"]["endCursor"])
    assert [*(edge["node"]["id"] for edge in first["edges"]), *(each["id"] for each in rest)] == ids[::-1]
    for wrong in ("x", "Z29hbHM6MTIzNDU2Nzg5MDEyMzQ1Njc4OTAuMQ", "Z29hbHM6MS54"):
        error = await kari.error(
            "query ($after: String) { me { goals(after: $after) { edges { cursor } } } }", after=wrong
        )
        assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_refusals_are_in_the_callers_language(craft: Organisation, sign_in: SignIn) -> None:
    kari = sign_in("kari", language="nb")
    refused = await set_goal(kari, earn={"count": {"event": "deal.closed", "at_least": 1}})
    assert refused == {
        "__typename": "InvalidInput",
        "code": "GOAL_ON_OUTCOMES",
        "message": "Et mål bygger på innsats, ferdighet eller kvalitet; dette bygger på resultater.",
        "field": "earn",
        "cure": "Be om det som fører dit: øving, læring, hvor godt det gjøres.",
    }
    unknown = await set_goal(kari, earn={"count": {"event": "call.practiced", "at_least": 1}})
    assert (unknown["code"], "call.practised" in unknown["message"]) == ("GOAL_TERMS_NOT_VALID", True)
