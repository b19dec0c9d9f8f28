"""Receives whoever comes, over any transport: from an Authorization header and languages to a context."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from vekst.domain.claims import Verifier
from vekst.factory import Factory
from vekst.graphql.authentication import authenticate
from vekst.graphql.context import Context
from vekst.graphql.languages import Languages
from vekst.graphql.metrics import GraphQLMetrics

__all__ = ["Arrivals"]


class Arrivals:
    """What all transports of one process share; the factory is there once the process has started."""

    def __init__(
        self,
        factory: Callable[[], Factory],
        verifier: Verifier,
        metrics: GraphQLMetrics,
        clock: Callable[[], datetime],
    ) -> None:
        self._factory = factory
        self._verifier = verifier
        self._clock = clock
        self.metrics = metrics

    def now(self) -> datetime:
        """The present instant."""
        return self._clock()

    async def context(self, authorization: str | None, languages: Languages) -> Context:
        """The context of who comes with that header; to be closed by who asked for it."""
        factory = self._factory()
        caller = await authenticate(authorization, self._verifier, factory)
        if caller.actor is not None:
            languages = languages.then(caller.actor.locale)
        context = Context(factory, caller, languages, self._clock(), self.metrics)
        await context.settle_language()
        return context
