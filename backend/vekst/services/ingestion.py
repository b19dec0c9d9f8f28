"""Takes events in: validates them against the pack, appends them idempotently, commits, and only then tells anyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.domain.audit import Act, Note
from vekst.domain.errors import InvalidInput, TooMany
from vekst.domain.events import RESERVED_SOURCES, RecordedBy
from vekst.domain.receipts import EVENTS_PER_BATCH, NewEvent, Problem, Receipt, ReceiptStatus
from vekst.domain.storable import is_storable
from vekst.engine.forms import Fits, fitting
from vekst.engine.pack import Pack
from vekst.engine.validation import event_problems
from vekst.jobs.queue import Queue
from vekst.services.appending import append_each
from vekst.services.auditing import Auditor
from vekst.services.backlog import Backlog
from vekst.services.clock import Clock
from vekst.services.event_forms import form_problem, is_plain_id, json_text, storable_json
from vekst.services.event_times import Times
from vekst.services.pace import Pace
from vekst.services.packs import Packs
from vekst.services.recorders import Recorder, Recording, recorder_for_actor, recorder_for_import
from vekst.storage import events_store, intake_store
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow
from vekst.storage.people_store import SubjectRow

__all__ = ["EVENTS_PER_IMPORT", "IngestionService"]

EVENTS_PER_IMPORT: Final = 5_000
_log = structlog.get_logger(__name__)


class IngestionService:
    """Progress events on their way in. STORED means committed; who is told afterwards never changes the answer."""

    def __init__(
        self,
        database: Database,
        packs: Packs,
        queue: Queue,
        clock: Clock,
        *,
        backlog: Backlog,
        pace: Pace,
        auditor: Auditor,
    ) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock
        self._backlog = backlog
        self._pace = pace
        self._auditor = auditor

    async def record(self, actor: Actor, events: Sequence[NewEvent]) -> list[Receipt]:
        """Store what a signed-in person or an integration reports; one receipt per event, in order.

        `TooMany` for more than 500, and where too many wait or come too fast, `InvalidInput` for none: nothing of it is
        stored.
        """
        if not events:
            raise InvalidInput("NO_EVENTS", field="events")
        if len(events) > EVENTS_PER_BATCH:
            raise TooMany("TOO_MANY_EVENTS", field="events", limit=EVENTS_PER_BATCH)
        person = actor.learner_id is not None
        await self._backlog.admit(self._database, actor.org_id, person=person)
        await self._pace.admit(actor.org_id, len(events), person=person)
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
            named = _named(events, recorder)
            intake = await intake_store.read(connection, org_id, named, teams=recorder.teams)
            pack = await self._packs.of(connection, org_id, intake.head)
            batch = _Batch(pack, recorder, intake.subjects, now)
            judged = [batch.examine(event) for event in events]
            rows = [row for row in judged if isinstance(row, EventRow)]
            answers = await append_each(connection, org_id, rows, now)
            before = await _kept_before(connection, org_id, batch, zip(events, judged, strict=True))
            stored = answers.count(ReceiptStatus.STORED)
            if stored and recorder.history:
                note = Note(Act.EVENTS_IMPORTED, thing=recorder.source, facts={"events": stored})
                await self._auditor.note(connection, org_id, now, note)
        if stored:
            self._backlog.stored(org_id, stored)
            await self._queue.wake(org_id)
        outcomes: Iterable[ReceiptStatus | Problem] = answers
        if len(answers) < len(judged):
            told = iter(answers)
            outcomes = (
                next(told) if isinstance(outcome, EventRow) else ReceiptStatus.DUPLICATE if place in before else outcome
                for place, outcome in enumerate(judged)
            )
        receipts = [_receipt(event.id, outcome) for event, outcome in zip(events, outcomes, strict=True)]
        counts = Counter(receipt.status for receipt in receipts)
        _log.info(
            "recorded",
            org_id=str(org_id),
            source=recorder.source,
            **{status.value.lower(): count for status, count in counts.items()},
        )
        return receipts


async def _kept_before(
    connection: AsyncConnection, org_id: UUID, batch: _Batch, judged: Iterable[tuple[NewEvent, EventRow | Problem]]
) -> set[int]:
    """The places of those refused that are there already: what comes too late now, or fits no more, came in before.

    To say of them that they were not stored would be wrong, and their ids are not free.
    """
    refused = {place: event for place, (event, outcome) in enumerate(judged) if isinstance(outcome, Problem)}
    rows = {place: row for place, event in refused.items() if (row := batch.as_before(event)) is not None}
    if not rows:
        return set()
    equal = await events_store.equal_keys(connection, org_id, list(rows.values()))
    return {place for place, same in zip(rows, equal, strict=True) if same}


def _receipt(event_id: str, outcome: ReceiptStatus | Problem) -> Receipt:
    if isinstance(outcome, Problem):
        return Receipt(event_id, ReceiptStatus.REFUSED, outcome)
    return Receipt(event_id, outcome)


class _Batch:
    """What is the same for all events of one call."""

    def __init__(
        self, pack: Pack | None, recorder: Recorder, subjects: Mapping[str, SubjectRow], now: datetime
    ) -> None:
        self._pack = pack
        self._recorder = recorder
        self._subjects = subjects
        self._times = Times.of(pack, now, history=recorder.history)
        self._types = pack.event_types if pack else {}
        self._fits: dict[tuple[str, RecordedBy], Fits | None] = {}

    def examine(self, event: NewEvent) -> EventRow | Problem:
        """The row to be stored, or the first thing that is wrong."""
        return self._row(event) or self._row_or_problem(event)

    def as_before(self, event: NewEvent) -> EventRow | None:
        """The row as it would be if the event had been let in before now; None for one that never was."""
        recording = self._recorder.about(event.person, self._subjects)
        if isinstance(recording, Problem) or form_problem(event) or not self._times.conceivable(event.occurred_at):
            return None
        # Types are keys, each on one line; a text of several was never one.
        return None if "\n" in event.type else self._made(event, recording, json_text(event.data))

    def _row(self, event: NewEvent) -> EventRow | None:
        """The row of an event with which all is well at first glance, as with nearly every one."""
        recording = self._recorder.about(event.person, self._subjects)
        if isinstance(recording, Problem) or not is_plain_id(event.id):
            return None
        if self._times.problem(event.occurred_at, recording.since) is not None:
            return None
        fits = self._fitting(event.type, recording.recorded_by)
        if fits is None or not fits(event.data):
            return None
        data = storable_json(event.data)
        return None if data is None else self._made(event, recording, data)

    def _fitting(self, kind: str, recorded_by: RecordedBy) -> Fits | None:
        """What tells whether data fits the type, looked up once for all events of it."""
        key = kind, recorded_by
        if key not in self._fits:
            event_type = self._types.get(kind)
            self._fits[key] = fitting(event_type, recorded_by) if event_type else None
        return self._fits[key]

    def _made(self, event: NewEvent, recording: Recording, data: str) -> EventRow:
        return EventRow(
            recording.learner_id,
            self._recorder.source,
            event.id,
            event.type,
            event.occurred_at.astimezone(UTC),
            data,
            recording.recorded_by,
        )

    def _row_or_problem(self, event: NewEvent) -> EventRow | Problem:
        """The same, looking at one thing after the other."""
        if self._pack is None:
            return Problem("NO_PACK")
        recording = self._recorder.about(event.person, self._subjects)
        since = None if isinstance(recording, Problem) else recording.since
        problem = form_problem(event) or self._times.problem(event.occurred_at, since)
        if problem is not None:
            return problem
        if isinstance(recording, Problem):
            return recording
        problem = event_problems(self._pack, event.type, event.data, recording.recorded_by)
        if problem is not None:
            return problem
        return self._made(event, recording, json_text(event.data))


def _named(events: Sequence[NewEvent], recorder: Recorder) -> list[str]:
    """Whom the events are about, by key."""
    named = {recorder.person if event.person is None else event.person for event in events}
    return [person for person in named if person is not None and is_storable(person)]
