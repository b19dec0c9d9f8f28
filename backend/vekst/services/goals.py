"""Goals that learners set themselves, alone or as a manager proposed: set, eased in what can't hurt, looked back at.

Setting, changing and reflecting are events, so that the fold judges them; the words stay in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor, Role
from vekst.domain.calendars import local_day
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.events import GOAL_CHANGED, GOAL_REFLECTED, GOAL_SET, VEKST_SOURCE, FieldValue, RecordedBy
from vekst.domain.learner_goals import GoalKey, goal_id
from vekst.domain.receipts import Receipt, ReceiptStatus
from vekst.domain.storable import is_storable
from vekst.engine.pack import Pack
from vekst.jobs.queue import Queue
from vekst.services.appending import append_events, was_appended
from vekst.services.clock import Clock
from vekst.services.event_forms import json_text
from vekst.services.feedback_parts import instant_of, learner_of
from vekst.services.goal_terms import GoalTerms, check_easier, check_later, check_terms, check_words, terms_text
from vekst.services.packs import Packs
from vekst.storage import goals_store, people_store
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow
from vekst.storage.goals_store import GoalRow

__all__ = ["GoalChange", "GoalTaken", "GoalsService"]

_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class GoalChange:
    """What is to be changed; None leaves it as it is."""

    earn: object = None
    until: date | None = None
    why: str | None = None
    shared: bool | None = None

    @property
    def of_terms(self) -> bool:
        """Whether it is about what the goal asks for."""
        return self.earn is not None or self.until is not None

    def data(self) -> dict[str, FieldValue]:
        """What of it the event tells."""
        told = {
            "earn": None if self.earn is None else terms_text(self.earn),
            "until": self.until.isoformat() if self.until else None,
            "shared": self.shared,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class GoalTaken:
    """The answer to a step: the receipt, and the goal that it belongs to."""

    receipt: Receipt
    goal: GoalKey


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of the learner's under way: as of when, under which pack, on which of their dates."""

    connection: AsyncConnection
    actor: Actor
    pack: Pack
    at: datetime
    now: datetime
    today: date

    async def append(
        self, key: GoalKey, type_key: str, name: str, data: Mapping[str, FieldValue], *, any_time: bool = False
    ) -> ReceiptStatus:
        """Store the step as an event of the learner's, once per name."""
        row = EventRow(
            learner_id=key.learner_id,
            source=VEKST_SOURCE,
            id=f"{type_key}:{name}",
            type=type_key,
            occurred_at=self.at,
            data=json_text({"goal": key.goal_id.hex, **data}),
            recorded_by=RecordedBy.SYSTEM,
        )
        [status] = await append_events(self.connection, self.actor.org_id, [row], self.now, any_time=any_time)
        return status

    async def was_taken(self, key: GoalKey, type_key: str, name: str) -> bool:
        """Whether the step is stored for that goal."""
        org_id, about = self.actor.org_id, {"goal": key.goal_id.hex}
        return await was_appended(self.connection, org_id, key.learner_id, f"{type_key}:{name}", about)

    async def is_open(self, row: GoalRow) -> bool:
        """Whether the goal is neither reached nor let go of, and its last date not over."""
        over = row.dropped_at is not None or row.until < self.today
        return not over and not await goals_store.reached(self.connection, self.actor.org_id, row.key)


class GoalsService:
    """A learner's own goals. Every step happens once, however often it is sent."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock

    async def set(
        self,
        actor: Actor,
        *,
        client_id: str,
        goal: GoalTerms | GoalKey,
        occurred_at: datetime,
        why: str | None = None,
        shared: bool | None = None,
        locale: str = "en",
    ) -> GoalTaken:
        """Set a goal of one's own, or (`goal` names it) one that was proposed; what comes after it counts."""
        me = learner_of(actor, client_id)
        check_words(why, "why")
        async with self._database.writing(actor.org_id) as connection:
            step = await self._step(connection, actor, occurred_at)
            if isinstance(goal, GoalKey):
                taken = await _accept(step, client_id, goal, why=why, shared=shared)
            else:
                key = GoalKey(me, goal_id(me, client_id))
                taken = await _set(step, client_id, key, goal, why=why, shared=bool(shared), locale=locale)
        return await self._told(taken, actor)

    async def propose(
        self,
        actor: Actor,
        *,
        client_id: str,
        person: str,
        terms: GoalTerms,
        why: str | None = None,
        locale: str = "en",
    ) -> GoalKey:
        """Propose a goal to a member of a team that one manages; nothing counts before the member sets it."""
        me = learner_of(actor, client_id)
        check_words(why, "why")
        earn = terms_text(terms.earn)
        if person == actor.person:
            raise InvalidInput("GOAL_FOR_ONESELF", field="person")
        async with self._database.writing(actor.org_id) as connection:
            learner_id = await _member(connection, actor, person)
            step = await self._step(connection, actor, self._clock(), person=person)
            row = GoalRow(
                GoalKey(learner_id, goal_id(me, client_id)), me, earn, terms.until, why, shared=True, set_at=None
            )
            held = await goals_store.lock(connection, actor.org_id, row.key)
            if held is None:
                if await goals_store.proposed_to_another(connection, actor.org_id, row):
                    raise InvalidInput("ID_TAKEN", field="id", id=client_id)
                await check_terms(
                    connection, actor.org_id, learner_id, terms, pack=step.pack, today=step.today, locale=locale
                )
                await goals_store.append(connection, actor.org_id, row, step.now)
            elif held.set_at is None and (held.earn, held.until, held.why) != (earn, terms.until, why):
                raise InvalidInput("ID_TAKEN", field="id", id=client_id)
            return row.key

    async def change(
        self, actor: Actor, *, client_id: str, goal: GoalKey, change: GoalChange, occurred_at: datetime
    ) -> GoalTaken:
        """Give a goal more time or let it ask for less while it is open; its why and who sees it at any time."""
        learner_of(actor, client_id)
        check_words(change.why, "why")
        async with self._database.writing(actor.org_id) as connection:
            step = await self._step(connection, actor, occurred_at)
            row = await _own(step, goal, GOAL_CHANGED, client_id)
            if row is None:
                return _taken_before(client_id, goal)
            last = row.changed_at or row.set_at
            if last is None:
                raise InvalidInput("GOAL_NOT_SET_YET", field="goal")
            # In the order in which the changes are taken, whatever a phone's clock says: none may take another back.
            step = replace(step, at=max(step.at, last + _MOMENT))
            status = await step.append(goal, GOAL_CHANGED, client_id, change.data(), any_time=True)
            if status is ReceiptStatus.CONFLICT:
                raise InvalidInput("ID_TAKEN", field="id", id=client_id)
            if status is ReceiptStatus.STORED:
                await goals_store.write_change(connection, actor.org_id, await _changed(step, row, change))
        return await self._told(GoalTaken(Receipt(client_id, status), goal), actor)

    async def reflect(
        self, actor: Actor, *, client_id: str, goal: GoalKey, words: str, occurred_at: datetime
    ) -> GoalTaken:
        """Look back at a goal that is reached, over or let go of. Once; it is recognised, whatever came of the goal."""
        learner_of(actor, client_id)
        check_words(words, "words")
        async with self._database.writing(actor.org_id) as connection:
            step = await self._step(connection, actor, occurred_at)
            row = await _own(step, goal, GOAL_REFLECTED, goal.goal_id.hex)
            if row is None:
                return _taken_before(client_id, goal)
            if row.set_at is None:
                raise InvalidInput("GOAL_NOT_SET_YET", field="goal")
            if row.reflected_at is not None and row.reflection != words:
                raise InvalidInput("GOAL_REFLECTED_ALREADY", field="goal")
            status = await step.append(goal, GOAL_REFLECTED, goal.goal_id.hex, {}, any_time=True)
            if status is ReceiptStatus.STORED:
                if await step.is_open(row):
                    raise InvalidInput("GOAL_STILL_OPEN", field="goal")
                await goals_store.write_reflection(connection, actor.org_id, goal, words, step.at)
        return await self._told(GoalTaken(Receipt(client_id, status), goal), actor)

    async def drop(self, actor: Actor, goal: GoalKey) -> None:
        """Let a goal go, or decline a proposal. Nothing is taken away, and reaching it after all still counts."""
        async with self._database.writing(actor.org_id) as connection:
            _check_mine(actor, goal)
            if await goals_store.lock(connection, actor.org_id, goal) is None:
                raise NotFound("GOAL_UNKNOWN", field="goal")
            await goals_store.drop(connection, actor.org_id, goal, self._clock())

    async def delete(self, actor: Actor, goal: GoalKey) -> bool:
        """Delete a goal's words and take it out of all lists; whether there was one. What it earned stays."""
        _check_mine(actor, goal)
        async with self._database.writing(actor.org_id) as connection:
            return await goals_store.delete(connection, actor.org_id, goal, self._clock())

    async def _step(
        self, connection: AsyncConnection, actor: Actor, occurred_at: datetime, *, person: str | None = None
    ) -> _Step:
        """The step as of that instant, on the local date of `person` (None: the actor)."""
        now, key = self._clock(), person or actor.person or ""
        pack = await self._packs.latest(connection, actor.org_id)
        if pack is None:
            raise InvalidInput("GOAL_NEEDS_PACK")
        at = instant_of(pack, occurred_at, now)
        found = (await people_store.read_people(connection, actor.org_id, [key])).get(key)
        day = local_day(at, (found.zone if found else None) or pack.zone)
        return _Step(connection, actor, pack, at, now, date.fromordinal(day))

    async def _told(self, taken: GoalTaken, actor: Actor) -> GoalTaken:
        if taken.receipt.status is ReceiptStatus.STORED:
            await self._queue.wake(actor.org_id)
        return taken


async def _set(
    step: _Step, client_id: str, key: GoalKey, terms: GoalTerms, *, why: str | None, shared: bool, locale: str
) -> GoalTaken:
    earn = terms_text(terms.earn)
    status = await step.append(key, GOAL_SET, key.goal_id.hex, {"earn": earn, "until": terms.until.isoformat()})
    if status is ReceiptStatus.CONFLICT:
        raise InvalidInput("ID_TAKEN", field="id", id=client_id)
    if status is ReceiptStatus.STORED:
        org_id = step.actor.org_id
        await check_terms(
            step.connection, org_id, key.learner_id, terms, pack=step.pack, today=step.today, locale=locale
        )
        row = GoalRow(key, None, earn, terms.until, why, shared=shared, set_at=step.at)
        await goals_store.append(step.connection, org_id, row, step.now)
    return GoalTaken(Receipt(client_id, status), key)


async def _accept(step: _Step, client_id: str, key: GoalKey, *, why: str | None, shared: bool | None) -> GoalTaken:
    """Set what was proposed, as it was proposed."""
    row = await _own(step, key, GOAL_SET, key.goal_id.hex, field="proposal")
    if row is None:
        return _taken_before(client_id, key)
    if row.proposed_by is None and row.set_at is not None:
        raise NotFound("GOAL_UNKNOWN", field="proposal")
    if row.set_at is not None:
        return _taken_before(client_id, key)
    if row.dropped_at is not None or row.until < step.today:
        raise InvalidInput("GOAL_OVER", field="proposal")
    status = await step.append(key, GOAL_SET, key.goal_id.hex, {"earn": row.earn, "until": row.until.isoformat()})
    accepted = replace(row, set_at=step.at, why=why or row.why, shared=row.shared if shared is None else shared)
    await goals_store.write_change(step.connection, step.actor.org_id, accepted)
    return GoalTaken(Receipt(client_id, status), key)


async def _own(step: _Step, key: GoalKey, type_key: str, name: str, *, field: str = "goal") -> GoalRow | None:
    """The learner's own goal, held for this step; None where the step was taken, and the goal deleted since.

    Nobody learns anything about another's.
    """
    _check_mine(step.actor, key, field=field)
    row = await goals_store.lock(step.connection, step.actor.org_id, key)
    if row is None and not await step.was_taken(key, type_key, name):
        raise NotFound("GOAL_UNKNOWN", field=field)
    return row


def _taken_before(client_id: str, key: GoalKey) -> GoalTaken:
    return GoalTaken(Receipt(client_id, ReceiptStatus.DUPLICATE), key)


def _check_mine(actor: Actor, key: GoalKey, *, field: str = "goal") -> None:
    if actor.learner_id is None:
        raise NotAllowed("NOT_A_LEARNER")
    if key.learner_id != actor.learner_id:
        raise NotFound("GOAL_UNKNOWN", field=field)


async def _changed(step: _Step, row: GoalRow, change: GoalChange) -> GoalRow:
    if change.of_terms and not await step.is_open(row):
        raise InvalidInput("GOAL_OVER", field="goal")
    if change.earn is not None:
        check_easier(change.earn, row, step.pack)
    if change.until is not None:
        check_later(change.until, row, step.today)
    return replace(
        row,
        earn=row.earn if change.earn is None else terms_text(change.earn),
        until=change.until or row.until,
        why=change.why or row.why,
        shared=row.shared if change.shared is None else change.shared,
        changed_at=step.at,
    )


async def _member(connection: AsyncConnection, actor: Actor, person: str) -> UUID:
    """A member of a team that the actor manages, or anyone for an admin; others learn nothing about who exists."""
    subjects = await people_store.find_subjects(connection, actor.org_id, [person]) if is_storable(person) else {}
    subject = subjects.get(person)
    if subject is None or not (actor.has(Role.ADMIN) or actor.manages.intersection(subject.teams)):
        raise NotFound("MEMBER_UNKNOWN", field="person", person=person[:80])
    if not subject.active:
        raise InvalidInput("PERSON_NOT_ACTIVE", field="person", person=person)
    return subject.learner_id
