"""The feedback loop: ask, give, act on; each turn is an event of both people, and its words stay between the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.events import (
    FEEDBACK_ACTED_ON,
    FEEDBACK_ASKED,
    FEEDBACK_GIVEN,
    FEEDBACK_INVITED,
    FEEDBACK_RECEIVED,
    FEEDBACK_USED,
    VEKST_SOURCE,
    RecordedBy,
)
from vekst.domain.feedback import FeedbackKey, feedback_id
from vekst.domain.receipts import Receipt, ReceiptStatus
from vekst.jobs.queue import Queue
from vekst.services.appending import append_events, was_appended
from vekst.services.clock import Clock
from vekst.services.event_forms import json_text
from vekst.services.feedback_parts import check_words, colleague, instant_of, learner_of, own_event, skill_of
from vekst.services.packs import Packs
from vekst.services.voiding import EventName
from vekst.storage import feedback_store
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow
from vekst.storage.feedback_store import Acted, Asked, FeedbackRow, Given

__all__ = ["FeedbackService", "Taken", "Unasked"]

_CLOCKS_APART: Final = timedelta(minutes=5)
"""How much the clocks of two phones may differ."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """Whom feedback is for that nobody asked for, and the skill it is about, if any."""

    person: str
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a turn: the receipt, and the exchange that it belongs to."""

    receipt: Receipt
    feedback: FeedbackKey


@dataclass(frozen=True, slots=True)
class _Turn:
    """One turn under way: who takes it, as of when, and with whom."""

    connection: AsyncConnection
    actor: Actor
    client_id: str
    key: FeedbackKey
    me: UUID
    other: UUID
    skill: str | None
    at: datetime
    now: datetime

    async def append(self, mine: str, theirs: str, *, asked: bool | None = None) -> ReceiptStatus:
        """Store the turn as an event of both, once per client id; the events hold none of the words."""
        told = {"feedback": self.key.feedback_id.hex, "skill": self.skill, "asked": asked}
        known = {name: value for name, value in told.items() if value is not None}
        rows = [
            self._row(self.me, f"{mine}:{self.client_id}", mine, {**known, "colleague": self.other.hex}),
            self._row(self.other, f"{theirs}:{self.key.feedback_id.hex}", theirs, {**known, "colleague": self.me.hex}),
        ]
        [status, _] = await append_events(self.connection, self.actor.org_id, rows, self.now)
        if status is ReceiptStatus.CONFLICT:
            raise _id_taken(self.client_id)
        return status

    def _row(self, learner_id: UUID, name: str, type_key: str, data: dict[str, str | bool]) -> EventRow:
        return EventRow(
            learner_id=learner_id,
            source=VEKST_SOURCE,
            id=name,
            type=type_key,
            occurred_at=self.at,
            data=json_text(data),
            recorded_by=RecordedBy.SYSTEM,
        )

    def taken(self, status: ReceiptStatus) -> Taken:
        return Taken(Receipt(self.client_id, status), self.key)


class FeedbackService:
    """Feedback that builds. Every turn takes a client-chosen id, and sent twice it happens once."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock

    async def ask(
        self,
        actor: Actor,
        *,
        client_id: str,
        of: str,
        question: str,
        occurred_at: datetime,
        skill: str | None = None,
        event: EventName | None = None,
    ) -> Taken:
        """Ask a colleague, about an event of one's own or a skill, what one wants to know.

        `NotFound` for an unknown person, skill or event; `InvalidInput` for what does not fit.
        """
        me = learner_of(actor, client_id)
        check_words(question, "question")
        now = self._clock()
        async with self._database.writing(actor.org_id) as connection:
            pack = await self._packs.latest(connection, actor.org_id)
            at = instant_of(pack, occurred_at, now)
            giver = await colleague(connection, actor, of, "person")
            about = await own_event(connection, actor, me, event) if event else None
            skill = skill_of(pack, skill, about)
            key = FeedbackKey(me, feedback_id(me, FEEDBACK_ASKED, client_id))
            turn = _Turn(connection, actor, client_id, key, me, giver, skill, at, now)
            status = await turn.append(FEEDBACK_ASKED, FEEDBACK_INVITED)
            asked = Asked(at, question, about.source if about else None, about.id if about else None)
            if status is ReceiptStatus.STORED:
                row = FeedbackRow(key, giver, skill, asked=asked)
                await feedback_store.append(connection, actor.org_id, row, now)
            else:
                held = await feedback_store.find(connection, actor.org_id, key)
                _check_same(client_id, held is None or held.asked == asked)
        return await self._told(turn.taken(status), actor)

    async def give(
        self,
        actor: Actor,
        *,
        client_id: str,
        to: FeedbackKey | Unasked,
        worked: str,
        try_next: str,
        occurred_at: datetime,
    ) -> Taken:
        """Give feedback, what worked and what to try next, to one who asked, or unasked.

        `NotFound` for an unknown exchange, person or skill; `NotAllowed` where somebody else was asked.
        """
        me = learner_of(actor, client_id)
        check_words(worked, "worked")
        check_words(try_next, "tryNext")
        now = self._clock()
        async with self._database.writing(actor.org_id) as connection:
            pack = await self._packs.latest(connection, actor.org_id)
            given = Given(instant_of(pack, occurred_at, now), worked, try_next)
            if isinstance(to, Unasked):
                learner = await colleague(connection, actor, to.person, "person")
                key = FeedbackKey(learner, feedback_id(me, FEEDBACK_GIVEN, client_id))
                held, skill = await feedback_store.lock(connection, actor.org_id, key), skill_of(pack, to.skill, None)
            else:
                held = await _exchange(connection, actor, to, FEEDBACK_GIVEN, client_id)
                if held is None:
                    return _taken_before(client_id, to)
                if held.giver_id != me:
                    raise NotAllowed("FEEDBACK_NOT_YOURS_TO_GIVE", field="feedback")
                key, skill = to, held.skill
            turn = _Turn(connection, actor, client_id, key, me, key.learner_id, skill, given.at, now)
            asked = not isinstance(to, Unasked)
            status = await turn.append(FEEDBACK_GIVEN, FEEDBACK_RECEIVED, asked=asked)
            if held is None and status is ReceiptStatus.STORED:
                row = FeedbackRow(key, me, skill, given=given)
                await feedback_store.append(connection, actor.org_id, row, now)
            elif held is None:
                held = await feedback_store.find(connection, actor.org_id, key)
                _check_same(client_id, held is None or held.given == given)
            elif _is_new(status, held.given, given, client_id, "FEEDBACK_GIVEN_ALREADY"):
                await feedback_store.write_given(connection, actor.org_id, key, given)
        return await self._told(turn.taken(status), actor)

    async def act_on(
        self,
        actor: Actor,
        *,
        client_id: str,
        feedback: FeedbackKey,
        tried: str,
        event: EventName,
        occurred_at: datetime,
    ) -> Taken:
        """Tell what one tried of what was suggested, and name one's event that shows it. Once per feedback."""
        me = learner_of(actor, client_id)
        check_words(tried, "tried")
        now = self._clock()
        async with self._database.writing(actor.org_id) as connection:
            at = instant_of(await self._packs.latest(connection, actor.org_id), occurred_at, now)
            held = await _exchange(connection, actor, feedback, FEEDBACK_ACTED_ON, client_id)
            if held is None:
                return _taken_before(client_id, feedback)
            if feedback.learner_id != me:
                raise NotAllowed("FEEDBACK_NOT_YOURS_TO_ACT_ON", field="feedback")
            if held.given is None:
                raise InvalidInput("FEEDBACK_NOT_GIVEN_YET", field="feedback")
            shown = await own_event(connection, actor, me, event)
            if shown.occurred_at + _CLOCKS_APART < held.given.at:
                raise InvalidInput("TRIED_BEFORE_GIVEN", field="event")
            turn = _Turn(connection, actor, client_id, feedback, me, held.giver_id, held.skill, at, now)
            acted = Acted(at, tried, shown.source, shown.id)
            status = await turn.append(FEEDBACK_ACTED_ON, FEEDBACK_USED)
            if _is_new(status, held.acted, acted, client_id, "FEEDBACK_ACTED_ON_ALREADY"):
                await feedback_store.write_acted(connection, actor.org_id, feedback, acted)
        return await self._told(turn.taken(status), actor)

    async def delete(self, actor: Actor, feedback: FeedbackKey) -> bool:
        """Delete all words of an exchange about oneself; whether there were any. What it earned both stays."""
        if actor.learner_id is None:
            raise NotAllowed("NOT_A_LEARNER")
        async with self._database.writing(actor.org_id) as connection:
            if feedback.learner_id != actor.learner_id:
                held = await feedback_store.find(connection, actor.org_id, feedback)
                if held is None or held.giver_id != actor.learner_id:
                    return False
                raise NotAllowed("FEEDBACK_NOT_YOURS_TO_DELETE", field="feedback")
            return await feedback_store.delete(connection, actor.org_id, feedback)

    async def _told(self, taken: Taken, actor: Actor) -> Taken:
        if taken.receipt.status is ReceiptStatus.STORED:
            await self._queue.wake(actor.org_id)
        return taken


async def _exchange(
    connection: AsyncConnection, actor: Actor, key: FeedbackKey, turn: str, client_id: str
) -> FeedbackRow | None:
    """The exchange, held for this turn; None where the actor has taken it, and the words were deleted since.

    Who is none of the two learns nothing about it.
    """
    held = await feedback_store.lock(connection, actor.org_id, key)
    if held is None and actor.learner_id is not None:
        about = {"feedback": key.feedback_id.hex}
        if await was_appended(connection, actor.org_id, actor.learner_id, f"{turn}:{client_id}", about):
            return None
    if held is None or actor.learner_id not in (key.learner_id, held.giver_id):
        raise NotFound("FEEDBACK_UNKNOWN", field="feedback")
    return held


def _taken_before(client_id: str, key: FeedbackKey) -> Taken:
    return Taken(Receipt(client_id, ReceiptStatus.DUPLICATE), key)


def _is_new(status: ReceiptStatus, held: Given | Acted | None, new: Given | Acted, client_id: str, code: str) -> bool:
    """Whether the turn is to be written; a repeated call is not, and a second one under another id is refused."""
    if status is ReceiptStatus.STORED:
        if held is not None:
            raise InvalidInput(code, field="feedback")
        return True
    _check_same(client_id, held == new)
    return False


def _check_same(client_id: str, same: object) -> None:
    if not same:
        raise _id_taken(client_id)


def _id_taken(client_id: str) -> InvalidInput:
    return InvalidInput("ID_TAKEN", field="id", id=client_id)
