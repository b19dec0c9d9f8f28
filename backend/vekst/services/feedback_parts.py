"""What a turn of feedback needs before it is taken: words, an instant, a colleague, an event of one's own, a skill."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.events import RESERVED_PREFIX, ProgressEvent
from vekst.domain.feedback import WORDS_AT_MOST
from vekst.domain.storable import is_storable
from vekst.engine.pack import Pack
from vekst.services.event_forms import ID_AT_MOST
from vekst.services.event_times import Times
from vekst.services.voiding import EventName
from vekst.storage import events_store, people_store

__all__ = ["check_words", "colleague", "instant_of", "learner_of", "own_event", "skill_of"]


def learner_of(actor: Actor, client_id: str) -> UUID:
    """The actor as a learner, who takes the turn under a client's id that can be kept."""
    if actor.learner_id is None:
        raise NotAllowed("NOT_A_LEARNER")
    if not client_id or len(client_id) > ID_AT_MOST or not is_storable(client_id):
        raise InvalidInput("ID_NOT_VALID", field="id", most=ID_AT_MOST)
    return actor.learner_id


def check_words(words: str, field: str) -> None:
    """Refuse no words and too many."""
    if not is_storable(words):
        raise InvalidInput("TEXT_NOT_STORABLE", field=field)
    if not words.strip() or len(words) > WORDS_AT_MOST:
        raise InvalidInput("FEEDBACK_WORDS_NOT_VALID", field=field, most=WORDS_AT_MOST)


def instant_of(pack: Pack | None, occurred_at: datetime, now: datetime) -> datetime:
    """When the turn was taken, in UTC; `InvalidInput` for the future and for too long ago."""
    problem = Times.of(pack, now).problem(occurred_at)
    if problem is not None:
        raise InvalidInput(problem.code, field=problem.field, **problem.params)
    return occurred_at.astimezone(UTC)


async def colleague(connection: AsyncConnection, actor: Actor, person: str, field: str) -> UUID:
    """An active person of the organisation who is not the actor."""
    if person == actor.person:
        raise InvalidInput("FEEDBACK_TO_ONESELF", field=field)
    subjects = await people_store.find_subjects(connection, actor.org_id, [person]) if is_storable(person) else {}
    subject = subjects.get(person)
    if subject is None:
        raise NotFound("UNKNOWN_PERSON", field=field, person=person[:80])
    if not subject.active:
        raise InvalidInput("PERSON_NOT_ACTIVE", field=field, person=person)
    return subject.learner_id


async def own_event(connection: AsyncConnection, actor: Actor, me: UUID, name: EventName) -> ProgressEvent:
    """An event of the actor's own that shows work; Vekst's own types do not."""
    source = name.source or actor.source
    storable = is_storable(name.id) and is_storable(source)
    found = await events_store.find(connection, actor.org_id, me, source, name.id) if storable else None
    if found is None or found.type.startswith(RESERVED_PREFIX):
        raise NotFound("EVENT_UNKNOWN", field="event", id=name.id[:80], source=source[:80])
    return found


def skill_of(pack: Pack | None, skill: str | None, about: ProgressEvent | None) -> str | None:
    """The skill that was named, or else that of the event's type."""
    if skill is None:
        event_type = pack.event_types.get(about.type) if pack and about else None
        return event_type.skill if event_type else None
    if pack is None or pack.skill(skill) is None:
        raise NotFound("SKILL_UNKNOWN", field="skill", skill=skill[:80])
    return skill
