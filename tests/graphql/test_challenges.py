"""Challenges end to end: set by a manager, seen by members, settled by the sweep; nobody else's value shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, days_ago, new_event
from tests.support.packs import WITH_CHALLENGES
from tests.support.statements import Statements
from vekst.domain.actors import Role
from vekst.factory import Factory, Process
from vekst.graphql.opaque import write_cursor
from vekst.settings import Settings
from vekst.worker.functions import sweep

SignIn = Callable[..., Client]

CREATE = operation("create_challenge")
LIST = operation("challenges")
REFUSED = "... on Refusal { code field message cure }"
OWN = f"""mutation ($input: CreateChallengeInput!) {{ createChallenge(input: $input) {{ __typename
  ... on CreateChallenge {{ challenge {{ id asks goal {{ kind need share }} nature points }} }} {REFUSED} }} }}"""
CHANGE = f"""mutation ($input: ChangeChallengeInput!) {{ changeChallenge(input: $input) {{ __typename
  ... on ChangeChallenge {{ challenge {{ state endsAt goal {{ need }} }} }} {REFUSED} }} }}"""
CANCEL = f"""mutation ($id: ID!) {{ cancelChallenge(input: {{challenge: $id}}) {{ __typename
  ... on CancelChallenge {{ challenge {{ state cancelledAt }} }} {REFUSED} }} }}"""
ONE = """query ($id: ID!) { challenge(id: $id) { id title state met teams { key } progress { members have met }
  me { value } } }"""
FEED = "{ me { points { effort } recognitions { edges { node { kind title points why { text evidence { id } } } } } } }"


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: TestClock) -> AsyncIterator[Organisation]:
    """Two teams and their managers; the clock is the app's."""
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish(WITH_CHALLENGES)
        await craft.hire("kari", "per", team="north")
        await craft.hire("ola", team="south")
        await craft.hire("nora", team="north", role=Role.MANAGER)
        await craft.hire("adam", role=Role.ADMIN)
        clock.move(timedelta(minutes=1))
        yield craft


async def create(client: Client, **changes: Any) -> Any:
    given = {"id": "c1", "teams": ["north"], "template": "practice-sprint", **changes}
    return (await client.ask(CREATE, **given))["createChallenge"]


async def seen(client: Client, **variables: Any) -> list[Any]:
    edges = (await client.ask(LIST, **variables))["challenges"]["edges"]
    return [edge["node"] for edge in edges]


async def test_a_challenge_from_its_start_to_its_recognition(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    """C1-C3, seen by all sides; progress is live, and the sweep of the worker settles."""
    nora, kari = sign_in("nora"), sign_in("kari")
    first, again = await create(nora), await create(nora)
    assert first["__typename"] == "CreateChallenge", first
    challenge = first["challenge"]
    assert again["challenge"]["id"] == challenge["id"]
    assert (challenge["title"], challenge["state"]) == ("Practice sprint", "RUNNING")
    assert "2" in challenge["asks"]
    clock.move(timedelta(days=1))
    for person, times in (("kari", 3), ("per", 1)):
        await craft.record(person, *(new_event(f"{n}", at=clock() - timedelta(hours=n)) for n in range(times)))
    [mine] = await seen(kari, state="RUNNING")
    assert mine["progress"] == {"members": 2, "asked": 2, "reached": 1, "have": 4, "met": False}
    assert mine["me"] == {"value": 3, "asked": True, "reached": True}
    assert mine["goal"] == {"kind": "EVERYONE", "need": 2, "share": None}
    assert (await seen(nora))[0]["me"] is None
    changed = await nora.ask(CHANGE, input={"challenge": challenge["id"], "goal": {"everyone": 1}})
    assert changed["changeChallenge"]["challenge"]["goal"] == {"need": 1}
    # A fortnight on the teams' clocks, which is an hour longer when summer time ends in it.
    clock.move(timedelta(days=13, hours=2))
    assert [each["state"] for each in await seen(kari)] == ["SETTLING"]
    clock.move(timedelta(days=1))
    await sweep({"process": craft.factory._process})
    await craft.judge()
    [settled] = await seen(kari, state="SETTLED")
    assert (settled["met"], settled["progress"]["reached"]) == (True, 2)
    assert settled["me"]["value"] == 3
    learner = (await kari.ask(FEED))["me"]
    [given] = [edge["node"] for edge in learner["recognitions"]["edges"] if edge["node"]["kind"] == "CHALLENGE"]
    assert (given["title"], given["points"], len(given["why"]["evidence"])) == ("Practice sprint", 30, 3)
    assert learner["points"]["effort"] == sum(edge["node"]["points"] for edge in learner["recognitions"]["edges"])


async def test_who_sees_a_challenge(craft: Organisation, sign_in: SignIn, clock: TestClock) -> None:
    """Members and managers of its teams, and admins; a draft its managers alone; for others there is none."""
    nora = sign_in("nora")
    ids = {
        name: (await nora.ask(OWN, input={
            "id": name, "teams": ["north"], "template": "listening-days", "draft": name == "draft",
        }))["createChallenge"]["challenge"]["id"]
        for name in ("open", "draft")
    }  # fmt: skip
    sees = {"nora": ids.keys(), "adam": ids.keys(), "kari": {"open"}, "ola": set()}
    for person, names in sees.items():
        client = sign_in(person)
        for name, challenge in ids.items():
            found = (await client.ask(ONE, id=challenge))["challenge"]
            assert (found is not None) is (name in names), (person, name)
            node = (await client.ask("query ($id: ID!) { node(id: $id) { id } }", id=challenge))["node"]
            assert node == ({"id": challenge} if name in names else None)
        assert {each["id"] for each in await seen(client)} == {ids[name] for name in names}
    assert (await nora.ask('{ challenges(team: "south") { edges { cursor } } }'))["challenges"]["edges"] == []
    assert len((await nora.ask('{ challenges(team: "north") { edges { cursor } } }'))["challenges"]["edges"]) == 2
    clock.move(timedelta(minutes=1))
    await craft.hire("kari", team="south")
    assert [each["id"] for each in await seen(sign_in("kari"))] == [ids["open"]]


async def test_a_measure_of_the_managers_own_is_checked_like_quest_files(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    nora = sign_in("nora", language="nb")
    wish = {
        "id": "own",
        "teams": ["north"],
        "title": "Talk",
        "measure": {"sum": {"event": "call.practised", "field": "minutes", "where": {"score": {"min": 2.5}}}},
        "goal": {"share": "37.5%", "reach": 90.5},
        "points": 5,
        "endsAt": (clock() + timedelta(days=3)).isoformat(),
    }
    wrong = {"sum": {"event": "call.practised", "field": "minuts"}}
    refused = (await nora.ask(OWN, input={**wish, "measure": wrong}))["createChallenge"]
    assert (refused["code"], refused["field"]) == ("CHALLENGE_TERMS_NOT_VALID", "measure")
    assert "minuts" in refused["message"]
    assert "minutes" in refused["message"]
    made = (await nora.ask(OWN, input=wish))["createChallenge"]
    assert made["__typename"] == "CreateChallenge", made
    assert made["challenge"]["goal"] == {"kind": "SHARE", "need": 90.5, "share": 0.375}
    assert made["challenge"]["nature"] == "EFFORT"
    await craft.record("kari", *(new_event(f"{n}", at=clock(), minutes=45.25, score=3) for n in range(2)))
    found = (await sign_in("kari").ask(ONE, id=made["challenge"]["id"]))["challenge"]
    assert found["me"] == {"value": 90.5}
    assert found["progress"] == {"members": 2, "have": 90.5, "met": True}


async def test_refusals_say_what_is_wrong(craft: Organisation, sign_in: SignIn, clock: TestClock) -> None:
    nora, kari, ola = sign_in("nora"), sign_in("kari"), sign_in("ola")
    challenge = (await create(nora))["challenge"]["id"]
    assert (await create(nora, template="listening-days"))["code"] == "ID_TAKEN"
    assert (await create(nora, id="x", template="nothing"))["code"] == "CHALLENGE_TEMPLATE_UNKNOWN"
    assert (await create(nora, id="x", startsAt="2020-01-01T00:00:00Z"))["code"] == "CHALLENGE_STARTS_IN_THE_PAST"
    assert (await create(nora, id="x", startsAt="2020-01-01"))["field"] == "startsAt"
    assert (await create(nora, id="x", teams=["south"]))["code"] == "TEAM_UNKNOWN"
    assert (await create(kari, id="x"))["code"] == "CHALLENGE_NOT_YOURS"
    assert (await kari.ask(CANCEL, id=challenge))["cancelChallenge"]["code"] == "CHALLENGE_NOT_YOURS"
    assert (await ola.ask(CANCEL, id=challenge))["cancelChallenge"]["code"] == "CHALLENGE_UNKNOWN"
    for _ in range(2):
        cancelled = (await nora.ask(CANCEL, id=challenge))["cancelChallenge"]
        assert cancelled["challenge"]["state"] == "CANCELLED"
    over = (await nora.ask(CHANGE, input={"challenge": challenge, "title": "y"}))["changeChallenge"]
    assert over["code"] == "CHALLENGE_OVER"


async def test_a_list_costs_the_same_however_long_it_is(
    craft: Organisation, sign_in: SignIn, app_statements: Statements
) -> None:
    nora, kari = sign_in("nora"), sign_in("kari")
    counted = []
    for number in range(4):
        await create(nora, id=f"c{number}")
        with app_statements.recorded() as run:
            assert len(await seen(kari)) == number + 1
        counted.append(len(run))
    assert counted[1] == counted[-1]


async def test_pages_of_challenges_hold_each_one_once(craft: Organisation, sign_in: SignIn) -> None:
    nora = sign_in("nora")
    made = [(await create(nora, id=f"c{number}"))["challenge"]["id"] for number in range(5)]
    page = """query ($after: String) { challenges(first: 2, after: $after) {
      edges { node { id } } pageInfo { hasNextPage endCursor } } }"""
    found: list[str] = []
    after, more = None, True
    while more:
        answer = (await nora.ask(page, after=after))["challenges"]
        found += [edge["node"]["id"] for edge in answer["edges"]]
        after, more = answer["pageInfo"]["endCursor"], answer["pageInfo"]["hasNextPage"]
    assert sorted(found) == sorted(made)
    assert len(found) == 5
    for none in ("x", write_cursor("challenges", "x"), write_cursor("challenges", ""), write_cursor("quests", "x")):
        error = await nora.error(page, after=none)
        assert (error["extensions"]["reason"], error["extensions"]["field"]) == ("CURSOR_NOT_VALID", "after")


SIDES = """query ($id: ID!) { challenge(id: $id) { form met teams { key } teamsThatMet { key name }
  progress { members asked reached have met } me { value asked reached }
  sides { team { key } members asked reached share met } } }"""


async def test_teams_side_by_side_each_see_their_own_share_and_who_met_the_goal(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    """Promise 4: of a team that is not one's own nothing shows but that it got there."""
    adam, nora, kari, ola = (sign_in(person) for person in ("adam", "nora", "kari", "ola"))
    wish = {"id": "c1", "teams": ["north", "south"], "template": "listening-days", "form": "SIDE_BY_SIDE"}
    assert (await create(nora, **wish))["code"] == "TEAM_UNKNOWN"
    ends = (clock() + timedelta(days=3)).isoformat()
    own = {**wish, "template": None, "title": "x", "measure": {"count": {"event": "call.practised"}}, "endsAt": ends}
    refused = (await adam.ask(OWN, input={**own, "goal": {"together": 3}}))["createChallenge"]
    assert (refused["code"], refused["field"]) == ("CHALLENGE_SIDES_NEED_SHARE", "goal")
    assert (await create(adam, **{**wish, "teams": ["north"]}))["code"] == "CHALLENGE_SIDES_NEED_TEAMS"
    made = await create(adam, **wish)
    assert made["__typename"] == "CreateChallenge", made
    challenge = made["challenge"]["id"]
    clock.move(timedelta(days=2))
    for day in (0, 1):
        await craft.record("kari", new_event(f"{day}", at=days_ago(day, of=clock())))
    await craft.record("ola", new_event("1", at=clock()))

    async def shown(client: Client) -> Any:
        return (await client.ask(SIDES, id=challenge))["challenge"]

    north = {"team": {"key": "north"}, "members": 2, "asked": 2, "reached": 1, "share": 0.5, "met": True}
    south = {"team": {"key": "south"}, "members": 1, "asked": 1, "reached": 0, "share": 0.0, "met": False}
    for settled in (False, True):
        if settled:
            clock.move(timedelta(days=8))
            await craft.factory.settling().sweep()
        for client, sides, met in ((kari, [north], True), (ola, [south], False), (adam, [north, south], True)):
            found = await shown(client)
            assert (found["form"], found["sides"]) == ("SIDE_BY_SIDE", sides)
            assert found["teamsThatMet"] == [{"key": "north", "name": "north"}]
            assert [team["key"] for team in found["teams"]] == ["north", "south"]
            assert (found["met"], found["progress"]["met"]) == (met if settled else None, met)
            assert found["progress"]["members"] == sum(int(str(side["members"])) for side in sides)
        assert (await shown(kari))["progress"]["have"] == 2
        assert (await shown(ola))["me"] == {"value": 1, "asked": True, "reached": False}
    [together] = await _sides_of_one(nora, clock)
    assert together == {"form": "TOGETHER", "sides": [], "teamsThatMet": []}


async def _sides_of_one(nora: Client, clock: TestClock) -> list[Any]:
    made = await create(nora, id="one")
    query = "query ($id: ID!) { challenge(id: $id) { form sides { met } teamsThatMet { key } } }"
    return [(await nora.ask(query, id=made["challenge"]["id"]))["challenge"]]
