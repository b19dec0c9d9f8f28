"""What a manager sees, and what the learner sees of themselves: the same numbers, nobody ranked, no feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, days_ago, new_event
from tests.support.packs import ANY_DAY
from tests.support.statements import Statements
from vekst.domain.actors import Role
from vekst.graphql.schema import build_schema

SignIn = Callable[..., Client]

MINE, TEAM, ACKNOWLEDGE = operation("my_growth"), operation("team_growth"), operation("acknowledge")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPAN = {"from": "2026-03-02", "to": "2026-03-15"}
MEMBERS = """query ($team: String!) { team(key: $team) { members { person name skills { level } badges { tier }
  quests { state } streaks { current state } } } }"""


@pytest.fixture
async def craft(organisation: Organisation, clock: TestClock) -> Organisation:
    """Nora manages Åse, Kari and Bo of the north; Kari practised, Bo closed a deal, Åse did nothing."""
    await organisation.publish(ANY_DAY)
    await organisation.hire("nora", role=Role.MANAGER, team="north")
    await organisation.hire("kari", "bo", "åse", team="north")
    await organisation.hire("siv", role=Role.MANAGER, team="south")
    days = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 8)]
    await organisation.record("kari", *(new_event(f"c{n}", at=day, score=n) for n, day in enumerate(days)))
    await organisation.record(
        "kari",
        new_event("l", "lesson.completed", at=MONDAY, lesson="open-questions"),
        new_event("before", at=MONDAY - timedelta(days=3)),
    )
    await organisation.record("bo", *(new_event(f"d{n}", "deal.closed", at=MONDAY, amount=1) for n in range(2)))
    await organisation.judge()
    return organisation


def times(events: list[Any]) -> dict[str, int]:
    return {each["nature"]: each["times"] for each in events if each["times"]}


async def growth_of_team(client: Client, **changes: Any) -> Any:
    return (await client.ask(TEAM, **{"team": "north", **SPAN, **changes}))["team"]["growth"]


async def test_a_manager_sees_participation_effort_skills_and_the_balance(craft: Organisation, sign_in: SignIn) -> None:
    growth = await growth_of_team(sign_in("nora"))
    assert (growth["members"], growth["participating"]) == (3, 1)
    assert times(growth["events"]) == {"PRACTICE": 4, "LEARNING": 1, "OUTCOME": 2}
    [skill] = growth["skills"]
    assert (skill["growth"]["skill"]["key"], skill["people"]) == ("discovery", 1)
    assert growth["balance"]["effort"] > growth["balance"]["outcomes"] == 10
    assert [week["monday"] for week in growth["weeks"]] == ["2026-03-02", "2026-03-09"]
    assert [times(week["events"]) for week in growth["weeks"]] == [
        {"PRACTICE": 3, "LEARNING": 1, "OUTCOME": 2},
        {"PRACTICE": 1},
    ]


async def test_people_are_listed_by_name_and_in_no_other_order(craft: Organisation, sign_in: SignIn) -> None:
    nora = sign_in("nora")
    listed = [each["person"] for each in (await growth_of_team(nora))["people"]]
    assert listed == ["bo", "kari", "åse"]
    members = (await nora.ask(MEMBERS, team="north"))["team"]["members"]
    assert [each["name"] for each in members] == ["Bo", "Kari", "Åse"]


async def test_whatever_a_manager_sees_of_somebody_they_see_themselves(craft: Organisation, sign_in: SignIn) -> None:
    """No number that a learner cannot see about themselves: by the schema, and by what is answered."""
    schema = build_schema().core
    numbers, member, own = (schema.type_map[name] for name in ("GrowthNumbers", "MemberGrowth", "Growth"))
    assert isinstance(numbers, GraphQLInterfaceType)
    assert isinstance(member, GraphQLObjectType)
    assert isinstance(own, GraphQLObjectType)
    assert set(member.fields) - set(numbers.fields) == {"person", "name"}
    assert set(numbers.fields) <= set(own.fields)
    [kari] = [each for each in (await growth_of_team(sign_in("nora")))["people"] if each["person"] == "kari"]
    mine = (await sign_in("kari").ask(MINE, **SPAN))["me"]["growth"]
    shared = ("activeDays", "events", "skills", "balance", "unacknowledged")
    assert {name: kari[name] for name in shared} == {name: mine[name] for name in shared}
    assert kari["activeDays"] == 4


async def test_who_manages_nobody_there_sees_nobody(craft: Organisation, sign_in: SignIn) -> None:
    assert (await sign_in("siv").ask(TEAM, team="north", **SPAN))["team"] is None
    assert (await sign_in("siv").ask(TEAM, team="nowhere", **SPAN))["team"] is None
    assert (await sign_in("kari").ask('{ team(key: "north") { name } }'))["team"] == {"name": "north"}
    for query in (TEAM, MEMBERS):
        error = await sign_in("kari").error(query, team="north", **(SPAN if query is TEAM else {}))
        assert error["extensions"]["code"] == "NOT_ALLOWED"
        assert error["message"].startswith("Only its managers")


async def test_an_admin_sees_every_team_and_its_learners(craft: Organisation, sign_in: SignIn) -> None:
    await craft.hire("ada", role=Role.ADMIN)
    assert (await growth_of_team(sign_in("ada")))["members"] == 3


async def test_who_left_or_moved_is_not_among_the_members(craft: Organisation, sign_in: SignIn) -> None:
    await craft.dismiss("bo")
    await craft.hire("kari", team="south")
    growth = await growth_of_team(sign_in("nora"))
    assert [each["person"] for each in growth["people"]] == ["åse"]


async def test_the_number_of_statements_does_not_grow_with_the_team(
    craft: Organisation, sign_in: SignIn, app_statements: Statements
) -> None:
    nora = sign_in("nora")
    await growth_of_team(nora)
    counts = []
    for more in range(2):
        with app_statements.recorded() as run:
            await growth_of_team(nora)
        counts.append(len(run))
        await craft.hire(*(f"p{more}-{n}" for n in range(20)), team="north")
        for n in range(3):
            await craft.record(f"p{more}-{n}", *(new_event(f"e{i}", at=MONDAY + timedelta(days=i)) for i in range(9)))
        await craft.judge()
    assert counts[0] == counts[1]


async def test_a_voided_event_is_not_counted(craft: Organisation, sign_in: SignIn) -> None:
    await craft.void("kari", "app", "c3", reason="error")
    await craft.judge()
    mine = (await sign_in("kari").ask(MINE, **SPAN))["me"]["growth"]
    assert (mine["activeDays"], times(mine["events"])) == (3, {"PRACTICE": 3, "LEARNING": 1})


async def test_dates_are_the_learners_own(craft: Organisation, sign_in: SignIn) -> None:
    """Half past eleven in the evening of 15 March in Oslo is in the span; half an hour later is not."""
    late = datetime(2026, 3, 15, 22, 30, tzinfo=UTC)
    await craft.record("kari", new_event("in", at=late), new_event("out", at=late + timedelta(minutes=30)))
    await craft.judge()
    mine = (await sign_in("kari").ask(MINE, **SPAN))["me"]["growth"]
    assert times(mine["events"])["PRACTICE"] == 5


@pytest.mark.parametrize(("first", "last"), [("2026-03-02", "2026-03-01"), ("2020-01-01", "2026-01-01"), ("x", "y")])
async def test_a_span_that_is_none_is_refused(craft: Organisation, sign_in: SignIn, first: str, last: str) -> None:
    error = await sign_in("kari").error(MINE, **{"from": first, "to": last})
    assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_a_run_that_is_about_to_end_is_an_invitation_to_help(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    days = [days_ago(n, of=clock.now) for n in (3, 2, 1)]
    await craft.record("kari", *(new_event(f"s{n}", at=day) for n, day in enumerate(days)))
    await craft.judge()
    [kari] = [each for each in (await growth_of_team(sign_in("nora")))["people"] if each["person"] == "kari"]
    run = kari["streaksAtRisk"][0]
    assert run["current"] == 3
    assert run["invitation"].startswith("Kari has 3 in a row")
    mine = (await sign_in("kari", language="nb").ask(MINE, **SPAN))["me"]["growth"]["streaksAtRisk"][0]
    assert mine["invitation"].startswith("Du har 3 på rad")


async def test_a_conversation_is_prepared_in_words(craft: Organisation, sign_in: SignIn) -> None:
    parts = (await sign_in("kari").ask(MINE, **SPAN))["me"]["growth"]["conversation"]
    assert [part["topic"] for part in parts] == ["TRIED", "IMPROVED", "FEEDBACK", "GOALS", "KEPT_UP"]
    assert parts[0]["lines"][:3] == [
        "Active on 4 days.",
        "Practised a call: 4 times.",
        "Completed a lesson: once.",
    ]
    assert any("Brave caller" in line for line in parts[1]["lines"])
    assert parts[2]["lines"] == ["Nothing in this time."]
    in_norwegian = (await sign_in("kari", language="nb").ask(MINE, **SPAN))["me"]["growth"]["conversation"]
    assert in_norwegian[0]["title"] == "Det du prøvde"


async def unseen(client: Client, person: str = "kari") -> list[Any]:
    people = (await growth_of_team(client))["people"]
    [found] = [each["unacknowledged"] for each in people if each["person"] == person]
    return list(found)


async def test_progress_is_acknowledged_once_and_the_learner_sees_by_whom(craft: Organisation, sign_in: SignIn) -> None:
    nora = sign_in("nora")
    before = await unseen(nora)
    badge = next(each for each in before if each["kind"] == "BADGE")
    given = {"id": "a1", "recognition": badge["id"], "occurredAt": "2026-03-20T09:00:00Z"}
    answers = [(await nora.ask(ACKNOWLEDGE, input=given))["acknowledge"]["receipt"]["status"] for _ in range(2)]
    assert answers == ["STORED", "DUPLICATE"]
    assert [each["id"] for each in await unseen(nora)] == [each["id"] for each in before if each is not badge]
    seen = await sign_in("kari").ask(
        "query ($id: ID!) { node(id: $id) { ... on Recognition { acknowledged { name givenAt } } } }", id=badge["id"]
    )
    assert seen["node"]["acknowledged"] == {"name": "Nora", "givenAt": "2026-03-20T09:00:00Z"}


async def test_outcomes_are_not_in_the_list_of_progress(craft: Organisation, sign_in: SignIn) -> None:
    assert await unseen(sign_in("nora"), "bo") == []


@pytest.mark.parametrize(("who", "code"), [("siv", "RECOGNITION_UNKNOWN"), ("kari", "ACKNOWLEDGING_ONESELF")])
async def test_only_who_manages_somebody_acknowledges_their_progress(
    craft: Organisation, sign_in: SignIn, who: str, code: str
) -> None:
    badge = (await unseen(sign_in("nora")))[0]
    given = {"id": "a", "recognition": badge["id"], "occurredAt": "2026-03-20T09:00:00Z"}
    assert (await sign_in(who).ask(ACKNOWLEDGE, input=given))["acknowledge"]["code"] == code
    odd = await sign_in("nora").ask(ACKNOWLEDGE, input={**given, "recognition": "x"})
    assert odd["acknowledge"]["code"] == "RECOGNITION_UNKNOWN"


async def test_what_others_do_is_no_effort_of_ones_own(craft: Organisation, sign_in: SignIn, clock: TestClock) -> None:
    """Being asked, told and acknowledged makes nobody a participant; asking, giving and trying does."""
    nora, bo, kari = sign_in("nora"), sign_in("bo"), sign_in("kari")
    days = [days_ago(n, of=clock.now) for n in (9, 8, 7, 6)]
    asked, given, _, acted = (day.isoformat() for day in days)
    # A day more on each side: where UTC and the learners are not on the same date.
    span = {"from": str(days[0].date() - timedelta(days=1)), "to": str(clock.now.date() + timedelta(days=1))}
    wish: dict[str, Any] = {"id": "a", "person": "bo", "question": "Was I clear?", "occurredAt": asked}
    feedback = (await kari.ask(operation("ask_for_feedback"), input=wish))["askForFeedback"]["feedback"]["id"]
    await craft.judge()
    people = {each["person"]: each for each in (await growth_of_team(nora, **span))["people"]}
    assert (people["kari"]["activeDays"], times(people["kari"]["events"])) == (1, {"FEEDBACK": 1})
    assert (people["bo"]["activeDays"], times(people["bo"]["events"])) == (0, {})
    wish = {"id": "g", "feedback": feedback, "worked": "The pause", "tryNext": "One more", "occurredAt": given}
    await bo.ask(operation("give_feedback"), input=wish)
    await craft.record("kari", new_event("try", at=days[2]))
    wish = {"id": "x", "feedback": feedback, "tried": "One more", "event": {"id": "try"}, "occurredAt": acted}
    await kari.ask(operation("act_on_feedback"), input=wish)
    badge = (await unseen(nora))[0]["id"]
    await nora.ask(ACKNOWLEDGE, input={"id": "seen", "recognition": badge, "occurredAt": clock.now.isoformat()})
    await craft.judge()
    team = await growth_of_team(nora, **span)
    assert (team["participating"], times(team["events"])) == (2, {"PRACTICE": 1, "FEEDBACK": 3})
    people = {each["person"]: each for each in team["people"]}
    assert (people["kari"]["activeDays"], people["bo"]["activeDays"]) == (3, 1)
    # In words both sides are told, also what was done for them.
    told = {name: await _part(client, "FEEDBACK", span) for name, client in (("kari", kari), ("bo", bo))}
    assert told["kari"] == [
        "Had progress acknowledged: once.",
        "Acted on feedback: once.",
        "Asked for feedback: once.",
        "Received feedback: once.",
    ]
    assert told["bo"] == ["Gave feedback: once.", "Was asked for feedback: once.", "Gave feedback that was used: once."]


async def _part(client: Client, topic: str, span: dict[str, str]) -> list[str]:
    parts = (await client.ask(MINE, **span))["me"]["growth"]["conversation"]
    [lines] = [part["lines"] for part in parts if part["topic"] == topic]
    return list(lines)


async def test_goals_that_are_shared_wait_to_be_acknowledged_and_private_ones_are_nobodys_business(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    nora, kari = sign_in("nora"), sign_in("kari")
    today, now = clock.now.date(), clock.now.isoformat()
    span = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    for name, shared in (("open", True), ("private", False)):
        goal = {"count": {"event": "call.practised", "at_least": 1 if shared else 2}}
        until = str(today + timedelta(days=5))
        begun = (clock.now - timedelta(hours=3)).isoformat()
        wish: dict[str, Any] = {"id": name, "earn": goal, "until": until, "shared": shared, "occurredAt": begun}
        await kari.ask(operation("set_goal"), input=wish)
    await craft.record("kari", *(new_event(f"g{n}", at=clock.now - timedelta(hours=n)) for n in (1, 2)))
    await craft.judge()
    reached = (await growth_of_team(nora, **span))["people"]
    [goal] = [each for one in reached for each in one["unacknowledged"] if each["kind"] == "GOAL"]
    mine = (await kari.ask(MINE, **span))["me"]["growth"]
    assert [each for each in mine["unacknowledged"] if each["kind"] == "GOAL"] == [goal]
    assert [each["state"] for each in mine["goals"]] == ["REACHED", "REACHED"]
    given = {"id": "well-done", "recognition": goal["id"], "occurredAt": now}
    assert (await nora.ask(ACKNOWLEDGE, input=given))["acknowledge"]["receipt"]["status"] == "STORED"
    ledger = "query { me { recognitions(first: 50) { edges { node { id kind acknowledged { name } } } } } }"
    nodes = [edge["node"] for edge in (await kari.ask(ledger))["me"]["recognitions"]["edges"]]
    goals = [node for node in nodes if node["kind"] == "GOAL"]
    assert [node["acknowledged"] for node in goals if node["id"] == goal["id"]] == [{"name": "Nora"}]
    [private] = [node["id"] for node in goals if node["id"] != goal["id"]]
    guessed = {"id": "guess", "recognition": private, "occurredAt": now}
    assert (await nora.ask(ACKNOWLEDGE, input=guessed))["acknowledge"]["code"] == "RECOGNITION_UNKNOWN"


async def test_what_improved_is_told_once_and_says_how_far(craft: Organisation, sign_in: SignIn) -> None:
    lines = await _part(sign_in("kari"), "IMPROVED", SPAN)
    assert lines == [
        "“Discovery”: 25 points of effort, now level 1.",
        "Reached: Brave caller.",
        "“Daily practice”: 3 in a row.",
    ]
