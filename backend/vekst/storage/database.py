"""The way to PostgreSQL: transactions as the app's role, each bound to one organisation by row-level security."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from vekst.storage.urls import async_url

__all__ = ["APP_ROLE", "ERASER_ROLE", "Database"]

APP_ROLE: Final = "vekst_app"
"""The role of all app connections; it owns nothing, so row-level security binds it."""
ERASER_ROLE: Final = "vekst_eraser"
"""The role of an erasure, which may take rows away; no connection has it for longer than that transaction."""

_BIND: Final = text("SELECT set_config('vekst.org', :org, true)")
# Whoever writes shares the organisation's lock; an erasure has it alone. It costs no trip of its own.
_BIND_WRITING: Final = text("SELECT set_config('vekst.org', :org, true), pg_advisory_xact_lock_shared(:lock)")
_BIND_ERASING: Final = text("SELECT set_config('vekst.org', :org, true), pg_advisory_xact_lock(:lock)")
_BECOME_ERASER: Final = text(f"SET LOCAL ROLE {ERASER_ROLE}")
# Longer than any statement of the app may take: the server that does not answer by then is gone, or the line to it.
_ANSWER_WITHIN: Final = 35.0
# Statements of the app are short; one that is not has gone wrong, and must not hold its locks.
_SESSION: Final = {
    "role": APP_ROLE,
    "application_name": "vekst",
    "timezone": "UTC",
    "jit": "off",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


class Database:
    """A pool of connections; every transaction names its organisation, and without one no row is visible."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(postgresql_readonly=True)
        self._viewer = engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")

    @classmethod
    def open(cls, url: str, *, connections: int = 10) -> Self:
        """A pool of at most `connections` to the database at `url`; it connects when first used."""
        engine = create_async_engine(
            async_url(url),
            pool_size=connections,
            max_overflow=0,
            json_deserializer=orjson.loads,
            pool_timeout=10,
            connect_args={"server_settings": _SESSION, "timeout": 10, "command_timeout": _ANSWER_WITHIN},
        )
        return cls(engine)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    @property
    def engine(self) -> AsyncEngine:
        """The engine underneath, for measurements."""
        return self._engine

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many wait for use."""
        pool = self._engine.pool
        return (pool.checkedout(), pool.checkedin()) if isinstance(pool, QueuePool) else (0, 0)

    @asynccontextmanager
    async def writing(self, org_id: UUID) -> AsyncIterator[AsyncConnection]:
        """A read-write transaction in the organisation, committed at the end unless an error is raised."""
        async with self._engine.begin() as connection:
            await connection.execute(_BIND_WRITING, {"org": str(org_id), "lock": _lock_of(org_id)})
            yield connection

    @asynccontextmanager
    async def erasing(self, org_id: UUID) -> AsyncIterator[AsyncConnection]:
        """A transaction that may take rows of the organisation away, and beside which nothing is written there.

        So no worker or request that is under way can bring back what it takes. It waits for them at most as long as for
        any lock.
        """
        async with self._engine.begin() as connection:
            await connection.execute(_BIND_ERASING, {"org": str(org_id), "lock": _lock_of(org_id)})
            await connection.execute(_BECOME_ERASER)
            yield connection

    @asynccontextmanager
    async def reading(self, org_id: UUID) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction in the organisation."""
        async with self._reader.connect() as connection, connection.begin():
            await connection.execute(_BIND, {"org": str(org_id)})
            yield connection

    @asynccontextmanager
    async def snapshot(self, org_id: UUID) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction in the organisation whose statements all see the same moment."""
        async with self._viewer.connect() as connection, connection.begin():
            await connection.execute(_BIND, {"org": str(org_id)})
            yield connection

    @asynccontextmanager
    async def crossing(self) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction in no organisation: it sees no rows, and may ask the functions that tell ids."""
        async with self._reader.connect() as connection, connection.begin():
            yield connection


def _lock_of(org_id: UUID) -> int:
    """The organisation's advisory lock; that two organisations may share one by chance does no harm."""
    return int.from_bytes(org_id.bytes[-8:], signed=True)
