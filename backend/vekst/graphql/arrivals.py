"""Receives whoever comes, over any transport: from an Authorization header and languages to a context."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vekst.domain.claims import Verifier
from vekst.domain.errors import TooMany, Unavailable
from vekst.factory import Factory
from vekst.graphql.authentication import authenticate
from vekst.graphql.context import Context
from vekst.graphql.languages import Languages
from vekst.graphql.metrics import GraphQLMetrics

__all__ = ["COME_AGAIN", "Arrivals"]

_LOG: Final = structlog.get_logger(__name__)

_WITHIN: Final = 10.0
"""Seconds within which it must be known who comes: a server that does not answer keeps nobody waiting for ever."""
COME_AGAIN: Final = {"Retry-After": "5"}
"""What goes along with a refusal that has nothing to do with who asks."""


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
        """The context of who comes with that header, to be closed by who asked for it.

        `TooMany` if that takes long, `Unavailable` while nobody can know.
        """
        try:
            async with asyncio.timeout(_WITHIN):
                return await self._context(authorization, languages)
        except TimeoutError:
            raise TooMany("OPERATION_TOO_SLOW", seconds=_WITHIN) from None
        except (SQLAlchemyError, OSError) as error:
            _LOG.warning("graphql.caller_not_known", error=type(error).__name__, detail=str(error)[:200])
            raise Unavailable from error

    async def _context(self, authorization: str | None, languages: Languages) -> Context:
        factory = self._factory()
        caller = await authenticate(authorization, self._verifier, factory)
        if caller.actor is not None:
            languages = languages.then(caller.actor.locale)
        context = Context(factory, caller, languages, self._clock(), self.metrics)
        await context.settle_language()
        return context
