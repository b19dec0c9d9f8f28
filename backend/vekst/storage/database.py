"""The way to PostgreSQL as the app's role, each use of a connection bound to one organisation by row-level security.

Whoever only reads has no transaction around its statements: at this level of isolation it would change nothing that
they see, and its beginning and its end each cost a trip. So for readers the organisation is bound in the session, and
is the first thing that is looked at when a connection is lent again.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Self
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from vekst.storage.direct import FAILURES, Driver, raise_as_ours
from vekst.storage.pool import Lent, Pool
from vekst.storage.urls import async_url

__all__ = ["APP_ROLE", "ERASER_ROLE", "BehindError", "Database"]

APP_ROLE: Final = "vekst_app"
"""The role of all app connections; it owns nothing, so row-level security binds it."""
ERASER_ROLE: Final = "vekst_eraser"
"""The role of an erasure, which may take rows away; no connection has it for longer than that transaction."""

# Longer than any statement of the app may take: the server that does not answer by then is gone, or the line to it.
_ANSWER_WITHIN: Final = 35.0
_CONNECTED_WITHIN: Final = 10.0
_ROLLED_BACK_WITHIN: Final = 5.0
# For so long a connection is taken to be alive without a word to the server, which may have cut it meanwhile.
_FRESH: Final = 1.0
# The organisation is bound by the same trip that begins the transaction. Whoever writes shares the organisation's lock;
# an erasure has it alone, and its role for that transaction only.
_BIND: Final = "SELECT set_config('vekst.org', '{org_id}', true)"
_BIND_WRITING: Final = f"BEGIN READ WRITE; {_BIND}, pg_advisory_xact_lock_shared({{lock}})"
_BIND_ERASING: Final = f"BEGIN READ WRITE; {_BIND}, pg_advisory_xact_lock({{lock}}); SET LOCAL ROLE {ERASER_ROLE}"
_BIND_READING: Final = "SELECT set_config('vekst.org', '{org_id}', false)"
_BIND_VIEWING: Final = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_BIND}"
# In the same trip a replica is asked whether it has come far enough; where it has not, the cast fails.
_BIND_FOLLOWING: Final = """
    BEGIN READ ONLY; SELECT set_config('vekst.org', CAST(CAST(
        CASE WHEN pg_last_wal_replay_lsn() >= '{position}' THEN '{org_id}' ELSE 'behind' END AS uuid) AS text), true)
"""
_NOBODY: Final = ""
_WRITTEN: Final = "SELECT pg_current_wal_flush_lsn() - '0/0'"
# Statements of the app are short; one that is not has gone wrong, and must not hold its locks.
_SESSION: Final = {
    "role": APP_ROLE,
    "application_name": "vekst",
    "timezone": "UTC",
    "jit": "off",
    # What is read lies in memory or on flash. So plans that look things up are worth keeping, and none is made anew.
    "random_page_cost": "1.1",
    # Only a transaction that says so may write.
    "default_transaction_read_only": "on",
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
    """A pool of connections; every use of one names its organisation, and without one no row is visible."""

    def __init__(self, engine: AsyncEngine, pool: Pool) -> None:
        self._engine = engine
        self._pool = pool

    @classmethod
    def open(cls, url: str, *, connections: int = 10, patience: float | None = None) -> Self:
        """A pool of at most `connections` to the database at `url`; it connects when first used.

        `patience` are the seconds that it has to connect and to answer, where somebody else could be asked instead.
        """
        connect_within, answer_within = (patience, patience) if patience else (_CONNECTED_WITHIN, _ANSWER_WITHIN)
        engine = create_async_engine(
            async_url(url),
            poolclass=NullPool,
            json_deserializer=orjson.loads,
            # What stands in a row is nobody's business who reads a log.
            hide_parameters=True,
            # Transactions are begun and ended here, not by SQLAlchemy, which would take a trip more for each.
            isolation_level="AUTOCOMMIT",
            connect_args={
                "server_settings": _SESSION,
                "timeout": connect_within,
                "command_timeout": answer_within,
            },
        )
        return cls(engine, Pool(engine, connections, patience=connect_within))

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    @property
    def engine(self) -> AsyncEngine:
        """The engine underneath, for measurements."""
        return self._engine

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many wait for use."""
        return self._pool.count()

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
        """Read-only statements in the organisation, each of which sees what is committed when it begins."""
        return self._statements(str(org_id))

    @asynccontextmanager
    async def reading_from(self, org_id: UUID, position: int) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction in the organisation on a replica; `BehindError` where it is not at `position` yet."""
        place = f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
        try:
            begun = await self._begun(_BIND_FOLLOWING.format(org_id=org_id, position=place))
        except DataError:
            raise BehindError from None
        async with self._to_its_end(begun) as connection:
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
        """Read-only statements in no organisation: they see no rows, and may ask the functions that tell ids."""
        return self._statements(_NOBODY)

    @asynccontextmanager
    async def _transaction(self, beginning: str) -> AsyncIterator[AsyncConnection]:
        async with self._to_its_end(await self._begun(beginning)) as connection:
            yield connection

    @asynccontextmanager
    async def _to_its_end(self, lent: Lent) -> AsyncIterator[AsyncConnection]:
        """Commit what was begun, or roll it back, and give the connection back."""
        try:
            yield lent.connection
            await _commit(lent.driver)
        except BaseException:
            await _roll_back(lent.driver)
            raise
        finally:
            await self._pool.take_back(lent)

    @asynccontextmanager
    async def _statements(self, org_id: str) -> AsyncIterator[AsyncConnection]:
        lent = await self._begun(_BIND_READING.format(org_id=org_id), org_id)
        try:
            yield lent.connection
        except BaseException:
            await _roll_back(lent.driver)
            raise
        finally:
            # One that was cut has no state any more to be asked for, and the pool must get it back all the same.
            if not lent.driver.is_closed() and lent.driver.is_in_transaction():
                # Its end could unbind what is taken to be bound.
                lent.driver.terminate()
            lent.returned = time.monotonic()
            await self._pool.take_back(lent)

    async def _begun(self, beginning: str, binds_to: str | None = None) -> Lent:
        """A connection on which the beginning was run; those that the server has cut meanwhile are replaced.

        One that `binds_to` an organisation is not run where the connection is bound to it already.
        """
        while True:
            lent = await self._pool.lend()
            driver = lent.driver
            if binds_to is not None:
                if _is_ready(lent, binds_to):
                    return lent
                lent.bound_to = None
            used, lent.is_used = lent.is_used, True
            try:
                await _run(driver, beginning)
            except BaseException as error:
                cut = driver.is_closed() or isinstance(error, OperationalError)
                try:
                    await _roll_back(driver)
                finally:
                    # Also where the rolling back is cancelled: the pool must get it back.
                    if cut:
                        driver.terminate()
                    await self._pool.take_back(lent)
                if not (cut and used):
                    raise
            else:
                lent.bound_to = lent.bound_to if binds_to is None else binds_to
                return lent


def _is_ready(lent: Lent, org_id: str) -> bool:
    """Whether a reader of the organisation can have the connection as it is."""
    return lent.bound_to == org_id and time.monotonic() - lent.returned < _FRESH and not lent.driver.is_closed()


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
