"""The audit log: every administrative act leaves its entry with the act, and nothing of an entry is ever changed."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final, NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

import vekst.services
from tests.support.full import expire_something
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.domain.audit import Act, Author, AuthorKind, title_of
from vekst.domain.errors import InvalidInput, NotFound
from vekst.domain.texts import LOCALES
from vekst.factory import Factory, Process
from vekst.queries.audit import AuditFilter, AuditRow, audit_page
from vekst.services.challenge_forms import ChallengeChange, NewChallenge
from vekst.services.people import PersonEntry
from vekst.services.voiding import EventName
from vekst.settings import Settings
from vekst.signals.causes import within_job, within_request

PRIVATE: Final = ("Kari Nordmann", "kari@private.example", "Europe/Riga", "an inward reason", "Our secret title")
"""Words that acts below are given, and that no entry may hold."""


class Done(NamedTuple):
    """What an entry says beside its time: the act, by what and whom, to whom, on what, and the facts."""

    act: Act
    done_by: AuthorKind
    author: str | None
    person: str | None
    thing: str | None
    facts: dict[str, object]


def _by_operator(
    act: Act, facts: dict[str, Any] | None = None, *, person: str | None = None, thing: str | None = None, **more: Any
) -> Done:
    return Done(act, AuthorKind.OPERATOR, "ops", person, thing, {**(facts or {}), **more})


def _by_nora(
    act: Act, facts: dict[str, Any] | None = None, *, person: str | None = None, thing: str | None = None, **more: Any
) -> Done:
    return Done(act, AuthorKind.PERSON, "nora", person, thing, {**(facts or {}), **more})


@pytest.fixture
async def org(settings: Settings) -> AsyncIterator[Organisation]:
    """An organisation that an operator works on: kari in the team north, which nora manages."""
    async with Process.running(settings, author=Author(AuthorKind.OPERATOR, "ops")) as process:
        key, factory = f"org-{uuid4().hex[:12]}", Factory(process)
        organisation = Organisation(factory, await factory.organisations().create(key, "Test"), key)
        await organisation.publish(WITH_CHALLENGES)
        await organisation.hire("kari", team="north")
        await organisation.hire("nora", team="north", role=Role.MANAGER)
        await organisation.record("kari", new_event("1"), new_event("2"))
        yield organisation


async def entries(org: Organisation, **asked: Any) -> list[AuditRow]:
    async with org.factory.reading(org.id) as connection:
        return await audit_page(connection, org.id, AuditFilter(**asked), before=None, count=1_000)


async def _create_organisation(org: Organisation) -> list[Done]:
    key = f"org-{uuid4().hex[:12]}"
    created = Organisation(org.factory, await org.factory.organisations().create(key, "Secret AS"), key)
    assert [_done(row) for row in await entries(created)] == [_by_operator(Act.ORGANISATION_CREATED, thing=key)]
    return []


async def _publish(org: Organisation) -> list[Done]:
    shorter = {
        name: body.replace("retention: 3650 days", "retention: 3640 days") for name, body in WITH_CHALLENGES.items()
    }
    assert shorter != WITH_CHALLENGES
    version = await org.publish(shorter)
    await org.publish(shorter)
    facts = {"version": version, "retentionDays": 3640, "retentionDaysBefore": 3650}
    return [_by_operator(Act.PACK_PUBLISHED, facts, thing="craft")]


async def _change_people(org: Organisation) -> list[Done]:
    people = org.factory.people()
    new = PersonEntry("ola", "Ola", "ola@private.example", Role.MANAGER, "south")
    await people.upsert(org.id, [new, PersonEntry("kari", PRIVATE[0], PRIVATE[1], team="south", zone=PRIVATE[2])])
    await people.upsert(org.id, [new, PersonEntry("kari", role=Role.ADMIN)])
    await people.upsert(org.id, [PersonEntry("kari", active=False)])
    await people.upsert(org.id, [PersonEntry("kari", active=True)])
    await people.add(org.id, [PersonEntry("kari"), PersonEntry("eli")])
    changed = ["name", "email", "zone"]
    return [
        _by_operator(Act.PERSON_ADDED, person="ola", role="manager", manages=["south"]),
        _by_operator(Act.PERSON_CHANGED, person="kari", changed=changed),
        _by_operator(Act.TEAMS_CHANGED, {"left": ["north"], "in": ["south"]}, person="kari"),
        _by_operator(Act.ROLE_CHANGED, {"from": "learner", "to": "admin"}, person="kari"),
        _by_operator(Act.PERSON_LET_GO, person="kari"),
        _by_operator(Act.PERSON_BROUGHT_BACK, person="kari"),
        _by_operator(Act.PERSON_ADDED, person="eli", role="learner"),
    ]


async def _let_in(org: Organisation) -> list[Done]:
    for _ in range(2):
        await org.factory.people().add_integration(org.id, "crm")
    return [_by_operator(Act.INTEGRATION_ADDED, thing="crm")]


async def _import(org: Organisation) -> list[Done]:
    batch = [new_event(str(number), person="kari") for number in range(3)]
    for _ in range(2):
        await org.factory.ingestion().record_import(org.id, source="bank", events=batch)
    return [_by_operator(Act.EVENTS_IMPORTED, thing="bank", events=3)]


async def _void(org: Organisation) -> list[Done]:
    nora, kari, voiding = await org.actor("nora"), await org.actor("kari"), org.factory.voiding()
    for _ in range(2):
        event = EventName("1", "app")
        await voiding.void(nora, client_id="v", event=event, reason=PRIVATE[3], person="kari")
    await voiding.void(kari, client_id="own", event=EventName("2"), reason="My own mistake is nobody's business")
    [(ref,)] = await org.rows("SELECT ref FROM progress_events WHERE source = 'app' AND id = '1'")
    return [_by_nora(Act.EVENT_VOIDED, person="kari", type="call.practised", ref=ref)]


async def _challenge(org: Organisation) -> list[Done]:
    nora, challenges = await org.actor("nora"), org.factory.challenges()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    new = NewChallenge("c", ("north",), template="practice-sprint", title=PRIVATE[4], draft=True, starts_at=tomorrow)
    made = [await challenges.create(nora, new) for _ in range(2)]
    change = ChallengeChange(title=f"{PRIVATE[4]}!", publish=True)
    for _ in range(2):
        await challenges.change(nora, made[0], change)
    for _ in range(2):
        await challenges.cancel(nora, made[0])
    thing = str(made[0])
    return [
        _by_nora(Act.CHALLENGE_CREATED, thing=thing, template="practice-sprint", draft=True, teams=1),
        _by_nora(Act.CHALLENGE_CHANGED, thing=thing, changed=["title", "publish"]),
        _by_nora(Act.CHALLENGE_CANCELLED, thing=thing),
    ]


async def _export(org: Organisation) -> list[Done]:
    kari = await org.actor("kari")
    await org.factory.privacy().export(org.id, "kari")
    await org.factory.privacy().export(org.id, "kari", by=kari)
    return [_by_operator(Act.PERSON_EXPORTED, person="kari")]


async def _erase(org: Organisation) -> list[Done]:
    nora = await org.actor("nora")
    await org.factory.privacy().erase(org.id, "kari")
    await org.factory.privacy().erase(org.id, "nora", by=nora)
    return [_by_operator(Act.PERSON_ERASED), Done(Act.PERSON_ERASED, AuthorKind.PERSON, None, None, None, {})]


async def _retry(org: Organisation) -> list[Done]:
    assert (await org.factory.replaying().retry(org.id)).learners == 0
    async with org.factory._process.database.writing(org.id) as connection:
        await connection.execute(text("UPDATE standings SET failures = 9, failed_at = now(), error = 'x'"))
    await org.factory.replaying().retry(org.id, "kari")
    await org.factory.replaying().retry(org.id)
    return [
        _by_operator(Act.LEARNERS_RETRIED, person="kari", learners=1),
        _by_operator(Act.LEARNERS_RETRIED, learners=1),
    ]


async def _replay(org: Organisation) -> list[Done]:
    await org.judge()
    await org.factory.replaying().mark(org.id)
    return [_by_operator(Act.REPLAYED, boardsCountedAnew=False)]


async def _expire(org: Organisation) -> list[Done]:
    await expire_something(org, "kari", "nora")
    await org.factory.retention().expire(org.id)
    before = (datetime.now(UTC) - timedelta(days=3650)).date().isoformat()
    return [
        _by_operator(Act.EVENTS_IMPORTED, thing="bank", events=2),
        _by_operator(Act.EVENTS_EXPIRED, before=before, retentionDays=3650),
    ]


Attempt = Callable[[Organisation], Awaitable[list[Done]]]

ACTS: Final[dict[Attempt, frozenset[str]]] = {
    _create_organisation: frozenset({"OrganisationsService.create"}),
    _publish: frozenset({"PublishingService.publish"}),
    _let_in: frozenset({"PeopleService.add_integration"}),
    _import: frozenset({"IngestionService.record_import"}),
    _void: frozenset({"VoidingService.void"}),
    _challenge: frozenset({"ChallengesService.create", "ChallengesService.change", "ChallengesService.cancel"}),
    _export: frozenset({"PrivacyService.export"}),
    _retry: frozenset({"ReplayService.retry"}),
    _replay: frozenset({"ReplayService.mark"}),
    _expire: frozenset({"RetentionService.expire"}),
    _change_people: frozenset({"PeopleService.upsert", "PeopleService.add"}),
    _erase: frozenset({"PrivacyService.erase"}),
}
"""How each act comes about, and what has to note it. What is done twice here, for the second time does nothing."""

NOT_ADMINISTRATIVE: Final = {
    "what learners do themselves, and what two people do with each other": {
        "AcknowledgingService.acknowledge",
        "BoardsService.join",
        "BoardsService.join_challenge",
        "BoardsService.leave",
        "BoardsService.leave_challenge",
        "ChoicesService.accept_quest",
        "ChoicesService.change_zone",
        "ChoicesService.take_time_off",
        "DevicesService.register",
        "DevicesService.remove",
        "FeedbackService.act_on",
        "FeedbackService.ask",
        "FeedbackService.delete",
        "FeedbackService.give",
        "GoalsService.change",
        "GoalsService.delete",
        "GoalsService.drop",
        "GoalsService.propose",
        "GoalsService.reflect",
        "GoalsService.set",
        "IngestionService.record",
    },
    "what the service does by itself with what was recorded": {
        "BoardsService.sweep",
        "BoardsService.tidy",
        "JudgingService.judge_batch",
        "JudgingService.judge_everything",
        "JudgingService.judge_learners",
        "OutboxService.tell",
        "OutboxService.nudge",
        "OutboxService.sweep",
        "PushingService.send_due",
        "ReplayService.finish",
        "ReplayService.keep",
        "SettlingService.settle",
        "SettlingService.sweep",
    },
    "reading": {
        "ActorsService.again",
        "ActorsService.integration",
        "ActorsService.person",
        "ExaminationService.examine",
        "JudgingService.anyone_waits",
        "JudgingService.pending_organisations",
        "OrganisationsService.find",
        "PlanningService.plan",
        "PushingService.organisations_due",
        "ReplayService.organisations",
        "ReplayService.progress",
        "ReplayService.verify",
        "RetentionService.organisations",
    },
}


def _methods() -> set[str]:
    """Every use case: the public asynchronous methods of all services."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(vekst.services.__path__):
        for name, kind in inspect.getmembers(import_module(f"vekst.services.{module.name}"), inspect.isclass):
            if name.endswith("Service"):
                methods = inspect.getmembers(kind, inspect.iscoroutinefunction)
                found |= {f"{name}.{method}" for method, _ in methods if not method.startswith("_")}
    return found


@pytest.mark.check
def test_every_use_case_is_an_act_or_is_said_to_be_none() -> None:
    noted = [method for methods in ACTS.values() for method in methods]
    others = [method for methods in NOT_ADMINISTRATIVE.values() for method in methods]
    assert len(noted) > 10
    assert sorted(noted + others) == sorted(_methods()), "is it an administrative act? Then it has to note itself"


@pytest.mark.check
@pytest.mark.parametrize("locale", LOCALES)
def test_every_act_is_told_in_every_language(locale: str) -> None:
    titles = {title_of(act, locale) for act in Act}
    assert len(titles) == len(Act)
    assert titles.isdisjoint(title_of(act, next(each for each in LOCALES if each != locale)) for act in Act)


def _order(done: Done) -> str:
    return repr((*done[:-1], sorted(done.facts.items())))


def _done(row: AuditRow) -> Done:
    return Done(row.act, row.done_by, row.author, row.person, row.thing, dict(row.facts))


@pytest.mark.parametrize("attempt", ACTS, ids=lambda attempt: attempt.__name__.strip("_"))
async def test_an_act_leaves_its_entries_and_no_others(org: Organisation, attempt: Attempt) -> None:
    before = {row.entry_id for row in await entries(org)}
    with within_request("request-7"):
        expected = await attempt(org)
    rows = [row for row in reversed(await entries(org)) if row.entry_id not in before]
    # Entries of one moment have no order among themselves.
    assert sorted(map(_done, rows), key=_order) == sorted(expected, key=_order)
    assert [row.request_id for row in rows] == ["request-7"] * len(expected)
    assert all(datetime.now(UTC) - timedelta(minutes=5) < row.done_at < datetime.now(UTC) for row in rows)
    written = await org.rows("SELECT to_jsonb(x) FROM audit_entries x")
    assert [word for word in PRIVATE if word in repr(written)] == []


async def test_the_attempts_try_every_act_and_an_erasure_leaves_all_entries_without_names(org: Organisation) -> None:
    for attempt in ACTS:
        await attempt(org)
    acts = {row.act for row in await entries(org)} | {Act.ORGANISATION_CREATED}
    assert acts == set(Act)
    rows = await entries(org)
    assert {"kari", "nora"}.isdisjoint({name for row in rows for name in (row.author, row.person)})
    assert sum(row.act is Act.EVENT_VOIDED for row in rows) == 1


async def test_an_act_that_is_not_done_is_not_noted(org: Organisation) -> None:
    before = await entries(org)
    nora = await org.actor("nora")
    with pytest.raises(InvalidInput):
        await org.factory.people().upsert(org.id, [PersonEntry("ola"), PersonEntry("eli", zone="Nowhere/At-all")])
    with pytest.raises(InvalidInput):
        await org.factory.challenges().create(nora, NewChallenge("c", ("north",), title="No terms"))
    with pytest.raises(InvalidInput):
        await org.factory.organisations().create(org.key)
    with pytest.raises(NotFound):
        await org.factory.privacy().export(org.id, "nobody")
    assert await entries(org) == before


async def test_an_act_whose_entry_cannot_be_written_is_not_done(org: Organisation) -> None:
    """They are one transaction: here the id of the request is one that PostgreSQL refuses."""
    with within_request("a\0b"), pytest.raises(DBAPIError):
        await org.factory.people().upsert(org.id, [PersonEntry("kari", role=Role.ADMIN)])
    assert not (await org.actor("kari")).has(Role.ADMIN)


async def test_the_log_is_read_by_act_by_person_by_time_and_by_page(org: Organisation) -> None:
    await _void(org)
    everything = await entries(org)
    assert [row.entry_id for row in everything] == sorted((row.entry_id for row in everything), reverse=True)
    voids = await entries(org, act=Act.EVENT_VOIDED)
    assert {row.act for row in voids} == {Act.EVENT_VOIDED}
    for person in ("kari", "nora"):
        of_person = await entries(org, person=person)
        assert of_person == [row for row in everything if person in (row.author, row.person)]
        assert voids[0] in of_person
    assert await entries(org, person="nobody") == await entries(org, person="\0") == []
    assert await entries(org, since=voids[0].done_at) == voids
    paged: list[AuditRow] = []
    async with org.factory.reading(org.id) as connection:
        while page := await audit_page(
            connection, org.id, AuditFilter(), before=paged[-1].entry_id if paged else None, count=2
        ):
            paged += page
    assert paged == everything


async def test_a_job_stands_in_the_log_by_its_id(settings: Settings, org: Organisation) -> None:
    async with Process.running(settings) as worker:
        with within_job("cron:expire:1"):
            await expire_something(replace(org, factory=Factory(worker)), "kari")
    [row] = await entries(org, act=Act.EVENTS_EXPIRED)
    assert (row.done_by, row.author, row.request_id) == (AuthorKind.SYSTEM, None, "cron:expire:1")


async def test_acts_of_a_newer_version_do_not_disturb_an_older_one(org: Organisation) -> None:
    before = await entries(org)
    async with org.factory._process.database.writing(org.id) as connection:
        await connection.execute(
            text(
                """
                INSERT INTO audit_entries (org_id, entry_id, done_at, act, done_by, facts)
                VALUES (:org, :id, now(), 'YET_UNKNOWN', 'SYSTEM', '{}')
                """
            ),
            {"org": org.id, "id": uuid4()},
        )
    assert await entries(org) == before


CHANGES: Final = (
    "DELETE FROM audit_entries",
    "UPDATE audit_entries SET act = 'REPLAYED'",
    "UPDATE audit_entries SET facts = '{}'",
    "UPDATE audit_entries SET done_at = now()",
    "TRUNCATE audit_entries",
)


@pytest.mark.parametrize("statement", CHANGES)
async def test_nobody_changes_the_log(org: Organisation, statement: str) -> None:
    database = org.factory._process.database
    for transaction in (database.writing, database.erasing):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await _run(transaction(org.id), statement)


async def _run(transaction: AbstractAsyncContextManager[AsyncConnection], statement: str) -> None:
    async with transaction as connection:
        await connection.execute(text(statement))
