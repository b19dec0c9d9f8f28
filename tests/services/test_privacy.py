"""Privacy: everything about a person can be handed out, and all of it goes when they say so, to the last table."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.support.full import expire_something
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from tests.support.tables import every_row
from vekst.domain.actors import Role
from vekst.domain.errors import NotFound
from vekst.domain.personal_data import TABLES, OnErasure
from vekst.domain.receipts import ReceiptStatus
from vekst.factory import Process
from vekst.services.challenge_forms import NewChallenge
from vekst.services.feedback import Unasked
from vekst.services.goal_terms import GoalTerms
from vekst.services.people import PersonEntry
from vekst.services.privacy import as_document, as_text
from vekst.services.voiding import EventName
from vekst.settings import Settings
from vekst.storage import privacy_store
from vekst.storage.database import ERASER_ROLE
from vekst.storage.tables import metadata

NOW = datetime.now(UTC)
WORDS = ("How was my silence?", "You let it stand", "Ask once more", "I asked it twice", "To hear more", "I ran ahead")
PEOPLE_KEYS = {"learner_id", "giver_id", "created_by"}
"""Columns that name a person without a foreign key to people."""


def test_every_column_that_names_somebody_is_in_the_register() -> None:
    for name, table in metadata.tables.items():
        naming = {
            element.parent.name
            for key in table.foreign_key_constraints
            if key.referred_table.name == "people"
            for element in key.elements
        } - {"org_id"}
        naming |= {column.name for column in table.columns if column.name in PEOPLE_KEYS}
        assert naming == set(TABLES[name].people), f"tell in domain/personal_data.py whom {name} names"


def test_who_is_cleared_can_be_and_nothing_internal_is_misspelt() -> None:
    for name, rule in TABLES.items():
        columns = metadata.tables[name].columns
        assert all(columns[column].nullable for column, does in rule.people.items() if does is OnErasure.CLEAR), name
        if rule.people:
            assert rule.internal <= set(columns.keys()), name
            assert privacy_store.columns_shown(name), name


async def test_the_eraser_may_take_rows_or_names_from_every_table_that_names_people(process: Process) -> None:
    async with process.database.crossing() as connection:
        for name in privacy_store.PERSONAL_TABLES:
            for column, does in TABLES[name].people.items():
                action = "DELETE" if does is OnErasure.DELETE else "UPDATE"
                for privilege in (action, "SELECT"):
                    asked = "has_table_privilege(:role, :name, 'DELETE')"
                    if privilege != "DELETE":
                        asked = f"has_column_privilege(:role, :name, '{column}', '{privilege}')"
                    given = {"role": ERASER_ROLE, "name": name}
                    allowed = (await connection.execute(text(f"SELECT {asked}"), given)).scalar_one()
                    assert allowed, (name, column, privilege)


@pytest.fixture
async def full(organisation: Organisation) -> Organisation:
    """Kari is in every table that names people, as learner, as giver and as the manager of others."""
    org = organisation
    await org.publish(WITH_CHALLENGES)
    await org.factory.people().upsert(
        org.id, [PersonEntry("kari", "Kari Unmistakable", "kari@unmistakable.example", Role.MANAGER, "north")]
    )
    await org.hire("nora", "eli", team="north")
    kari, nora = await org.actor("kari"), await org.actor("nora")
    await org.factory.boards().join(kari, "learning-streaks")
    await org.record("kari", *(new_event(str(n), customer="Acme", score=n) for n in range(4)))
    await org.record("nora", *(new_event(str(n)) for n in range(4)))
    feedback = org.factory.feedback()
    at = NOW - timedelta(minutes=30)
    asked = await feedback.ask(kari, client_id="a", of="nora", question=WORDS[0], occurred_at=at, skill="discovery")
    given: dict[str, Any] = {
        "client_id": "g",
        "worked": WORDS[1],
        "try_next": WORDS[2],
        "occurred_at": at + timedelta(minutes=1),
    }
    await feedback.give(nora, to=asked.feedback, **given)
    await feedback.give(kari, to=Unasked("eli"), **given)
    await org.record("kari", new_event("try", at=at + timedelta(minutes=2)))
    await feedback.act_on(
        kari, client_id="t", feedback=asked.feedback, tried=WORDS[3], event=EventName("try"), occurred_at=NOW
    )
    await org.factory.voiding().void(kari, client_id="v", event=EventName("3", "app"), reason="error", person="nora")
    await _add_goals(org)
    await expire_something(org, "kari", "nora")
    async with org.factory._process.database.writing(org.id) as connection:
        for statement in (
            """INSERT INTO challenges (org_id, challenge_id, created_by, client_id, request, created_at, pack_version,
                   title, measure, goal, nature, points, zone, starts_at, ends_at, settles_at, draft, settled_at, met,
                   members, asked, reached, total)
               VALUES (:org, :org, :kari, 'c', '{}', now(), 1, 'x', '{}', '{}', 'effort', 0, 'UTC', now(),
                   now() + interval '1 day', now() + interval '2 days', false, now(), true, 2, 2, 2, 7)""",
            "INSERT INTO challenge_progress VALUES (:org, :org, :kari, 3, true, true)",
            "INSERT INTO challenge_teams SELECT :org, :org, team_id FROM teams WHERE key = 'north'",
            "INSERT INTO challenge_sides SELECT :org, :org, team_id, true, 2, 2, 2, 7 FROM challenge_teams",
            "INSERT INTO challenge_side_progress SELECT :org, :org, team_id, :kari, 3, true, true FROM challenge_teams",
            "INSERT INTO acknowledgements VALUES (:org, :kari, 1, :nora, now()), (:org, :nora, 1, :kari, now())",
            "INSERT INTO outbox VALUES (:org, :kari, :kari, 'recognised', '{}', now())",
            "INSERT INTO devices VALUES (:org, 'https://push.example.com', :kari, '', '', 'en', 0, 0, NULL, now())",
        ):
            given_names = {"org": org.id, "kari": kari.learner_id, "nora": nora.learner_id}
            await connection.execute(
                text(statement), {name: value for name, value in given_names.items() if f":{name}" in statement}
            )
    return org


async def _add_goals(org: Organisation) -> None:
    """One of Kari's own, dropped and looked back at, and one that she proposed to Nora, who set it."""
    goals, kari, nora = org.factory.goals(), await org.actor("kari"), await org.actor("nora")
    terms = GoalTerms({"count": {"event": "call.practised", "at_least": 3}}, NOW.date() + timedelta(days=5))
    own = await goals.set(kari, client_id="g", goal=terms, occurred_at=NOW, why=WORDS[4])
    await goals.drop(kari, own.goal)
    await goals.reflect(kari, client_id="r", goal=own.goal, words=WORDS[5], occurred_at=NOW)
    proposed = await goals.propose(kari, client_id="p", person="nora", terms=terms)
    await goals.set(nora, client_id="s", goal=proposed, occurred_at=NOW)


async def _rows(settings: Settings, org_id: UUID) -> list[str]:
    """Every row of the organisation, as text; bytes too."""
    tables = await every_row(settings)
    return [f"{name}: {row!r}" for name, rows in tables.items() for row in rows if org_id in row]


async def test_what_concerns_a_person_is_all_in_the_export(full: Organisation) -> None:
    found = await full.factory.privacy().export(full.id, "kari")
    for name in privacy_store.PERSONAL_TABLES:
        if name != "challenges":
            assert found.kinds[TABLES[name].kind][name], f"no row of {name}"
    document = json.loads(json.dumps(as_document(found)))
    told = json.dumps(document, ensure_ascii=False)
    for secret in ("Kari Unmistakable", "kari@unmistakable.example", "Acme", "north", "brave-caller", *WORDS):
        assert secret in told
    standing = next(each for each in document["data"] if each["kind"] == "STANDING")
    assert standing["rows"]["shown"]["points"]["effort"] > 0
    # Of others only what was shared with them.
    assert "nora@" not in told
    assert '"person": "eli"' not in told


async def test_the_export_reads_well_in_the_persons_language(full: Organisation) -> None:
    await full.factory.people().upsert(full.id, [PersonEntry("kari", locale="nb")])
    told = as_text(await full.factory.privacy().export(full.id, "kari"))
    assert told.startswith("Det som er lagret om kari, per ")
    assert "# Ordene i tilbakemeldinger" in told
    assert WORDS[2] in told
    assert not re.search(r"\{\w*\}", told)


async def test_nothing_in_the_database_knows_an_erased_person(full: Organisation, settings: Settings) -> None:
    kari = (await full.actor("kari")).learner_id
    assert kari is not None
    await full.factory.privacy().erase(full.id, "kari")
    rows = await _rows(settings, full.id)
    names = ("kari", "Unmistakable", str(kari), kari.hex, repr(kari.bytes)[2:-1], *WORDS, "Acme")
    assert [row for row in rows for name in names if name in row] == []
    with pytest.raises(NotFound):
        await full.factory.privacy().erase(full.id, "kari")
    with pytest.raises(NotFound):
        await full.factory.privacy().export(full.id, "kari")


async def test_what_others_have_stays_as_it_was_judged(full: Organisation) -> None:
    others = """SELECT l.* FROM ledger_entries l JOIN people p USING (org_id, learner_id)
                 WHERE p.person <> 'kari' ORDER BY l.learner_id, l.seq"""
    before = await full.rows(others)
    assert before
    await full.factory.privacy().erase(full.id, "kari")
    assert await full.rows(others) == before
    verified = await full.factory.replaying().verify(full.id)
    assert (verified.learners, verified.differences) == (2, ())
    await full.factory.replaying().mark(full.id)
    await full.judge()
    assert await full.rows(others) == before
    for table in ("challenges", "challenge_sides"):
        assert await full.rows(f"SELECT members, asked, reached, total, met FROM {table}") == [(2, 2, 2, 7, True)]


async def test_boards_count_one_less(full: Organisation) -> None:
    counted = "SELECT sum(members) FROM board_counts WHERE board = 'learning-streaks'"
    await full.factory.boards().join(await full.actor("nora"), "learning-streaks")
    [(before,)] = await full.rows(counted)
    await full.factory.privacy().erase(full.id, "kari")
    assert (before, await full.rows(counted)) == (2, [(1,)])


async def test_who_was_erased_is_not_taken_in_again(full: Organisation) -> None:
    await full.factory.privacy().erase(full.id, "kari")
    changed = await full.factory.people().upsert(full.id, [PersonEntry("kari", team="north"), PersonEntry("ola")])
    assert (changed.added, changed.erased) == (1, ("kari",))
    assert await full.factory.people().add(full.id, [PersonEntry("kari")]) == 0
    assert await full.factory.actor(full.key, person="kari") is None
    crm = await full.integration()
    [receipt] = await full.factory.ingestion().record(crm, [new_event("late", person="kari")])
    assert receipt.status is ReceiptStatus.REFUSED
    [receipt] = await full.factory.ingestion().record_import(
        full.id, source="history", events=[new_event("late", person="kari")]
    )
    assert receipt.status is ReceiptStatus.REFUSED


async def test_another_organisation_may_have_somebody_of_that_key(full: Organisation) -> None:
    await full.factory.privacy().erase(full.id, "kari")
    other = Organisation(full.factory, await full.factory.organisations().create(f"{full.key}-b", "B"), f"{full.key}-b")
    assert (await other.factory.people().upsert(other.id, [PersonEntry("kari")])).added == 1


async def test_a_request_that_was_let_in_before_brings_nobody_back(full: Organisation, settings: Settings) -> None:
    """The actor was read before the erasure, as every request's is."""
    kari = await full.actor("kari")
    await full.factory.privacy().erase(full.id, "kari")
    [receipt] = await full.factory.ingestion().record(kari, [new_event("late")])
    assert receipt.status is ReceiptStatus.REFUSED
    assert receipt.problem is not None
    assert receipt.problem.code == "PERSON_ERASED"
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: full.factory.boards().join(kari, "learning-streaks"),
        lambda: full.factory.choices().take_time_off(kari, id="x", first=NOW.date(), last=NOW.date()),
        lambda: full.factory.feedback().give(
            kari, client_id="l", to=Unasked("nora"), worked="w", try_next="t", occurred_at=NOW
        ),
        lambda: full.factory.challenges().create(kari, NewChallenge("l", ("north",), template="practice-sprint")),
    ]
    for attempt in attempts:
        with pytest.raises(Exception):  # noqa: B017, PT011 - however each says no, nothing may be written
            await attempt()
    assert kari.learner_id is not None
    assert [row for row in await _rows(settings, full.id) if kari.learner_id.hex in row or "kari" in row] == []


async def test_writers_at_work_bring_nobody_back(full: Organisation, settings: Settings) -> None:
    """Recording, judging and sweeping go on all the while; whoever comes first, nothing is left in the end."""
    kari = await full.actor("kari")
    stop, recorded = asyncio.Event(), asyncio.Event()

    async def record() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            await full.factory.ingestion().record(
                kari, [new_event(f"r{n}-{i}", type="call.practised") for i in range(5)]
            )
            if n == 3:
                recorded.set()

    async def judge() -> None:
        while not stop.is_set():
            await full.factory.judging().judge_batch(full.id)
            await full.factory.boards().sweep()
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        for work in (record, record, judge, judge):
            tasks.create_task(work())
        await recorded.wait()
        await full.factory.privacy().erase(full.id, "kari")
        stop.set()
    await full.judge()
    assert kari.learner_id is not None
    names = (str(kari.learner_id), kari.learner_id.hex, "kari")
    assert [row for row in await _rows(settings, full.id) for name in names if name in row] == []


@pytest.mark.parametrize(
    "statement", ["DELETE FROM people", "DELETE FROM ledger_entries", "SELECT key FROM erasure_keys"]
)
async def test_the_app_itself_can_erase_nobody_and_read_no_key(full: Organisation, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with full.factory._process.database.writing(full.id) as connection:
            await connection.execute(text(statement))


async def test_a_connection_is_the_eraser_no_longer_than_the_erasure(full: Organisation) -> None:
    database = full.factory._process.database
    async with database.erasing(full.id) as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() == ERASER_ROLE
    async with database.writing(full.id) as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() != ERASER_ROLE
