"""Corrections: takes a wrong event out of the judgement by a void, which is an event of the learner itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor, Role
from vekst.domain.audit import Act, Note
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.events import APP_SOURCE, VOIDED, ZONE_CHANGED, ProgressEvent, RecordedBy
from vekst.domain.receipts import Receipt, ReceiptStatus
from vekst.domain.storable import is_storable
from vekst.engine.fold import without_voided
from vekst.jobs.queue import Queue
from vekst.services.appending import append_events
from vekst.services.auditing import Auditor
from vekst.services.clock import Clock
from vekst.services.event_forms import ID_AT_MOST, json_text
from vekst.storage import events_store, people_store
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow

__all__ = ["REASON_AT_MOST", "EventName", "Voided", "VoidingService"]

REASON_AT_MOST: Final = 500
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class EventName:
    """What tells an event apart within its learner; without a source it is the caller's own."""

    id: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Voided:
    """The answer: the receipt, and the void that holds now, by whose name it can be voided in turn."""

    receipt: Receipt
    void: EventName


class VoidingService:
    """Voids by who recorded the event, by managers of the learner's teams and by admins. A void of a void restores."""

    def __init__(self, database: Database, queue: Queue, clock: Clock, auditor: Auditor) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock
        self._auditor = auditor

    async def void(
        self, actor: Actor, *, client_id: str, event: EventName, reason: str, person: str | None = None
    ) -> Voided:
        """Void an event of `person` (None: the caller), once per client id, as of the server's time.

        An event that is void already stays so, under the void it has: DUPLICATE. `NotFound`, `NotAllowed` and
        `InvalidInput` say why nothing was done.
        """
        _check(client_id, event, reason)
        now = self._clock()
        name = EventName(_void_id(actor, client_id), actor.source)
        target = EventName(event.id, event.source or actor.source)
        async with self._database.writing(actor.org_id) as connection:
            learner_id, rights = await _learner(connection, actor, person)
            await events_store.lock_voids(connection, actor.org_id, learner_id)
            found = await _target(connection, actor, learner_id, target)
            _check_rights(actor, rights, found, target)
            row = EventRow(
                learner_id=learner_id,
                source=actor.source,
                id=name.id,
                type=VOIDED,
                occurred_at=now,
                data=json_text({"source": found.source, "id": found.id, "reason": reason}),
                recorded_by=rights,
            )
            holding = await _holding(connection, actor.org_id, learner_id, found, name)
            if holding is not None:
                return Voided(Receipt(client_id, ReceiptStatus.DUPLICATE), holding)
            [status] = await append_events(connection, actor.org_id, [row], now, any_time=True)
            if status is ReceiptStatus.STORED and rights is not RecordedBy.SELF:
                note = Note(Act.EVENT_VOIDED, learner_id, facts={"type": found.type, "ref": found.ref})
                await self._auditor.note(connection, actor.org_id, now, note, by=actor)
        if status is ReceiptStatus.CONFLICT:
            raise InvalidInput("ID_TAKEN", field="id", id=client_id)
        if status is ReceiptStatus.STORED:
            await self._queue.wake(actor.org_id)
        return Voided(Receipt(client_id, status), name)


def _void_id(actor: Actor, client_id: str) -> str:
    """A client's ids are its own: two managers may choose the same one for the same learner."""
    return f"{VOIDED}:{actor.learner_id.hex}:{client_id}" if actor.learner_id else f"{VOIDED}:{client_id}"


def _check(client_id: str, event: EventName, reason: str) -> None:
    if not client_id or len(client_id) > ID_AT_MOST or not is_storable(client_id):
        raise InvalidInput("ID_NOT_VALID", field="id", most=ID_AT_MOST)
    if not reason.strip() or len(reason) > REASON_AT_MOST or not is_storable(reason):
        raise InvalidInput("REASON_NOT_VALID", field="reason", most=REASON_AT_MOST)
    if not is_storable(event.id) or not is_storable(event.source or ""):
        raise _unknown(event)


async def _learner(connection: AsyncConnection, actor: Actor, person: str | None) -> tuple[UUID, RecordedBy]:
    """Whose event it is, and as what the void would be recorded."""
    if actor.learner_id is not None and (person is None or person == actor.person):
        return actor.learner_id, RecordedBy.SELF
    if person is None:
        raise InvalidInput("PERSON_MISSING", field="person")
    subjects = await people_store.find_subjects(connection, actor.org_id, [person]) if is_storable(person) else {}
    subject = subjects.get(person)
    if actor.learner_id is None or actor.has(Role.ADMIN):
        if subject is None:
            raise NotFound("UNKNOWN_PERSON", field="person", person=person[:80])
        return subject.learner_id, RecordedBy.MANAGER if actor.learner_id else RecordedBy.SYSTEM
    # Who manages nobody learns nothing about who exists.
    if subject is None or not actor.manages.intersection(subject.teams):
        raise NotAllowed("NOT_ALLOWED_TO_VOID", field="person")
    return subject.learner_id, RecordedBy.MANAGER


async def _target(connection: AsyncConnection, actor: Actor, learner_id: UUID, name: EventName) -> ProgressEvent:
    found = await events_store.find(connection, actor.org_id, learner_id, name.source or "", name.id)
    if found is None:
        raise _unknown(name)
    if found.type == ZONE_CHANGED:
        # It may not be backdated (S1), and so not be undone from then on either.
        raise InvalidInput("ZONE_CHANGE_STAYS", field="event")
    return found


def _check_rights(actor: Actor, rights: RecordedBy, event: ProgressEvent, name: EventName) -> None:
    """A manager and an admin may correct anything; others what they recorded.

    A learner sees all of their own events. To an integration, what others recorded is as if it were not there.
    """
    if rights is RecordedBy.MANAGER or actor.has(Role.ADMIN):
        return
    recorded_it = (event.source, event.recorded_by) == (actor.source, rights)
    if not recorded_it:
        raise _unknown(name) if rights is RecordedBy.SYSTEM else NotAllowed("NOT_ALLOWED_TO_VOID", field="event")


async def _holding(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, event: ProgressEvent, name: EventName
) -> EventName | None:
    """The void by another name under which the event is void now; None where it counts, or `name` is known already."""
    voids = await events_store.voids(connection, org_id, learner_id)
    if any((void.source, void.id) == (name.source, name.id) for void in voids):
        return None
    counted = {each.ref for each in without_voided(_together(event, voids))}
    return next(
        (
            EventName(void.id, void.source)
            for void in voids
            if void.ref in counted and (void.data.get("source"), void.data.get("id")) == (event.source, event.id)
        ),
        None,
    )


def _together(event: ProgressEvent, voids: Sequence[ProgressEvent]) -> list[ProgressEvent]:
    return [*voids] if event.type == VOIDED else [event, *voids]


def _unknown(event: EventName) -> NotFound:
    return NotFound("EVENT_UNKNOWN", field="event", id=event.id[:80], source=(event.source or APP_SOURCE)[:80])
