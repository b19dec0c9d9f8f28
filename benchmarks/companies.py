"""Organisations for benchmarks: people, a pack, boards that everybody joined, and a past, made by the services."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from benchmarks.crowds import Crowd
from benchmarks.packs import sales_craft_files
from benchmarks.stage import Stage, owning
from vekst.domain.actors import Actor
from vekst.domain.events import RecordedBy
from vekst.domain.receipts import NewEvent, Receipt, ReceiptStatus
from vekst.factory import Factory, Process
from vekst.services.judging import JudgedBatch
from vekst.services.people import PersonEntry

__all__ = ["SOURCE", "BenchmarkError", "Company", "a_company", "check_judged", "check_stored", "found_company"]

SOURCE: Final = "crm"
"""The integration that sends the events."""

_LATELY: Final = timedelta(days=29)
"""How far back the measured events begin: as far as the pack takes events that come late."""
_PER_CALL: Final = 2_500
_BOARDS: Final = "leaderboards.yaml"
_TEAM: Final = 20
_PATIENCE: Final = 300.0
_BETWEEN_LOOKS: Final = 0.005

_JOIN_ALL: Final = """
INSERT INTO board_choices (org_id, board, learner_id, joined, chosen_at)
SELECT org_id, board, learner_id, true, now() FROM people, unnest($2::text[]) AS board WHERE org_id = $1
"""
_LEARNERS: Final = "SELECT person, learner_id FROM people WHERE org_id = $1"
_CLEAR: Final = "TRUNCATE progress_events"
_TAKE_AS_JUDGED: Final = "UPDATE progress_events SET judged_at = received_at WHERE judged_at IS NULL"
_TIDY: Final = "VACUUM progress_events"
_ENTRIES: Final = "SELECT coalesce(sum(ledger_seq), 0) FROM standings WHERE org_id = $1"
_WAITS: Final = "SELECT EXISTS (SELECT FROM progress_events WHERE org_id = $1 AND judged_at IS NULL)"
_WAITING: Final = "SELECT count(*) FROM progress_events WHERE org_id = $1 AND judged_at IS NULL"


class BenchmarkError(RuntimeError):
    """What was measured did not do its work, so its figures would mean nothing."""


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation with its learners, and the integration that reports what they do."""

    stage: Stage
    factory: Factory
    id: UUID
    key: str
    actor: Actor
    learners: dict[str, UUID]
    first: datetime

    def crowd(self, callers: int, events: int) -> Crowd:
        """The learners, about to do so many things between them in the days that are left until today."""
        days = (datetime.now(UTC) - self.first).days - 1
        per_day = max(4, -(-events // (len(self.learners) * days)) + 1)
        return Crowd(sorted(self.learners), first=self.first, callers=callers, per_day=per_day)

    async def record(self, events: Sequence[NewEvent]) -> None:
        """Record a batch as the integration; every event of it must be stored."""
        check_stored(await self.factory.ingestion().record(self.actor, events))

    async def entries(self) -> int:
        """How many ledger entries there are."""
        return int(str(await self._ask(_ENTRIES)))

    async def waiting(self) -> int:
        """How many events wait to be judged."""
        return int(str(await self._ask(_WAITING)))

    async def until_judged(self, owner: asyncpg.Connection[asyncpg.Record]) -> None:
        """Look, over a connection that is there already, until no event waits to be judged."""
        ends = time.monotonic() + _PATIENCE
        while await owner.fetchval(_WAITS, self.id):
            if time.monotonic() > ends:
                raise BenchmarkError(f"events of {self.key} were not judged in {_PATIENCE:.0f} s")
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def forget_events(self) -> None:
        """Take all events out, so that the next measurement begins as this one did."""
        async with owning(self.stage) as owner:
            await owner.execute(_CLEAR)

    async def take_events_as_judged(self) -> None:
        """Let no event wait any more, and tidy up after them, so that the next measurement begins as this did."""
        async with owning(self.stage) as owner:
            await owner.execute(_TAKE_AS_JUDGED)
            await owner.execute(_TIDY)

    async def _ask(self, statement: str) -> object:
        async with owning(self.stage) as owner:
            return await owner.fetchval(statement, self.id)


def check_stored(receipts: Sequence[Receipt]) -> None:
    """Raise `BenchmarkError` unless all were stored."""
    for receipt in receipts:
        if receipt.status is not ReceiptStatus.STORED:
            raise BenchmarkError(f"an event was answered with {receipt.status}: {receipt.problem}")


def check_judged(judged: JudgedBatch) -> None:
    """Raise `BenchmarkError` if anybody's judging failed."""
    if judged.set_aside:
        raise BenchmarkError(f"the judging of {judged.set_aside} learners failed")


@asynccontextmanager
async def a_company(stage: Stage, key: str, *, learners: int | None = None) -> AsyncIterator[Company]:
    """An organisation of that key, whose learners have a past, for a block; as many as the profile says, or so many."""
    size = learners or stage.profile.learners
    stage.say(f"{key}: an organisation of {size:,} learners with a past")
    async with Process.running(stage.settings) as process:
        yield await found_company(stage, Factory(process), key, history=stage.profile.history, learners=size)


async def found_company(
    stage: Stage, factory: Factory, key: str, *, history: int, learners: int | None = None, boards: bool = True
) -> Company:
    """A new organisation under sales-craft, in which every learner has so many events behind them."""
    org_id = await factory.organisations().create(key, "Benchmark")
    files = {name: text for name, text in sales_craft_files().items() if boards or name != _BOARDS}
    await factory.publishing().publish(org_id, files)
    people = [
        PersonEntry(f"learner-{number:05}", name=f"Learner {number}", team=f"team-{number // _TEAM:04}")
        for number in range(learners or stage.profile.learners)
    ]
    await factory.people().upsert(org_id, people)
    await factory.people().add_integration(org_id, SOURCE)
    actor = await factory.actor(key, integration=SOURCE)
    pack = await factory.pack(org_id)
    if actor is None or pack is None:
        raise BenchmarkError("the organisation is not there")
    async with owning(stage) as owner:
        await owner.execute(_JOIN_ALL, org_id, list(pack.leaderboards))
        ids = {record["person"]: record["learner_id"] for record in await owner.fetch(_LEARNERS, org_id)}
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - _LATELY
    company = Company(stage, factory, org_id, key, actor, ids, first)
    await _live_through(company, history)
    await stage.take_stock()
    return company


async def _live_through(company: Company, history: int) -> None:
    """Import a past that ends before the first measured day, and have it judged."""
    past = Crowd(sorted(company.learners), first=company.first - timedelta(days=history // 4 + 2), per_day=4)
    events = past.batch(history * len(company.learners))
    for start in range(0, len(events), _PER_CALL):
        check_stored(
            await company.factory.ingestion().record_import(
                company.id, source="past", events=events[start : start + _PER_CALL], recorded_by=RecordedBy.SYSTEM
            )
        )
    check_judged(await company.factory.judging().judge_everything(company.id))
