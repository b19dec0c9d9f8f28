"""Acknowledging progress: a manager says that they have seen it, once, and that is an event of both."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor, Role
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.events import ACKNOWLEDGEMENT_GIVEN, ACKNOWLEDGEMENT_RECEIVED, VEKST_SOURCE, RecordedBy
from vekst.domain.receipts import Receipt, ReceiptStatus
from vekst.jobs.queue import Queue
from vekst.services.appending import append_events
from vekst.services.clock import Clock
from vekst.services.event_forms import json_text
from vekst.services.feedback_parts import instant_of, learner_of
from vekst.services.packs import Packs
from vekst.storage import acknowledgements_store, events_store
from vekst.storage.acknowledgements_store import Acknowledgeable
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow

__all__ = ["AcknowledgingService"]


class AcknowledgingService:
    """For managers, about members of their teams, and for admins. Nobody acknowledges their own progress."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock

    async def acknowledge(
        self, actor: Actor, *, client_id: str, learner_id: UUID, seq: int, occurred_at: datetime
    ) -> Receipt:
        """Acknowledge an entry of a learner's ledger, once per client's id and once in all.

        DUPLICATE where this call, or somebody else, did before. `NotFound` for what is no progress of anybody whom the
        caller manages, so that others learn nothing about it.
        """
        giver = learner_of(actor, client_id)
        if learner_id == giver:
            raise NotAllowed("ACKNOWLEDGING_ONESELF", field="recognition")
        now = self._clock()
        async with self._database.writing(actor.org_id) as connection:
            at = instant_of(await self._packs.latest(connection, actor.org_id), occurred_at, now)
            found = await acknowledgements_store.find(connection, actor.org_id, learner_id, seq)
            if found is None or not (actor.has(Role.ADMIN) or actor.manages.intersection(found.teams)):
                raise NotFound("RECOGNITION_UNKNOWN", field="recognition")
            rows = _events(giver, learner_id, seq, found, client_id=client_id, at=at)
            first = await acknowledgements_store.append(
                connection, actor.org_id, learner_id, seq, giver_id=giver, at=at
            )
            if not first:
                await _check_id(connection, actor.org_id, rows[0], learner_id, client_id)
                return Receipt(client_id, ReceiptStatus.DUPLICATE)
            [status, _] = await append_events(connection, actor.org_id, rows, now)
            if status is not ReceiptStatus.STORED:
                # The same id named other progress before; that one stays, and this one is rolled back.
                raise InvalidInput("ID_TAKEN", field="id", id=client_id)
        await self._queue.wake(actor.org_id)
        return Receipt(client_id, ReceiptStatus.STORED)


async def _check_id(
    connection: AsyncConnection, org_id: UUID, mine: EventRow, learner_id: UUID, client_id: str
) -> None:
    """An id that acknowledged something else does not stand for this as well."""
    known = await events_store.find(connection, org_id, mine.learner_id, mine.source, mine.id)
    if known is not None and known.data.get("colleague") != learner_id.hex:
        raise InvalidInput("ID_TAKEN", field="id", id=client_id)


def _events(
    giver: UUID, learner_id: UUID, seq: int, found: Acknowledgeable, *, client_id: str, at: datetime
) -> list[EventRow]:
    """The giver's event under the client's id, and the learner's under the entry's number."""
    sides = (
        (giver, ACKNOWLEDGEMENT_GIVEN, client_id, learner_id),
        (learner_id, ACKNOWLEDGEMENT_RECEIVED, str(seq), giver),
    )
    return [
        EventRow(
            learner_id=whose,
            source=VEKST_SOURCE,
            id=f"{type_key}:{name}",
            type=type_key,
            occurred_at=at,
            data=json_text({"colleague": other.hex, **({"skill": found.skill} if found.skill else {})}),
            recorded_by=RecordedBy.SYSTEM,
        )
        for whose, type_key, name, other in sides
    ]
