"""The way to PostgreSQL: transactions as the app's role, each bound to one organisation by row-level security."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Self
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from vekst.storage.direct import FAILURES, Driver, driver_of, raise_as_ours
from vekst.storage.urls import async_url

__all__ = ["APP_ROLE", "ERASER_ROLE", "BehindError", "Database"]

APP_ROLE: Final = "vekst_app"
"""The role of all app connections; it owns nothing, so row-level security binds it."""
ERASER_ROLE: Final = "vekst_eraser"
"""The role of an erasure, which may take rows away; no connection has it for longer than that transaction."""

# Longer than any statement of the app may take: the server that does not answer by then is gone, or the line to it.
_ANSWER_WITHIN: Final = 35.0
_CONNECTED_WITHIN: Final = 10.0
_CLOSED_WITHIN: Final = 3.0
_ROLLED_BACK_WITHIN: Final = 5.0
# The organisation is bound by the same trip that begins the transaction. Whoever writes shares the organisation's lock;
# an erasure has it alone, and its role for that transaction only.
_BIND: Final = "SELECT set_config('vekst.org', '{org_id}', true)"
_BIND_WRITING: Final = f"BEGIN; {_BIND}, pg_advisory_xact_lock_shared({{lock}})"
_BIND_ERASING: Final = f"BEGIN; {_BIND}, pg_advisory_xact_lock({{lock}}); SET LOCAL ROLE {ERASER_ROLE}"
_BIND_READING: Final = f"BEGIN READ ONLY; {_BIND}"
_BIND_VIEWING: Final = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_BIND}"
# In the same trip a replica is asked whether it has come far enough; where it has not, the cast fails.
_BIND_FOLLOWING: Final = """
    BEGIN READ ONLY; SELECT set_config('vekst.org', CAST(CAST(
        CASE WHEN pg_last_wal_replay_lsn() >= '{position}' THEN '{org_id}' ELSE 'behind' END AS uuid) AS text), true)
"""
_CROSS: Final = "BEGIN READ ONLY"
_WRITTEN: Final = "SELECT pg_current_wal_flush_lsn() - '0/0'"
_USED: Final = "vekst_used"
# Statements of the app are short; one that is not has gone wrong, and must not hold its locks.
_SESSION: Final = {
    "role": APP_ROLE,
    "application_name": "vekst",
    "timezone": "UTC",
    "jit": "off",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    # So long may a worker fold in memory; and so long are its learners held should its line have died without a word.
    "idle_in_transaction_session_timeout": "30s",
    # A machine that is gone is noticed in a quarter of a minute, not in hours.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
}


class BehindError(Exception):
    """The replica does not show yet what must be shown."""


class Database:
    """A pool of connections; every transaction names its organisation, and without one no row is visible."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, connections: int = 10, patience: float | None = None) -> Self:
        """A pool of at most `connections` to the database at `url`; it connects when first used.

        `patience` are the seconds that it has to connect and to answer, where somebody else could be asked instead.
        """
        connect_within, answer_within = (patience, patience) if patience else (_CONNECTED_WITHIN, _ANSWER_WITHIN)
        engine = create_async_engine(
            async_url(url),
            pool_size=connections,
            max_overflow=0,
            json_deserializer=orjson.loads,
            # What stands in a row is nobody's business who reads a log.
            hide_parameters=True,
            # Transactions are begun and ended here, not by SQLAlchemy, which would take a trip more for each.
            isolation_level="AUTOCOMMIT",
            pool_timeout=connect_within,
            connect_args={
                "server_settings": _SESSION,
                "timeout": connect_within,
                "command_timeout": answer_within,
            },
        )
        return cls(engine)

    async def close(self) -> None:
        """Close all connections; those on lines that are dead are left."""
        try:
            async with asyncio.timeout(_CLOSED_WITHIN):
                await self._engine.dispose()
        except TimeoutError:
            await self._engine.dispose(close=False)

    @property
    def engine(self) -> AsyncEngine:
        """The engine underneath, for measurements."""
        return self._engine

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many wait for use."""
        pool = self._engine.pool
        return (pool.checkedout(), pool.checkedin()) if isinstance(pool, QueuePool) else (0, 0)

    def writing(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """A read-write transaction in the organisation, committed at the end unless an error is raised."""
        return self._transaction(_BIND_WRITING.format(org_id=org_id, lock=_lock_of(org_id)))

    def erasing(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that may take rows of the organisation away, and beside which nothing is written there.

        So no worker or request that is under way can bring back what it takes. It waits for them at most as long as for
        any lock.
        """
        return self._transaction(_BIND_ERASING.format(org_id=org_id, lock=_lock_of(org_id)))

    def reading(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """A read-only transaction in the organisation."""
        return self._transaction(_BIND_READING.format(org_id=org_id))

    @asynccontextmanager
    async def reading_from(self, org_id: UUID, position: int) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction in the organisation on a replica; `BehindError` where it is not at `position` yet."""
        place = f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
        try:
            begun = await self._begun(_BIND_FOLLOWING.format(org_id=org_id, position=place))
        except DataError:
            raise BehindError from None
        async with _to_its_end(*begun) as connection:
            yield connection

    async def written(self) -> int:
        """The position in the log up to which everything is written; what was committed before lies below it."""
        async with self.crossing() as connection:
            position: int = (await connection.execute(text(_WRITTEN))).scalar_one()
        return int(position)

    def snapshot(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """A read-only transaction in the organisation whose statements all see the same moment."""
        return self._transaction(_BIND_VIEWING.format(org_id=org_id))

    def crossing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A read-only transaction in no organisation: it sees no rows, and may ask the functions that tell ids."""
        return self._transaction(_CROSS)

    @asynccontextmanager
    async def _transaction(self, beginning: str) -> AsyncIterator[AsyncConnection]:
        async with _to_its_end(*await self._begun(beginning)) as connection:
            yield connection

    async def _begun(self, beginning: str) -> tuple[AsyncConnection, Driver]:
        """A connection with the transaction begun; those that the server has cut meanwhile are replaced."""
        while True:
            connection = await self._engine.connect()
            driver, used = driver_of(connection), _USED in connection.info
            connection.info[_USED] = True
            try:
                await _run(driver, beginning)
            except BaseException as error:
                cut = driver.is_closed() or isinstance(error, OperationalError)
                try:
                    await _roll_back(driver)
                    if cut:
                        await connection.invalidate()
                finally:
                    # Also where the rolling back is cancelled: the pool must get it back.
                    await connection.close()
                if not (cut and used):
                    raise
            else:
                return connection, driver


@asynccontextmanager
async def _to_its_end(connection: AsyncConnection, driver: Driver) -> AsyncIterator[AsyncConnection]:
    """Commit what was begun, or roll it back, and give the connection back."""
    try:
        yield connection
        await _commit(driver)
    except BaseException:
        await _roll_back(driver)
        raise
    finally:
        await connection.close()


async def _run(driver: Driver, statement: str) -> str:
    """Run it; what PostgreSQL says that it did."""
    try:
        done: str = await driver.execute(statement)
    except FAILURES as error:
        raise_as_ours(driver, statement, error)
    return done


async def _commit(driver: Driver) -> None:
    # After a failed statement PostgreSQL answers with ROLLBACK, and without an error.
    if await _run(driver, "COMMIT") != "COMMIT":
        raise RuntimeError("nothing was committed: a statement of the transaction had failed, and went unheard")


async def _roll_back(driver: Driver) -> None:
    """End a transaction that failed. A connection that can't is cut, and replaced when somebody asks for it."""
    try:
        if not driver.is_closed():
            await driver.execute("ROLLBACK", timeout=_ROLLED_BACK_WITHIN)
    except BaseException as error:
        driver.terminate()
        if not isinstance(error, Exception):
            raise


def _lock_of(org_id: UUID) -> int:
    """The organisation's advisory lock; that two organisations may share one by chance does no harm."""
    return int.from_bytes(org_id.bytes[-8:], signed=True)
