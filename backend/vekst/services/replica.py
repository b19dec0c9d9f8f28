"""Reads from a replica, for questions alone: never behind what the person has written, and never without an answer.

Whatever is in doubt is read from the primary: a replica that is away, behind or not known to be far enough, and a
person who has just written, or was just judged (decision 17).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.jobs.marks import FLOOR_LIVES, Marks
from vekst.signals.metrics import ReplicaMetrics
from vekst.storage import server_store
from vekst.storage.database import BehindError, Database

__all__ = ["Lag", "Replica", "View"]

_AWAY: Final = (SQLAlchemyError, OSError)
_REST: Final = 5.0
"""Seconds for which a replica that failed is left alone."""
_RAISE_EVERY: Final = FLOOR_LIVES / 3
_WITHIN: Final = 3.0
"""Seconds that the primary has to say how far it has written."""
_NOWHERE: Final = 2**64 - 1
"""Further than any log: where it could not be learned how far somebody has written."""
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class View:
    """From where one question is answered: a replica that has come to the `position`; the primary where it is None."""

    position: int | None = None
    broken: bool = False
    """Whether something that was read from the replica is missing, so that the question must be asked again."""


class Lag(NamedTuple):
    """How far a replica is behind: bytes of the log, and seconds since what it shows was written."""

    size: int
    seconds: float


class Replica:
    """The way to the replica for one process, and what its writers leave behind for its readers."""

    def __init__(self, primary: Database, replica: Database, marks: Marks, metrics: ReplicaMetrics) -> None:
        self._primary = primary
        self._replica = replica
        self._marks = marks
        self._metrics = metrics
        self._resting_until = 0.0
        self._failed = False
        self._raised_at = -_RAISE_EVERY
        self._unmarked = 0

    async def wrote(self, org_id: UUID, persons: Iterable[str]) -> None:
        """Remember, after a commit and before it is told, that these persons may not be shown less from now on."""
        try:
            async with asyncio.timeout(_WITHIN):
                position = await self._primary.written()
        except _AWAY:
            position = _NOWHERE
        if not await self._marks.leave(org_id, persons, position):
            # Others can't know. This process does, and lets all know with the floor as soon as it can.
            self._unmarked = max(self._unmarked, position)
            self._raised_at = -_RAISE_EVERY

    async def look(self, org_id: UUID, person: str) -> View:
        """From where the person's next question is to be answered."""
        if time.monotonic() < self._resting_until:
            return self._from_primary("away")
        needed = await self._marks.needed(org_id, person)
        if needed is None or time.monotonic() - self._raised_at >= _RAISE_EVERY:
            await self._raise_floor()
        if needed is None:
            return self._from_primary("unknown")
        return View(max(needed, self._unmarked))

    @asynccontextmanager
    async def reading(self, org_id: UUID, view: View) -> AsyncIterator[AsyncConnection]:
        """What only reads in the organisation, on the replica if it is far enough, else on the primary."""
        async with AsyncExitStack() as stack:
            connection = await self._entered(stack, org_id, view)
            if connection is None:
                yield await stack.enter_async_context(self._primary.reading(org_id))
                return
            try:
                yield connection
            except _AWAY as error:
                self._fail(error)
                self._metrics.fell_back("broken")
                view.position, view.broken = None, True
                raise

    async def lag(self) -> Lag | None:
        """How far it is behind; None while it can't be known."""
        try:
            written = await self._primary.written()
            async with self._replica.crossing() as connection:
                shown, seconds = await server_store.replayed(connection)
        except _AWAY:
            return None
        if shown is None:
            return None
        return Lag(max(0, written - shown), seconds if shown < written else 0.0)

    async def is_standby(self) -> bool:
        """Whether the server follows another one; raises what keeps it from answering."""
        async with self._replica.crossing() as connection:
            return (await server_store.facts(connection)).is_standby

    async def close(self) -> None:
        """Close the connections to the replica."""
        await self._replica.close()

    async def _entered(self, stack: AsyncExitStack, org_id: UUID, view: View) -> AsyncConnection | None:
        if view.position is None:
            return None
        if self._failed:
            # One goes to see whether it is back, and the others wait for what becomes of that.
            self._resting_until = time.monotonic() + _REST
        try:
            connection = await stack.enter_async_context(self._replica.reading_from(org_id, view.position))
        except BehindError:
            self._recover()
            view.position = self._from_primary("behind").position
            return None
        except _AWAY as error:
            self._fail(error)
            view.position = self._from_primary("away").position
            return None
        self._recover()
        self._metrics.read()
        return connection

    def _from_primary(self, why: str) -> View:
        self._metrics.fell_back(why)
        return View()

    def _fail(self, error: Exception) -> None:
        self._failed, self._resting_until = True, time.monotonic() + _REST
        _log.warning("replica_unreachable", error=type(error).__name__, detail=str(error)[:200])

    def _recover(self) -> None:
        self._failed, self._resting_until = False, 0.0

    async def _raise_floor(self) -> None:
        self._raised_at = time.monotonic()
        unmarked = self._unmarked
        try:
            position = await self._primary.written()
        except _AWAY:
            return
        if await self._marks.raise_floor(position) and self._unmarked == unmarked:
            # What could not be marked lies below the floor now.
            self._unmarked = 0
