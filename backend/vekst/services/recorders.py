"""Who may record an event about whom: oneself, a manager for the members of their teams, an integration, an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from vekst.domain.actors import Actor
from vekst.domain.events import RecordedBy
from vekst.domain.receipts import Problem
from vekst.storage.people_store import SubjectRow

__all__ = ["Recorder", "Recording", "recorder_for_actor", "recorder_for_import"]


class Recording(NamedTuple):
    """About whom an event is, as what it is recorded, and from when on events are let in (None: from ever)."""

    learner_id: UUID
    recorded_by: RecordedBy
    since: datetime | None = None


class Recorder(Protocol):
    """One who records: `history` is true where no event comes too late, `teams` where it matters who is in which."""

    @property
    def source(self) -> str:
        """The source of its events."""
        ...

    @property
    def person(self) -> str | None:
        """Whom an event is about that names nobody; None where it has to."""
        ...

    @property
    def history(self) -> bool:
        """Whether the pack's limit on lateness does not bind."""
        ...

    @property
    def teams(self) -> bool:
        """Whether the teams of those whom events are about decide."""
        ...

    def about(self, person: str | None, subjects: Mapping[str, SubjectRow]) -> Recording | Problem:
        """How an event about `person` (None: nobody named) would be recorded, or why it may not be."""
        ...


def recorder_for_actor(actor: Actor) -> Recorder:
    """A signed-in person, or an integration."""
    if actor.learner_id is None:
        return _System(actor.source, RecordedBy.SYSTEM, history=False)
    return _Person(actor, actor.learner_id)


def recorder_for_import(source: str, recorded_by: RecordedBy) -> Recorder:
    """An import of history."""
    return _System(source, recorded_by, history=True)


@dataclass(frozen=True, slots=True)
class _System:
    source: str
    recorded_by: RecordedBy
    history: bool
    teams: bool = False
    person: str | None = None

    def about(self, person: str | None, subjects: Mapping[str, SubjectRow]) -> Recording | Problem:
        if person is None:
            return Problem("PERSON_MISSING", "person")
        subject = subjects.get(person)
        if subject is None:
            return _unknown(person)
        if not subject.active and not self.history:
            return Problem("PERSON_NOT_ACTIVE", "person", {"person": person})
        return Recording(subject.learner_id, self.recorded_by, subject.events_from)


@dataclass(frozen=True, slots=True)
class _Person:
    actor: Actor
    learner_id: UUID
    history: bool = False
    teams: bool = True

    @property
    def source(self) -> str:
        return self.actor.source

    @property
    def person(self) -> str | None:
        return self.actor.person

    def about(self, person: str | None, subjects: Mapping[str, SubjectRow]) -> Recording | Problem:
        if person is None or person == self.actor.person:
            own = subjects.get(self.actor.person or "")
            return Recording(self.learner_id, RecordedBy.SELF, own.events_from if own else None)
        subject = subjects.get(person)
        # Nobody learns who exists beside those whom they manage.
        if subject is None or not self.actor.manages.intersection(subject.teams):
            return Problem("NOT_ALLOWED_TO_RECORD", "person", {"person": person[:80]})
        if not subject.active:
            return Problem("PERSON_NOT_ACTIVE", "person", {"person": person})
        return Recording(subject.learner_id, RecordedBy.MANAGER, subject.events_from)


def _unknown(person: str) -> Problem:
    return Problem("UNKNOWN_PERSON", "person", {"person": person[:80]})
