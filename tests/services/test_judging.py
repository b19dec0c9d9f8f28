import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.histories import history_of
from tests.support.organisations import Organisation, new_event, spread
from tests.support.packs import CRAFT_CHANGED, changed
from tests.support.statements import Statements
from vekst.domain.events import ProgressEvent
from vekst.domain.receipts import NewEvent
from vekst.engine.pack import Pack
from vekst.engine.standing import Standing, decode
from vekst.services.judged import write
from vekst.services.judgement import Judgement, judge_on_top
from vekst.storage import judged_store, standings_store
from vekst.storage.judged_store import JudgedRows

PEOPLE = ("kari", "nora", "ola", "per")


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    """An organisation of four that practises the craft."""
    await organisation.publish()
    await organisation.hire(*PEOPLE)
    return organisation


async def _send(craft: Organisation, events: Sequence[NewEvent], size: int) -> None:
    crm = await craft.integration()
    for batch in spread(events, size):
        await craft.factory.ingestion().record(crm, batch)


async def _another(craft: Organisation, key: str) -> Organisation:
    other = Organisation(craft.factory, await craft.factory.organisations().create(f"{craft.key}-{key}"), key)
    other.key = f"{craft.key}-{key}"
    await other.publish()
    await other.hire(*PEOPLE)
    return other


async def _balances_agree(craft: Organisation) -> None:
    """The standing's balances are the sums of the ledger."""
    rows = await craft.rows(
        """
        SELECT s.state, s.ledger_seq,
               coalesce(sum(l.points) FILTER (WHERE l.nature = 'effort'), 0),
               coalesce(sum(l.points) FILTER (WHERE l.nature = 'outcome'), 0),
               coalesce(max(l.seq), 0), count(l.seq)
          FROM standings s LEFT JOIN ledger_entries l ON l.org_id = s.org_id AND l.learner_id = s.learner_id
         WHERE s.state IS NOT NULL GROUP BY s.org_id, s.learner_id
        """
    )
    assert rows
    pack = await craft.factory.pack(craft.id)
    assert pack is not None
    for state, seq, effort, outcomes, last, count in rows:
        assert isinstance(state, bytes)
        standing = decode(pack, state)
        assert (standing.effort, standing.outcomes) == (effort, outcomes)
        assert seq == last == count


async def test_in_any_order_in_any_batches_twice_and_by_four_at_once_one_ledger(craft: Organisation) -> None:
    """M1, hard cases 7, 8 and 9: batches of 1 and of 500, shuffled, sent twice, judged in between or at the end."""
    events = history_of(PEOPLE, days=25, seed=1)
    await _send(craft, events, 500)
    await craft.judge()
    expected = await craft.ledger()
    assert {line[1] for line in expected} >= {"EVENT", "STEP", "QUEST", "BADGE", "MILESTONE", "LEVEL"}
    await _balances_agree(craft)
    for key, size, seed in (("ones", 1, 2), ("some", 37, 3), ("twice", 500, 4)):
        other = await _another(craft, key)
        shuffled = random.Random(seed).sample(events, len(events))
        crm = await other.integration()
        for number, batch in enumerate(spread(shuffled + (events if key == "twice" else []), size)):
            await other.factory.ingestion().record(crm, batch)
            if number % 20 == 0:
                await other.judge()
        await other.judge()
        assert await other.ledger() == expected, key
        await _balances_agree(other)


async def test_four_clients_and_four_judges_at_once_give_the_same_ledger(craft: Organisation) -> None:
    events = history_of(PEOPLE, days=25, seed=5)
    await _send(craft, events, 500)
    await craft.judge()
    other = await _another(craft, "race")
    crm = await other.integration()
    sending = True

    async def client(seed: int) -> None:
        for batch in spread(random.Random(seed).sample(events, len(events)), 41 + seed):
            await other.factory.ingestion().record(crm, batch)

    async def judge() -> None:
        while sending:
            await other.judge()

    judges = [asyncio.create_task(judge()) for _ in range(4)]
    await asyncio.gather(*map(client, range(4)))
    sending = False
    await asyncio.gather(*judges)
    await other.judge()
    assert await other.pending() == 0
    assert await other.ledger() == await craft.ledger()
    await _balances_agree(other)


async def test_the_number_of_statements_of_a_batch_does_not_grow_with_it(
    craft: Organisation, statements: Statements
) -> None:
    counts = []
    for days in (2, 30):
        await _send(craft, history_of(PEOPLE, days=days, seed=6, prefix=str(days), ends=datetime.now(UTC)), 500)
        with statements.recorded() as run:
            batch = await craft.factory.judging().judge_batch(craft.id)
        assert batch.events > days
        counts.append(len(run))
    # The second history begins before the end of the first: those learners are judged again: from their
    # events, with what remains of erased ones, what they hold, and the lives of what was taken back.
    assert counts[0] <= 5, "claim, events and standings; rows of every kind at once, and then boards"
    assert counts[1] <= counts[0] + 4


async def test_a_batch_takes_whole_learners_first_and_never_more_than_two_thousand_events(
    craft: Organisation,
) -> None:
    start = datetime.now(UTC) - timedelta(days=100)
    events = [
        new_event(f"{person}-{n}", at=start + timedelta(hours=n), person=person)
        for person in PEOPLE
        for n in range(700)
    ]
    await craft.factory.ingestion().record_import(craft.id, source="old", events=events)
    batch = await craft.factory.judging().judge_batch(craft.id)
    assert (batch.events, batch.learners) == (2_000, 3)
    rest = await craft.rows(
        "SELECT count(*) FROM progress_events WHERE judged_at IS NULL GROUP BY learner_id ORDER BY 1"
    )
    assert rest == [(100,), (700,)]
    await craft.judge()
    await _balances_agree(craft)


async def test_a_late_event_judges_the_learner_again_and_nobody_loses_anything(craft: Organisation) -> None:
    """Hard case 7: an event is judged at its own time; M1: as if it had come in time."""
    now = datetime.now(UTC).replace(hour=10)
    days = [now - timedelta(days=back) for back in (5, 4, 2, 1)]
    await craft.record("kari", *(new_event(str(n), at=at) for n, at in enumerate(days)))
    await craft.judge()
    before = await craft.ledger()
    assert not [line for line in before if line[1] == "MILESTONE"]
    await craft.record("kari", new_event("late", at=now - timedelta(days=3)))
    await craft.judge()
    after = await craft.ledger()
    assert set(before) <= set(after)
    assert [line[4] for line in after if line[1] == "MILESTONE"] == ["3"]
    await _balances_agree(craft)


async def test_a_new_version_judges_everyone_again_and_takes_nothing_away(craft: Organisation) -> None:
    """V1: what is held keeps its points; what the new rules give is added once, with the time it was reached."""
    await craft.record("kari", *(new_event(str(n)) for n in range(3)))
    await craft.record("per", *(new_event(str(n)) for n in range(2)))
    await craft.judge()
    held = [line for line in await craft.ledger() if line[1] == "BADGE"]
    assert [(line[0], line[6]) for line in held] == [("kari", 20)]
    await craft.publish(CRAFT_CHANGED)
    assert await craft.factory.judging().pending_organisations() != []
    await craft.judge()
    badges = [(line[0], line[3], line[6]) for line in await craft.ledger() if line[1] == "BADGE"]
    assert badges == [("kari", "bronze", 20), ("per", "bronze", 25)]
    versions = await craft.rows("SELECT DISTINCT pack_version FROM standings WHERE state IS NOT NULL")
    assert versions == [(2,)]
    await _balances_agree(craft)
    assert not await craft.factory.judging().judge_batch(craft.id)


async def test_a_rule_that_goes_away_leaves_what_it_gave(craft: Organisation) -> None:
    """V1: a change of rules never takes a recognition away."""
    await craft.record("kari", *(new_event(str(n)) for n in range(3)))
    await craft.judge()
    before = await craft.ledger()
    await craft.publish(changed("rules.yaml", "at_least: 3}}, points: 20}", "at_least: 9}}, points: 20}"))
    await craft.judge()
    assert await craft.ledger() == before
    await _balances_agree(craft)


async def test_a_void_takes_back_what_only_its_event_earned_and_earning_it_again_opens_a_new_life(
    craft: Organisation,
) -> None:
    """M3: reversals name the void; the ledger grows and never shrinks."""
    start = datetime.now(UTC) - timedelta(hours=20)
    await craft.record("kari", *(new_event(str(n), at=start + timedelta(minutes=n)) for n in range(3)))
    await craft.judge()
    given = await craft.ledger()
    await craft.void("kari", "app", "1", reason="twice by mistake")
    await craft.judge()
    after = await craft.ledger()
    assert set(given) <= set(after)
    reversals = await craft.rows(
        "SELECT r.key, r.tier, r.points, l.points, r.reason FROM ledger_entries r JOIN ledger_entries l"
        " ON l.org_id = r.org_id AND l.learner_id = r.learner_id AND l.seq = r.reverses_seq ORDER BY 1, 2"
    )
    assert ("brave-caller", "bronze", -20, 20, "twice by mistake") in reversals
    await _balances_agree(craft)
    await craft.record("kari", new_event("again"))
    await craft.judge()
    lives = await craft.rows("SELECT life FROM ledger_entries WHERE kind = 'BADGE' ORDER BY life")
    assert lives == [(1,), (2,)]
    await _balances_agree(craft)


async def test_a_learner_whose_judging_fails_is_set_aside_and_does_not_stop_the_others(
    craft: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = (await craft.actor("kari")).learner_id

    def failing(pack: Pack, standing: Standing, pending: Sequence[ProgressEvent]) -> Judgement:
        if any(event.id == "poison" for event in pending):
            raise ValueError("poison\0ed")
        return judge_on_top(pack, standing, pending)

    monkeypatch.setattr("vekst.services.judging.judge_on_top", failing)
    await craft.record("kari", new_event("poison"))
    await craft.record("per", new_event("fine"))
    await craft.judge()
    assert await craft.pending() == 1
    [row] = await craft.rows("SELECT learner_id, failures, error, retry_at > now() FROM standings WHERE failures > 0")
    assert row == (poison, 1, "ValueError: poisoned", True)
    assert {line[0] for line in await craft.ledger()} == {"per"}
    assert not await craft.factory.judging().judge_batch(craft.id)
    # When the fault is mended and the pause over, the learner is judged from all events.
    monkeypatch.undo()
    await _end_pauses(craft)
    await craft.judge()
    assert await craft.pending() == 0
    assert {line[0] for line in await craft.ledger()} == {"kari", "per"}
    assert await craft.rows("SELECT count(*) FROM standings WHERE failures > 0") == [(0,)]


async def test_a_batch_that_cannot_be_written_is_judged_learner_by_learner(
    craft: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = (await craft.actor("kari")).learner_id
    write_rows = judged_store.write

    async def failing(connection: AsyncConnection, org_id: UUID, rows: JudgedRows, at: datetime) -> datetime | None:
        oldest = await write_rows(connection, org_id, rows, at)
        if any(each.learner_id == poison for each in rows.updates):
            await connection.execute(text("SELECT 1 / 0"))
        return oldest

    monkeypatch.setattr(judged_store, "write", failing)
    for person in PEOPLE:
        await craft.record(person, new_event("1"))
    await craft.judge()
    assert {line[0] for line in await craft.ledger()} == {"nora", "ola", "per"}
    assert await craft.rows("SELECT learner_id, failures FROM standings WHERE failures > 0") == [(poison, 1)]


async def test_a_mistake_of_ours_in_writing_a_batch_sets_one_learner_aside_too(
    craft: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = (await craft.actor("kari")).learner_id

    async def failing(*arguments: Any, **named: Any) -> Any:
        if any(each.update.learner_id == poison for each in arguments[3]):
            raise KeyError("a mistake")
        return await write(*arguments, **named)

    monkeypatch.setattr("vekst.services.judging.write", failing)
    for person in PEOPLE:
        await craft.record(person, new_event("1"))
    await craft.judge()
    assert {line[0] for line in await craft.ledger()} == {"nora", "ola", "per"}
    rows = await craft.rows("SELECT learner_id, failures, error FROM standings WHERE failures > 0")
    assert rows == [(poison, 1, "KeyError: 'a mistake'")]


async def _end_pauses(craft: Organisation) -> None:
    async with craft.factory._process.database.writing(craft.id) as connection:
        await connection.execute(
            text("UPDATE standings SET retry_at = now() - interval '1 second' WHERE retry_at > now()")
        )


async def test_a_standing_of_a_newer_engine_is_left_alone(craft: Organisation) -> None:
    await craft.record("kari", new_event("1"))
    await craft.record("per", new_event("1"))
    await craft.judge()
    kari = (await craft.actor("kari")).learner_id
    async with craft.factory._process.database.writing(craft.id) as connection:
        await connection.execute(
            text("UPDATE standings SET engine_version = '999+' || engine_version WHERE learner_id = :id"), {"id": kari}
        )
    await craft.record("kari", new_event("2"))
    await craft.record("per", new_event("2"))
    await craft.judge()
    assert await craft.pending() == 1
    assert await craft.rows("SELECT learner_id FROM progress_events WHERE judged_at IS NULL") == [(kari,)]


async def test_a_standing_that_cannot_be_read_is_made_anew_from_the_events(craft: Organisation) -> None:
    await craft.record("kari", *(new_event(str(n)) for n in range(3)))
    await craft.judge()
    before = await craft.ledger()
    async with craft.factory._process.database.writing(craft.id) as connection:
        await connection.execute(
            text("UPDATE standings SET state = 'broken', engine_version = '0' WHERE state IS NOT NULL")
        )
    await craft.judge()
    assert await craft.ledger() == before
    await _balances_agree(craft)


async def test_a_learner_held_by_another_worker_is_passed_over(craft: Organisation) -> None:
    await craft.record("kari", new_event("1"))
    await craft.record("per", new_event("1"))
    kari = (await craft.actor("kari")).learner_id
    assert kari is not None
    async with craft.factory._process.database.writing(craft.id) as connection:
        await standings_store.lock(connection, craft.id, [kari])
        batch = await craft.factory.judging().judge_batch(craft.id)
        assert (batch.learners, batch.events) == (1, 1)
        # Ingestion waits for no learner.
        await craft.record("kari", new_event("2"))
    await craft.judge()
    assert await craft.pending() == 0


async def test_organisations_are_told_the_longest_waiting_first(craft: Organisation) -> None:
    other = await _another(craft, "second")
    await craft.record("kari", new_event("1"))
    await other.record("kari", new_event("1"))
    waiting = await craft.factory.judging().pending_organisations()
    assert [org_id for org_id in waiting if org_id in {craft.id, other.id}] == [craft.id, other.id]
