"""The connections of a process to one server: each opened once by SQLAlchemy, and lent again and again as it is.

SQLAlchemy's own pool makes the connection's object anew for every use, which takes longer than most statements do.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from vekst.storage.direct import Driver, driver_of

__all__ = ["Lent", "Pool"]

_CLOSED_WITHIN: Final = 3.0


@dataclass(slots=True, eq=False)
class Lent:
    """A connection, and what is known of it for as long as it lasts."""

    connection: AsyncConnection
    driver: Driver
    is_used: bool = False
    bound_to: str | None = None
    """The organisation of its session; None where nobody can know."""
    returned: float = 0.0


class Pool:
    """At most so many connections of an engine that keeps none and commits by itself; who waits is served in turn."""

    def __init__(self, engine: AsyncEngine, at_most: int, *, patience: float) -> None:
        self._engine = engine
        self._patience = patience
        self._free = asyncio.Semaphore(at_most)
        self._resting: list[Lent] = []
        self._in_use = 0
        self._is_closed = False

    def count(self) -> tuple[int, int]:
        """How many connections are in use, and how many rest."""
        return self._in_use, len(self._resting)

    async def lend(self) -> Lent:
        """The connection that was in use last of those that rest, or a new one; `NoneFreeError` if none gets free."""
        if self._free.locked():
            await self._turn()
        else:
            await self._free.acquire()
        self._in_use += 1
        if self._resting:
            return self._resting.pop()
        try:
            connection = await self._engine.connect()
            return Lent(connection, driver_of(connection))
        except BaseException:
            self._leave()
            raise

    async def take_back(self, lent: Lent) -> None:
        """Let the connection rest; one that is closed is given up, and so is any that comes after the end."""
        try:
            if self._is_closed:
                lent.driver.terminate()
            if lent.driver.is_closed():
                await lent.connection.close()
            else:
                self._resting.append(lent)
        finally:
            self._leave()

    async def close(self) -> None:
        """Close the connections that rest, those in use when they come back; on lines that are dead they are cut."""
        self._is_closed = True
        resting, self._resting = self._resting, []
        goodbyes = (lent.driver.close(timeout=_CLOSED_WITHIN) for lent in resting)
        await asyncio.gather(*goodbyes, return_exceptions=True)
        for lent in resting:
            lent.driver.terminate()
            await lent.connection.close()

    async def _turn(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise NoneFreeError(f"no connection got free within {self._patience:.0f} s") from None

    def _leave(self) -> None:
        self._in_use -= 1
        self._free.release()
