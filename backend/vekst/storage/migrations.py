"""The schema's way forward: runs the Alembic scripts under a lock, and tells whether a database is current."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from vekst.storage.urls import async_url

__all__ = ["connect_and_run", "guarded", "is_current", "scripts_folder", "upgrade"]

# Any constant will do, as long as nothing else in the database uses it.
_LOCK = 7_316_500_211


def scripts_folder() -> Path:
    """Where the scripts are: beside `backend/` in a checkout, else among the installed data files."""
    candidates = (Path(__file__).parents[3] / "alembic", Path(sys.prefix) / "share" / "vekst" / "alembic")
    for folder in candidates:
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError(f"no migration scripts in {' or '.join(map(str, candidates))}: install Vekst again")


async def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema; several processes may do so at once, each for one database."""
    await connect_and_run(url, _upgrade)


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the database has exactly the schema that this code was written for."""
    return await connection.run_sync(_head_of) == ScriptDirectory.from_config(_config()).get_current_head()


async def connect_and_run(url: str, work: Callable[[Connection], None]) -> None:
    """Run `work` on a connection of its own, which belongs to the login role and not to the app's."""
    engine = create_async_engine(async_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(work)
            await connection.commit()
    finally:
        await engine.dispose()


@contextmanager
def guarded(connection: Connection) -> Iterator[None]:
    """Wait until no other process migrates this database; from then on never wait long for a lock of the app's."""
    with connection.begin() if not connection.in_transaction() else nullcontext():
        connection.execute(text("SELECT set_config('lock_timeout', '5min', true)"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(
            text("SELECT set_config('lock_timeout', '5s', true), set_config('statement_timeout', '10min', true)")
        )
        yield


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts_folder()).replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _head_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
