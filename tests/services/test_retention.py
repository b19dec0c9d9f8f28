"""Events go when they were kept for long enough; recognitions, points, runs and boards stay, and judging goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from arq.worker import Worker
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.support.histories import history_of
from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT, WITH_CHALLENGES
from vekst.domain.receipts import NewEvent, ReceiptStatus
from vekst.factory import Factory, Process
from vekst.services.auditing import Auditor
from vekst.services.feedback import Unasked
from vekst.services.retention import RetentionService
from vekst.worker.main import _judging_worker
from vekst.worker.retention import expire_everything

PEOPLE = ("kari", "nora", "ola")
DAY = timedelta(days=1)
Expire = Callable[..., Awaitable[tuple[int, int]]]


def short_lived(files: dict[str, str]) -> dict[str, str]:
    """The same quest files, which keep events for 30 days."""
    header = files["pack.yaml"].replace("retention: 3650 days", "retention: 30 days")
    header = header.replace("accepts_events_up_to: 400 days", "accepts_events_up_to: 20 days")
    assert header.count("days") == files["pack.yaml"].count("days")
    return {**files, "pack.yaml": header}


SHORT = short_lived(CRAFT)


@pytest.fixture
def expire(process: Process) -> Expire:
    """Erases what was kept for long enough, as of some days from now."""

    async def run(organisation: Organisation, *, days: int = 0) -> tuple[int, int]:
        service = RetentionService(process.database, process.packs, lambda: datetime.now(UTC) + days * DAY, Auditor())
        done = await service.expire(organisation.id)
        return done.learners, done.events

    return run


async def _company(factory: Factory, files: dict[str, str] = SHORT) -> Organisation:
    key = f"kept-{uuid4().hex[:12]}"
    organisation = Organisation(factory, await factory.organisations().create(key), key)
    await organisation.publish(files)
    await organisation.hire(*PEOPLE)
    return organisation


async def _import(organisation: Organisation, events: list[NewEvent]) -> None:
    receipts = await organisation.factory.ingestion().record_import(organisation.id, source="bank", events=events)
    assert {receipt.status for receipt in receipts} <= {ReceiptStatus.STORED}
    await organisation.judge()


async def _oldest(organisation: Organisation) -> datetime | None:
    [(oldest,)] = await organisation.rows("SELECT min(occurred_at) FROM progress_events")
    assert oldest is None or isinstance(oldest, datetime)
    return oldest


async def _count(organisation: Organisation) -> int:
    [(count,)] = await organisation.rows("SELECT count(*) FROM progress_events")
    assert isinstance(count, int)
    return count


async def _states(organisation: Organisation) -> list[tuple[object, ...]]:
    return await organisation.rows(
        "SELECT p.person, s.state, s.ledger_seq FROM standings s JOIN people p USING (org_id, learner_id) ORDER BY 1"
    )


async def _verified(organisation: Organisation) -> None:
    found = await organisation.factory.replaying().verify(organisation.id)
    assert (found.behind, found.differences) == (0, ())


async def test_events_are_erased_after_the_retention_and_nothing_else_changes(factory: Factory, expire: Expire) -> None:
    company = await _company(factory)
    await _import(company, history_of(PEOPLE, days=90, seed=1))
    ledger, states = await company.ledger(), await _states(company)
    before = await _count(company)
    learners, events = await expire(company)
    assert learners == len(PEOPLE)
    after = await _count(company)
    assert events > before / 2
    assert after == before - events
    oldest = await _oldest(company)
    assert oldest is not None
    assert oldest >= datetime.now(UTC) - 31 * DAY
    assert (await company.ledger(), await _states(company)) == (ledger, states)
    await _verified(company)
    assert await expire(company) == (0, 0), "a second time there is nothing left to do"


@pytest.mark.parametrize("seed", range(4))
async def test_judging_goes_on_as_if_nothing_had_been_erased(factory: Factory, expire: Expire, seed: int) -> None:
    """Late events, voids, replays and other quest files, before and after a horizon or several."""
    chance = Random(seed)
    kept, erased = await _company(factory), await _company(factory)
    ends = datetime.now(UTC)
    past = history_of(PEOPLE, days=80, seed=seed, ends=ends - 12 * DAY)
    for company in (kept, erased):
        await _import(company, past)
    for days in sorted(chance.sample(range(5), 2)):
        await expire(erased, days=days)
        await _verified(erased)
    late = history_of(PEOPLE, days=11, seed=seed + 100, prefix="late-", ends=ends)
    chance.shuffle(late)
    for part in (late[::2], late[1::2]):
        for company in (kept, erased):
            await _import(company, part)
    named = chance.sample([event for event in past if event.occurred_at > ends - 20 * DAY], 3)
    for company in (kept, erased):
        for event in named:
            await company.void(event.person or "", "bank", event.id, reason="a mistake")
        await company.judge()
    assert await erased.ledger() == await kept.ledger()
    await _verified(erased)
    # Judged again from the checkpoint and what is left, everyone stands where they stood.
    before = await _states(erased)
    await erased.factory.replaying().mark(erased.id)
    await erased.judge()
    assert [row[0] for row in await _states(erased)] == [row[0] for row in before]
    assert await erased.ledger() == await kept.ledger()
    await _verified(erased)


async def test_other_quest_files_take_nothing_away_after_events_were_erased(factory: Factory, expire: Expire) -> None:
    """V1: what is held stays, with its points; a new rule begins at the horizon."""
    company = await _company(factory)
    await _import(company, history_of(PEOPLE, days=90, seed=5))
    await expire(company)
    held = {row[:6]: row[6] for row in await company.ledger()}
    rules = SHORT["rules.yaml"].replace("at_least: 3}}, points: 20}", "at_least: 2}}, points: 25}")
    await company.publish({**SHORT, "rules.yaml": rules.replace("better-questions:", "better-answers:")})
    await company.judge()
    after = {row[:6]: row[6] for row in await company.ledger()}
    assert held.items() <= after.items()
    assert any(key[2] == "better-answers" for key in after), "judged by what is still there"
    assert not any(key[1] == "REVERSAL" for key in after)
    await _verified(company)


async def test_events_from_before_the_horizon_are_refused_imports_too(factory: Factory, expire: Expire) -> None:
    company = await _company(factory)
    await _import(company, history_of(PEOPLE, days=90, seed=2))
    await expire(company)
    too_old = new_event("again", at=datetime.now(UTC) - 40 * DAY, person="kari")
    [receipt] = await factory.ingestion().record_import(company.id, source="bank", events=[too_old])
    assert receipt.status is ReceiptStatus.REFUSED
    assert receipt.problem is not None
    assert receipt.problem.code == "TOO_OLD"
    assert datetime.fromisoformat(str(receipt.problem.params["earliest"])) > too_old.occurred_at
    # Other quest files that would accept it do not bring back what is gone.
    await company.publish(CRAFT)
    [receipt] = await company.record("kari", new_event("mine", at=datetime.now(UTC) - 40 * DAY))
    assert receipt.problem is not None
    assert receipt.problem.code == "TOO_OLD"


async def test_what_still_waits_or_fails_is_not_erased(factory: Factory, process: Process, expire: Expire) -> None:
    company = await _company(factory)
    await _import(company, history_of(PEOPLE, days=90, seed=3))
    async with process.database.writing(company.id) as connection:
        await connection.execute(
            text(
                """
                UPDATE standings SET failures = 1
                 WHERE learner_id = (SELECT learner_id FROM people WHERE person = 'ola')
                """
            )
        )
    old = new_event("waits", at=datetime.now(UTC) - 50 * DAY, person="nora")
    await factory.ingestion().record_import(company.id, source="bank", events=[old])
    learners, _ = await expire(company)
    assert learners == 1
    await company.judge()


async def test_a_challenge_that_is_not_over_keeps_its_events(
    factory: Factory, process: Process, expire: Expire
) -> None:
    company = await _company(factory, short_lived(WITH_CHALLENGES))
    await _import(company, history_of(PEOPLE, days=90, seed=4))
    starts = datetime.now(UTC) - 60 * DAY
    async with process.database.writing(company.id) as connection:
        await connection.execute(
            text(
                """
                INSERT INTO challenges (org_id, challenge_id, client_id, request, created_at, pack_version, template,
                                        goal, nature, points, zone, starts_at, ends_at, settles_at, draft)
                VALUES (:org, :id, 'c', '{}', :at, 1, 'x', '{}', 'effort', 0, 'UTC', :at, :ends, :ends, false)
                """
            ),
            {"org": company.id, "id": uuid4(), "at": starts, "ends": starts + 90 * DAY},
        )
    await expire(company)
    oldest = await _oldest(company)
    assert oldest is not None
    assert starts <= oldest < starts + 5 * DAY


async def test_a_void_is_not_erased_before_what_it_names(factory: Factory, expire: Expire) -> None:
    """A clock may be ahead: the void then comes before its event, which must not count again when the void is gone."""
    company = await _company(factory)
    now = datetime.now(UTC)
    await _import(company, history_of(PEOPLE, days=90, seed=6))
    ahead = new_event("ahead", at=now + timedelta(minutes=4), person="kari")
    await factory.ingestion().record_import(company.id, source="bank", events=[ahead])
    await company.void("kari", "bank", "ahead", reason="a mistake")
    await company.judge()
    before = await company.ledger()
    # The horizon falls between the two only by chance, so it is put there: at the next midnights nothing may change.
    for days in (30, 31, 32):
        await expire(company, days=days)
        assert await company.ledger() == before
    await _verified(company)


async def test_a_checkpoint_forgets_who_is_erased(factory: Factory, expire: Expire) -> None:
    company = await _company(factory)
    kari, nora = await company.actor("kari"), await company.actor("nora")
    await factory.feedback().give(
        kari, client_id="1", to=Unasked("nora"), worked="w", try_next="t", occurred_at=datetime.now(UTC)
    )
    await company.judge()
    await expire(company, days=40)
    assert kari.learner_id is not None
    names = "SELECT state FROM checkpoints WHERE learner_id = :learner AND position(CAST(:name AS bytea) IN state) > 0"
    asked = {"learner": nora.learner_id, "name": kari.learner_id.hex.encode()}
    assert await company.rows(names, **asked), "the last event before the horizon names who gave the feedback"
    await factory.privacy().erase(company.id, "kari")
    assert not await company.rows(names, **asked)
    await factory.replaying().mark(company.id)
    await company.judge()
    await _verified(company)


async def test_the_worker_erases_every_night(factory: Factory, process: Process) -> None:
    company = await _company(factory)
    await _import(company, history_of(PEOPLE, days=90, seed=7))
    with capture_logs() as logs:
        await expire_everything({"process": process})
    mine = {line["event"]: line["learners"] for line in logs if line.get("org_id") == str(company.id)}
    # Boards forget what they counted of then, too.
    assert mine == {"expired": len(PEOPLE), "boards_tidied": 0}
    worker: Worker = _judging_worker(process)
    nightly = next(job for job in worker.cron_jobs if job.name == "expire")
    assert nightly.coroutine is expire_everything
    assert (nightly.hour, nightly.minute, nightly.unique) == (1, 20, True)
