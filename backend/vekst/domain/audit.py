"""Administrative acts, as the audit log keeps them: what was done, by whom and to whom, in words that name no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from vekst.catalogues import translated
from vekst.domain.actors import Actor

__all__ = ["SYSTEM", "Act", "Author", "AuthorKind", "Note", "sources", "title_of"]


class Act(StrEnum):
    """Everything that is noted. An act is never taken out again: entries of it stay."""

    ORGANISATION_CREATED = "ORGANISATION_CREATED"
    PACK_PUBLISHED = "PACK_PUBLISHED"
    PERSON_ADDED = "PERSON_ADDED"
    PERSON_CHANGED = "PERSON_CHANGED"
    PERSON_LET_GO = "PERSON_LET_GO"
    PERSON_BROUGHT_BACK = "PERSON_BROUGHT_BACK"
    ROLE_CHANGED = "ROLE_CHANGED"
    TEAMS_CHANGED = "TEAMS_CHANGED"
    INTEGRATION_ADDED = "INTEGRATION_ADDED"
    EVENTS_IMPORTED = "EVENTS_IMPORTED"
    EVENT_VOIDED = "EVENT_VOIDED"
    CHALLENGE_CREATED = "CHALLENGE_CREATED"
    CHALLENGE_CHANGED = "CHALLENGE_CHANGED"
    CHALLENGE_CANCELLED = "CHALLENGE_CANCELLED"
    PERSON_EXPORTED = "PERSON_EXPORTED"
    PERSON_ERASED = "PERSON_ERASED"
    LEARNERS_RETRIED = "LEARNERS_RETRIED"
    REPLAYED = "REPLAYED"
    EVENTS_EXPIRED = "EVENTS_EXPIRED"


_TITLES: Final[Mapping[Act, str]] = {
    Act.ORGANISATION_CREATED: "The organisation was created",
    Act.PACK_PUBLISHED: "Quest files were published",
    Act.PERSON_ADDED: "A person was added",
    Act.PERSON_CHANGED: "What is known of a person was changed",
    Act.PERSON_LET_GO: "A person was let go",
    Act.PERSON_BROUGHT_BACK: "A person was brought back",
    Act.ROLE_CHANGED: "A person was given another role",
    Act.TEAMS_CHANGED: "A person's teams were changed",
    Act.INTEGRATION_ADDED: "A system was let in",
    Act.EVENTS_IMPORTED: "Events were imported",
    Act.EVENT_VOIDED: "An event of a person was taken out of the judgement",
    Act.CHALLENGE_CREATED: "A challenge was created",
    Act.CHALLENGE_CHANGED: "A challenge was changed",
    Act.CHALLENGE_CANCELLED: "A challenge was called off",
    Act.PERSON_EXPORTED: "All that is kept about a person was handed out",
    Act.PERSON_ERASED: "A person was erased",
    Act.LEARNERS_RETRIED: "Those who were set aside were tried again",
    Act.REPLAYED: "Everyone was judged again",
    Act.EVENTS_EXPIRED: "Events that were kept for long enough were erased",
}


class AuthorKind(StrEnum):
    """What somebody is who does something."""

    PERSON = "PERSON"
    """Signed in."""
    INTEGRATION = "INTEGRATION"
    OPERATOR = "OPERATOR"
    """Who runs the service, at its command line."""
    SYSTEM = "SYSTEM"
    """The service itself."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who did it: a person by id, an integration or an operator by name, the service by neither."""

    kind: AuthorKind
    name: str | None = None
    learner_id: UUID | None = None

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """A signed-in person, or an integration."""
        if actor.learner_id is None:
            return cls(AuthorKind.INTEGRATION, actor.name)
        return cls(AuthorKind.PERSON, learner_id=actor.learner_id)


SYSTEM: Final = Author(AuthorKind.SYSTEM)


@dataclass(frozen=True, slots=True)
class Note:
    """One act: to which person, on what else, and facts that hold nobody's name, words or secrets.

    They stay when the person is erased, and so may say nothing from which the person could be known.
    """

    act: Act
    learner_id: UUID | None = None
    thing: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def title_of(act: Act, locale: str) -> str:
    """The act in that locale's language."""
    return translated("audit", act.value, _TITLES[act], locale)


def sources() -> Mapping[str, str]:
    """Every title in English, by its act."""
    return {act.value: title for act, title in _TITLES.items()}
