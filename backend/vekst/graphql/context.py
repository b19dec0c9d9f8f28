"""What the resolvers of one request know: the caller, the languages, the instant, and loaders; never a session."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from strawberry.types.info import Info as StrawberryInfo

from vekst.domain.actors import Actor, Role
from vekst.domain.errors import NotAllowed, NotSignedIn
from vekst.domain.texts import LOCALES
from vekst.engine.pack import Pack
from vekst.factory import Factory
from vekst.graphql.batching import Tasks
from vekst.graphql.languages import Languages
from vekst.graphql.loaders import Loaders
from vekst.graphql.metrics import GraphQLMetrics

__all__ = ["Caller", "Context", "Info"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an actor, or nobody and the code that says why."""

    actor: Actor | None
    code: str = "NOT_SIGNED_IN"
    expires_at: datetime | None = None
    """Until when the token is good."""
    pack_version: int | None = None
    """The pack's version in force when they came; None where that must be looked up."""

    def seconds_left(self, now: datetime) -> float:
        """How long the token is good from now on; endless for nobody."""
        return (self.expires_at - now).total_seconds() if self.expires_at else math.inf


class Context:
    """One request's context. Nothing is asked of the database before a resolver needs it."""

    def __init__(
        self, factory: Factory, caller: Caller, languages: Languages, now: datetime, metrics: GraphQLMetrics
    ) -> None:
        self.factory = factory
        self.caller = caller
        self.languages = languages
        self.now = now
        self.metrics = metrics
        self.come_back_after: int | None = None
        """Seconds after which a caller who was turned away should come again."""
        self._tasks = Tasks()
        self._loaders = (
            Loaders(factory, caller.actor.org_id, self._tasks, viewer=caller.actor.learner_id) if caller.actor else None
        )

    def renewed(self) -> Context:
        """A context for the same caller as things are now; what was loaded before is forgotten."""
        caller = replace(self.caller, pack_version=None)
        return Context(self.factory, caller, self.languages, self.factory.now(), self.metrics)

    async def look_again(self) -> None:
        """Learn what the caller may do by now, for what goes on for long; `NotSignedIn` once they are gone."""
        again = await self.factory.actor_again(self.actor)
        self.caller = replace(self.caller, actor=again, code="ACCOUNT_UNKNOWN")
        if again is None:
            raise NotSignedIn(self.caller.code)

    async def close(self) -> None:
        """End what still runs for this request."""
        await self._tasks.close()

    @property
    def actor(self) -> Actor:
        """Who is signed in; `NotSignedIn` for nobody."""
        if self.caller.actor is None:
            raise NotSignedIn(self.caller.code)
        return self.caller.actor

    @property
    def loaders(self) -> Loaders:
        """The loaders of the caller's organisation; `NotSignedIn` for nobody."""
        if self._loaders is None:
            raise NotSignedIn(self.caller.code)
        return self._loaders

    @property
    def learner_id(self) -> UUID:
        """The signed-in person's learner; `NotAllowed` for an integration, which is no learner."""
        learner_id = self.actor.learner_id
        if learner_id is None:
            raise NotAllowed("NOT_A_LEARNER")
        return learner_id

    def sees(self, learner_id: UUID) -> bool:
        """Whether the caller may see all of that learner: oneself, and anyone for an admin."""
        return self.actor.learner_id == learner_id or self.sees_everyone

    @property
    def sees_everyone(self) -> bool:
        """Whether the caller may see all of any learner."""
        return self.actor.has(Role.ADMIN)

    async def settle_language(self) -> None:
        """Speak the pack's first language to a caller who did not say any that messages exist in."""
        if self.caller.actor is not None and self.languages.choose(LOCALES) is None:
            pack = await self.pack()
            self.languages = self.languages.then(pack.locales[0] if pack else None)

    async def pack(self, version: int | None = None) -> Pack | None:
        """The organisation's pack in that version, or in the latest."""
        wanted = version if version is not None else self.caller.pack_version
        met = self.factory.pack_met(self.actor.org_id, wanted) if wanted is not None else None
        return met or await self.loaders.packs.load(wanted)


Info = StrawberryInfo[Context, None]
"""What a resolver is handed by Strawberry."""
