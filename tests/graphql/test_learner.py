"""`me` and `learner`: what the home screen shows, in which language, who may see it, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.graphql.packs import BILINGUAL
from tests.support.organisations import ZONE, Organisation, days_ago, new_event
from tests.support.statements import Statements
from vekst.domain.actors import Role
from vekst.domain.calendars import zone
from vekst.graphql.opaque import learner_node

SignIn = Callable[..., Client]

LEARNER = "query ($person: String!) { learner(person: $person) { person } }"


async def practise(organisation: Organisation, person: str, days: int, clock: TestClock) -> None:
    """Practise once a day, up to now."""
    events = [new_event(f"d{n}", at=days_ago(n, of=clock.now), minutes=5, score=7) for n in range(days)]
    await organisation.record(person, *events)
    await organisation.judge()


async def test_me_before_and_after_judging(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    kari = sign_in("kari")
    await organisation.record("kari", *(new_event(f"e{n}", minutes=5, score=7) for n in range(3)))
    waiting = await kari.ask("{ me { person name zone locale pendingEvents points { total } } }")
    assert waiting["me"] == {
        "person": "kari",
        "name": "Kari",
        "zone": "Europe/Oslo",
        "locale": "en",
        "pendingEvents": 3,
        "points": {"total": 0},
    }
    await organisation.judge()
    judged = await kari.ask("{ me { pendingEvents points { total effort outcomesRecognised outcomesHeld } } }")
    points = {"total": 50, "effort": 50, "outcomesRecognised": 0, "outcomesHeld": 0}
    assert judged["me"] == {"pendingEvents": 0, "points": points}


async def test_the_standings_of_a_learner(organisation: Organisation, sign_in: SignIn, clock: TestClock) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await practise(organisation, "kari", 4, clock)
    data = await sign_in("kari").ask(
        """{ me {
          skills { skill { key title } level points nextAt freshness }
          quests { quest { key } state occurrence completedAt steps { key state have need } }
          badges { badge { key } tier occurrence next { tier have need } }
          streaks { streak { key title } current longest freezes state }
        } }"""
    )
    me = data["me"]
    # Four practised calls of 5 points and the quest's step of 15.
    assert me["skills"] == [
        {
            "skill": {"key": "discovery", "title": "Discovery"},
            "level": 1,
            "points": 35,
            "nextAt": 40,
            "freshness": "FRESH",
        }
    ]
    quests = {quest["quest"]["key"]: quest for quest in me["quests"]}
    assert quests["better-questions"]["state"] == "OPEN"
    assert quests["better-questions"]["steps"] == [
        {"key": "learn", "state": "OPEN", "have": 0, "need": 1},
        {"key": "try", "state": "COMPLETED", "have": 2, "need": 2},
    ]
    assert quests["deep-dive"]["state"] == "AVAILABLE"
    badges = {badge["badge"]["key"]: badge for badge in me["badges"]}
    assert badges["brave-caller"]["tier"] == "bronze"
    assert badges["brave-caller"]["next"] == {"tier": "silver", "have": 4, "need": 10}
    assert me["streaks"] == [
        {
            "streak": {"key": "daily-practice", "title": "Daily practice"},
            "current": 4,
            "longest": 4,
            "freezes": 0,
            "state": "DONE",
        }
    ]


async def test_quests_in_one_state_only(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    data = await sign_in("kari").ask("{ me { quests(state: AVAILABLE) { quest { key } } } }")
    assert data["me"]["quests"] == [{"quest": {"key": "deep-dive"}}]


async def test_the_days_of_a_streak(organisation: Organisation, sign_in: SignIn, clock: TestClock) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await practise(organisation, "kari", 2, clock)
    today = clock.now.astimezone(zone(ZONE)).date()
    variables = {"from": str(today - timedelta(days=3)), "to": str(today + timedelta(days=1))}
    data = await sign_in("kari").ask(operation("streak_calendar"), **variables)
    days = data["me"]["streaks"][0]["days"]
    assert [day["state"] for day in days] == ["OPEN", "OPEN", "ACTIVE", "ACTIVE", "AHEAD"]
    assert days[0]["date"] == variables["from"]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-02-02", "2026-02-01"), ("2020-01-01", "2026-01-01"), ("0001-01-01", "0001-01-02"), ("x", "2026-02-01")],
)
async def test_days_that_are_none_are_refused_in_words(
    organisation: Organisation, sign_in: SignIn, first: str, last: str
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    error = await sign_in("kari").error(operation("streak_calendar"), **{"from": first, "to": last})
    assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_without_a_pack_there_is_a_learner_all_the_same(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari")
    data = await sign_in("kari").ask(
        "{ me { person zone skills { level } points { total } } quests { edges { cursor } } }"
    )
    assert data["me"] == {"person": "kari", "zone": "UTC", "skills": [], "points": {"total": 0}}
    assert data["quests"]["edges"] == []


@pytest.mark.parametrize(
    ("language", "title"),
    [
        (None, "Modig ringer"),
        ("en", "Brave caller"),
        ("en-GB,en;q=0.8", "Brave caller"),
        ("nn-NO, en;q=0.5", "Modig ringer"),
        ("no", "Modig ringer"),
        ("de, nb;q=0.2, en;q=0.1", "Modig ringer"),
        ("de", "Modig ringer"),
        ("en;q=0, *;q=0.5, ;;,", "Modig ringer"),
    ],
)
async def test_titles_come_in_the_callers_language_else_the_packs_first(
    organisation: Organisation, sign_in: SignIn, language: str | None, title: str
) -> None:
    await organisation.publish(BILINGUAL)
    await organisation.hire("kari")
    data = await sign_in("kari", language=language).ask("{ me { badges { badge { key title } } } }")
    assert {"key": "brave-caller", "title": title} in [badge["badge"] for badge in data["me"]["badges"]]


async def test_an_admin_sees_anyone(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari")
    await organisation.hire("ada", role=Role.ADMIN)
    data = await sign_in("ada").ask(LEARNER, person="kari")
    assert data["learner"] == {"person": "kari"}


async def test_oneself_is_seen_by_key_too(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari")
    assert await sign_in("kari").ask(LEARNER, person="kari") == {"learner": {"person": "kari"}}


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MANAGER, Role.AUTHOR])
async def test_nobody_else_sees_anyone_and_learns_nothing_about_who_exists(
    organisation: Organisation, sign_in: SignIn, role: Role
) -> None:
    await organisation.hire("kari")
    await organisation.hire("ola", role=role)
    ola = sign_in("ola", language="nb")
    known, unknown = await ola.error(LEARNER, person="kari"), await ola.error(LEARNER, person="nobody")
    assert known == unknown
    assert known["extensions"]["code"] == "NOT_ALLOWED"
    assert known["message"] == "Du kan bare se deg selv."


@pytest.mark.parametrize("person", ["nobody", "", "\0", "\ud800", "k" * 10_000])
async def test_an_unknown_person_is_said_to_be_unknown(
    organisation: Organisation, sign_in: SignIn, person: str
) -> None:
    await organisation.hire("ada", role=Role.ADMIN)
    error = await sign_in("ada", language="nb").error(LEARNER, person=person)
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["field"] == "person"
    assert error["message"].startswith("Her finnes ingen lærende")
    assert error["path"] == ["learner"]


async def test_an_integration_is_no_learner(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.integration("crm")
    error = await sign_in(integration="crm").error("{ me { person } }")
    assert error["extensions"]["code"] == "NOT_ALLOWED"


async def test_nothing_crosses_an_organisation(organisation: Organisation, sign_in: SignIn, unsigned: Client) -> None:
    other = Organisation(
        organisation.factory, await organisation.factory.organisations().create("x" + organisation.key), "x"
    )
    await other.hire("kari")
    await organisation.hire("ada", role=Role.ADMIN)
    [(learner_id,)] = await other.rows("SELECT learner_id FROM people")
    ada = sign_in("ada")
    assert (await ada.error(LEARNER, person="kari"))["extensions"]["code"] == "NOT_FOUND"
    kari = learner_node(UUID(str(learner_id)))
    assert await ada.ask("query ($id: ID!) { node(id: $id) { id } }", id=kari) == {"node": None}


async def test_the_home_screen_costs_a_constant_number_of_statements(
    organisation: Organisation, sign_in: SignIn, app_statements: Statements, clock: TestClock
) -> None:
    await organisation.publish()
    await organisation.hire("kari", *(f"p{n}" for n in range(6)))
    for person in ("kari", *(f"p{n}" for n in range(6))):
        await organisation.factory.boards().join(await organisation.actor(person), "learning-streaks")
    kari, home = sign_in("kari"), operation("home")
    await kari.ask(home, board="learning-streaks")
    with app_statements.recorded() as few:
        await kari.ask(home, board="learning-streaks")
    await practise(organisation, "kari", 30, clock)
    for n in range(6):
        await practise(organisation, f"p{n}", n + 5, clock)
    with app_statements.recorded() as many:
        data = await kari.ask(home, board="learning-streaks")
    assert len(data["me"]["recognitions"]["edges"]) == 10
    assert data["leaderboard"]["me"]["rank"] == 1
    assert sorted(many) == sorted(few)
    asked = [statement for statement in many if "set_config" not in statement]
    # Who asks and under which pack, the person with their standing, a page of the ledger, the board.
    assert len(asked) == 4
    assert len(many) <= 10
