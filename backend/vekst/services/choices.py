"""What learners choose for themselves: a quest, time off, a zone; each becomes an event of the source `app`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from vekst.domain.actors import Actor
from vekst.domain.calendars import has_zone
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.events import QUEST_ACCEPTED, TIME_OFF, ZONE_CHANGED, FieldValue, RecordedBy
from vekst.domain.receipts import Problem, Receipt, ReceiptStatus
from vekst.domain.storable import is_storable
from vekst.jobs.queue import Queue
from vekst.services.appending import append_events
from vekst.services.clock import Clock
from vekst.services.event_forms import ID_AT_MOST, json_text
from vekst.services.event_times import Times
from vekst.services.packs import Packs
from vekst.storage import people_store
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow

__all__ = ["DAYS_OFF_AT_MOST", "ChoicesService"]

DAYS_OFF_AT_MOST: Final = 366
"""Dates of one time off; a longer one is declared in parts."""
_TIME_OFF_WITHIN: Final = timedelta(days=5 * 365)


class ChoicesService:
    """A learner's own choices; each takes a client-chosen id, and sent twice it happens once."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock

    async def accept_quest(self, actor: Actor, *, id: str, quest: str, occurred_at: datetime | None = None) -> Receipt:
        """Accept a quest that starts when accepted. `NotFound` for an unknown quest, `InvalidInput` for another one."""
        _learner(actor)
        async with self._database.reading(actor.org_id) as connection:
            pack = await self._packs.latest(connection, actor.org_id)
        found = pack.quest(quest) if pack else None
        if found is None:
            raise NotFound("QUEST_UNKNOWN", field="quest", quest=quest[:80])
        if not found.when_accepted:
            raise InvalidInput("QUEST_STARTS_BY_ITSELF", field="quest", quest=quest)
        return await self._declare(actor, id, QUEST_ACCEPTED, {"quest": quest}, occurred_at)

    async def take_time_off(
        self, actor: Actor, *, id: str, first: date, last: date, occurred_at: datetime | None = None
    ) -> Receipt:
        """Declare time off from `first` to `last`, both included, before or after the fact, without a reason (S7)."""
        _learner(actor)
        if last < first:
            raise InvalidInput("TIME_OFF_BACKWARDS", field="until")
        if (last - first).days >= DAYS_OFF_AT_MOST:
            raise InvalidInput("TIME_OFF_TOO_LONG", field="until", most=DAYS_OFF_AT_MOST)
        if max(abs(first - self._clock().date()), abs(last - self._clock().date())) > _TIME_OFF_WITHIN:
            raise InvalidInput("TIME_OFF_TOO_FAR", field="from", years=_TIME_OFF_WITHIN.days // 365)
        data = {"from": first.isoformat(), "until": last.isoformat()}
        return await self._declare(actor, id, TIME_OFF, data, occurred_at)

    async def change_zone(self, actor: Actor, *, id: str, zone: str) -> Receipt:
        """Live in another zone from the instant at which the server hears of it (S1)."""
        _learner(actor)
        if not has_zone(zone):
            raise InvalidInput("ZONE_UNKNOWN", field="zone", zone=zone[:80])
        return await self._declare(actor, id, ZONE_CHANGED, {"zone": zone}, None)

    async def _declare(
        self, actor: Actor, id: str, type: str, data: Mapping[str, FieldValue], occurred_at: datetime | None
    ) -> Receipt:
        """Store the choice as an event, once; without `occurred_at` it occurs now."""
        _check_id(id)
        now = self._clock()
        async with self._database.writing(actor.org_id) as connection:
            _refuse(Times.of(await self._packs.latest(connection, actor.org_id), now).problem(occurred_at or now))
            row = EventRow(
                learner_id=_learner(actor),
                source=actor.source,
                # The client's id is its own among its choices of this kind.
                id=f"{type}:{id}",
                type=type,
                occurred_at=(occurred_at or now).astimezone(UTC),
                data=json_text(data),
                recorded_by=RecordedBy.SELF,
            )
            any_time = occurred_at is None
            [status] = await append_events(connection, actor.org_id, [row], now, any_time=any_time)
            if status is ReceiptStatus.STORED and type == ZONE_CHANGED:
                await people_store.set_zone(connection, actor.org_id, row.learner_id, str(data["zone"]))
        if status is ReceiptStatus.CONFLICT:
            raise InvalidInput("ID_TAKEN", field="id", id=id)
        if status is ReceiptStatus.STORED:
            await self._queue.wake(actor.org_id)
        return Receipt(id, status)


def _learner(actor: Actor) -> UUID:
    if actor.learner_id is None:
        raise NotAllowed("NOT_A_LEARNER")
    return actor.learner_id


def _check_id(id: str) -> None:
    if not id or len(id) > ID_AT_MOST or not is_storable(id):
        raise InvalidInput("ID_NOT_VALID", field="id", most=ID_AT_MOST)


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise InvalidInput(problem.code, field=problem.field, **problem.params)
