"""Statements that go straight to the driver, for the few that every event and every screen passes.

SQLAlchemy takes longer to hand such a statement on than PostgreSQL to run it. Who listens to the engine's statements
(traces, tests) hears of these too. Everything else goes through SQLAlchemy.
"""

from __future__ import annotations

from typing import Final, NoReturn, TypeAlias

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["FAILURES", "Driver", "Rows", "driver_of", "fetch", "raise_as_ours"]

Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Rows: TypeAlias = "list[asyncpg.Record]"

FAILURES: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises when something fails."""


def driver_of(connection: AsyncConnection) -> Driver:
    """The driver's connection under an open one."""
    driver: Driver = _sync(connection).connection.driver_connection
    return driver


async def fetch(connection: AsyncConnection, statement: str, *values: object) -> Rows:
    """Run the statement in the connection's transaction, its values bound to $1, $2 …; errors are SQLAlchemy's."""
    sync = _sync(connection)
    told = (sync, None, statement, values, None, False)
    for listener in sync.dispatch.before_cursor_execute:
        listener(*told)
    driver = driver_of(connection)
    try:
        rows: Rows = await driver.fetch(statement, *values)
    except FAILURES as error:
        raise_as_ours(driver, statement, error)
    finally:
        for listener in sync.dispatch.after_cursor_execute:
            listener(*told)
    return rows


def raise_as_ours(driver: Driver, statement: str, error: Exception) -> NoReturn:
    """Raise one of the driver's `FAILURES` as SQLAlchemy would, the original in `orig`; values are not in it."""
    kind: type[DBAPIError] = DBAPIError
    # The driver is at a loss where the server has said goodbye, and the line has not broken yet.
    if driver.is_closed() or isinstance(error, asyncpg.InternalClientError):
        kind = OperationalError
    elif isinstance(error, asyncpg.IntegrityConstraintViolationError):
        kind = IntegrityError
    elif isinstance(error, asyncpg.exceptions.DataError):
        kind = DataError
    raise kind(statement, None, error) from error


def _sync(connection: AsyncConnection) -> Connection:
    sync = connection.sync_connection
    if sync is None:
        raise RuntimeError("the connection is not open")
    return sync
