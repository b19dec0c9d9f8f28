"""Who acts: a signed-in person or an integration, with what the database says they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from vekst.domain.events import APP_SOURCE

__all__ = ["Actor", "Role"]


class Role(StrEnum):
    """What somebody may do; everyone signed in is a learner, managers are managers of named teams."""

    LEARNER = "learner"
    MANAGER = "manager"
    AUTHOR = "author"
    ADMIN = "admin"
    INTEGRATION = "integration"


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a use case; roles and teams were read from the database for this request.

    A person has `learner_id` and `person`; an integration has neither, and records events for others under its `name`.
    """

    org_id: UUID
    name: str
    roles: frozenset[Role]
    locale: str = "en"
    learner_id: UUID | None = None
    person: str | None = None
    manages: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def source(self) -> str:
        """The source of the events this actor records."""
        return APP_SOURCE if self.learner_id else self.name

    def has(self, role: Role) -> bool:
        """Whether the actor holds the role."""
        return role in self.roles
