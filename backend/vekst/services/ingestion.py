"""Takes events in: validates them against the pack, appends them idempotently, commits, and only then tells anyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.domain.errors import InvalidInput, TooMany
from vekst.domain.events import RESERVED_SOURCES, RecordedBy
from vekst.domain.receipts import EVENTS_PER_BATCH, NewEvent, Problem, Receipt, ReceiptStatus
from vekst.domain.storable import is_storable
from vekst.engine.pack import Pack
from vekst.engine.validation import event_problems
from vekst.jobs.queue import Queue
from vekst.services.appending import append_each
from vekst.services.clock import Clock
from vekst.services.event_forms import form_problem, json_text
from vekst.services.event_times import Times
from vekst.services.packs import Packs
from vekst.services.recorders import Recorder, recorder_for_actor, recorder_for_import
from vekst.storage import people_store
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow
from vekst.storage.people_store import SubjectRow

__all__ = ["EVENTS_PER_IMPORT", "IngestionService"]

EVENTS_PER_IMPORT: Final = 5_000
_log = structlog.get_logger(__name__)


class IngestionService:
    """Progress events on their way in. STORED means committed; who is told afterwards never changes the answer."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock

    async def record(self, actor: Actor, events: Sequence[NewEvent]) -> list[Receipt]:
        """Store what a signed-in person or an integration reports; one receipt per event, in order.

        `TooMany` for more than 500, `InvalidInput` for none: then nothing is stored.
        """
        if not events:
            raise InvalidInput("NO_EVENTS", field="events")
        if len(events) > EVENTS_PER_BATCH:
            raise TooMany("TOO_MANY_EVENTS", field="events", limit=EVENTS_PER_BATCH)
        return await self._store(actor.org_id, recorder_for_actor(actor), events)

    async def record_import(
        self,
        org_id: UUID,
        *,
        source: str,
        events: Sequence[NewEvent],
        recorded_by: RecordedBy = RecordedBy.SYSTEM,
    ) -> list[Receipt]:
        """Store at most 5,000 events of history, under a source of their own; how late they come does not matter."""
        if source in RESERVED_SOURCES or not source or not is_storable(source):
            raise InvalidInput("SOURCE_NOT_VALID", field="source", source=source)
        if len(events) > EVENTS_PER_IMPORT:
            raise TooMany("TOO_MANY_EVENTS", field="events", limit=EVENTS_PER_IMPORT)
        return await self._store(org_id, recorder_for_import(source, recorded_by), events) if events else []

    async def _store(self, org_id: UUID, recorder: Recorder, events: Sequence[NewEvent]) -> list[Receipt]:
        now = self._clock()
        async with self._database.writing(org_id) as connection:
            pack = await self._packs.latest(connection, org_id)
            subjects = await _subjects(connection, org_id, events)
            batch = _Batch(pack, recorder, subjects, now)
            judged = [batch.examine(event) for event in events]
            rows = [row for row in judged if isinstance(row, EventRow)]
            answers = await append_each(connection, org_id, rows, now)
        if ReceiptStatus.STORED in answers:
            await self._queue.wake(org_id)
        told = iter(answers)
        outcomes = (outcome if isinstance(outcome, Problem) else next(told) for outcome in judged)
        receipts = [
            Receipt(event.id, ReceiptStatus.REFUSED, outcome)
            if isinstance(outcome, Problem)
            else Receipt(event.id, outcome)
            for event, outcome in zip(events, outcomes, strict=True)
        ]
        counts = Counter(receipt.status.value.lower() for receipt in receipts)
        _log.info("recorded", org_id=str(org_id), source=recorder.source, **counts)
        return receipts


class _Batch:
    """What is the same for all events of one call."""

    def __init__(
        self, pack: Pack | None, recorder: Recorder, subjects: Mapping[str, SubjectRow], now: datetime
    ) -> None:
        self._pack = pack
        self._recorder = recorder
        self._subjects = subjects
        self._times = Times.of(pack, now, history=recorder.history)

    def examine(self, event: NewEvent) -> EventRow | Problem:
        """The row to be stored, or the first thing that is wrong."""
        if self._pack is None:
            return Problem("NO_PACK")
        recording = self._recorder.about(event.person, self._subjects)
        problem = form_problem(event) or self._times.problem(event.occurred_at)
        if problem is not None:
            return problem
        if isinstance(recording, Problem):
            return recording
        problem = event_problems(self._pack, event.type, event.data, recording.recorded_by)
        if problem is not None:
            return problem
        return EventRow(
            learner_id=recording.learner_id,
            source=self._recorder.source,
            id=event.id,
            type=event.type,
            occurred_at=event.occurred_at.astimezone(UTC),
            data=json_text(event.data),
            recorded_by=recording.recorded_by,
        )


async def _subjects(connection: AsyncConnection, org_id: UUID, events: Sequence[NewEvent]) -> dict[str, SubjectRow]:
    named = sorted({event.person for event in events if event.person is not None and is_storable(event.person)})
    return await people_store.find_subjects(connection, org_id, named) if named else {}
