"""V2: a plan over what is really stored, that writes nothing and comes true when it is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection

from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT, CRAFT_CHANGED, changed
from tests.support.tables import every_row
from vekst.domain.errors import InvalidInput
from vekst.factory import Process
from vekst.quests.plan_records import Effect, Plan, Tally
from vekst.services import rounds
from vekst.settings import Settings

START = datetime.now(UTC).replace(hour=9, minute=0) - timedelta(days=20)


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    """Kari has practised twice, Ola four times, and Nora never."""
    await organisation.publish()
    await organisation.hire("kari", "ola", "nora")
    for person, times in (("kari", 2), ("ola", 4)):
        await organisation.record(person, *(new_event(f"{n}", at=START + timedelta(days=n)) for n in range(times)))
    await organisation.judge()
    return organisation


class Modes:
    """Whether each transaction of an engine could write, asked in the transaction itself."""

    def __init__(self, process: Process) -> None:
        self._engine = process.database.engine.sync_engine
        self.read_only: list[str] = []

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._ask)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        event.remove(self._engine, "before_cursor_execute", self._ask)

    def _ask(self, connection: Connection, cursor: object, statement: str, *_: object) -> None:
        # What goes straight to the driver has no cursor, and is in a transaction that the other statements ask about.
        if cursor is not None and "transaction_read_only" not in statement:
            self.read_only.append(connection.exec_driver_sql("SHOW transaction_read_only").scalar_one())


async def planned(craft: Organisation, *, names: bool = False) -> Plan:
    return await craft.factory.planning().plan(craft.id, CRAFT_CHANGED, names=names)


async def test_v2_a_plan_changes_no_row_of_any_table_and_could_not(
    craft: Organisation, process: Process, settings: Settings
) -> None:
    before = await every_row(settings)
    with Modes(process) as modes:
        plan = await planned(craft)
    assert plan.gains.learners == 1
    assert set(modes.read_only) == {"on"}
    assert len(modes.read_only) > 5
    assert await every_row(settings) == before
    assert len(before["progress_events"]) >= 6


async def test_v2_what_a_plan_says_comes_true_when_it_is_published(craft: Organisation) -> None:
    plan = await planned(craft, names=True)
    assert plan.gains == Tally(1, 1, 25)
    people = next(rule.people[Effect.GAINS] for rule in plan.rules if rule.rule == ("badges", "brave-caller"))
    assert [(each.person, each.name) for each in people] == [("kari", "Kari")]
    before = await craft.ledger()
    await craft.publish(CRAFT_CHANGED)
    await craft.judge()
    new = [line for line in await craft.ledger() if line not in before]
    assert [(line[0], *line[2:4], line[6]) for line in new] == [("kari", "brave-caller", "bronze", 25)]
    assert (await planned(craft)).gains == Tally(), "published, it has nothing more to give"


async def test_v2_events_that_wait_are_judged_by_both(craft: Organisation) -> None:
    await craft.record("nora", *(new_event(f"{n}", at=START + timedelta(days=n)) for n in range(2)))
    plan = await planned(craft)
    assert (plan.learners, plan.gains) == (3, Tally(2, 2, 50))


async def test_v2_a_learner_after_the_other_in_pieces_comes_to_the_same(
    craft: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await planned(craft)
    monkeypatch.setattr(rounds, "EVENTS_AT_ONCE", 1)
    monkeypatch.setattr(rounds, "_LEARNERS_AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    service = craft.factory.planning()
    pieces = await service.plan(craft.id, CRAFT_CHANGED, on_progress=lambda done, total: told.append((done, total)))
    assert pieces == whole
    assert told[-1] == (3, 3)
    assert len(told) > 1


async def test_v2_files_that_publishing_would_refuse_are_refused(craft: Organisation) -> None:
    with pytest.raises(InvalidInput) as raised:
        await craft.factory.planning().plan(
            craft.id, changed("events.yaml", "customer: {type: text}", "customer: {type: flag}")
        )
    assert raised.value.code == "FIELD_TYPE_CHANGED"
    assert "events.yaml:15:24 FIELD_TYPE_CHANGED" in str(raised.value.params["diagnostics"])
    with pytest.raises(InvalidInput, match="PACK_NOT_VALID"):
        await craft.factory.planning().plan(craft.id, changed("rules.yaml", "every: day", "every: fortnight"))


async def test_v2_a_first_version_can_be_planned(organisation: Organisation) -> None:
    await organisation.hire("kari")
    plan = await organisation.factory.planning().plan(organisation.id, CRAFT)
    assert (plan.version, plan.learners, plan.before) == (None, 0, None)
