"""What workloads work on: the profile, and servers with a database of their own for the length of a run."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
from pydantic import SecretStr

from benchmarks.profiles import Profile
from vekst.embedded import Servers
from vekst.settings import Mode, Settings
from vekst.storage.migrations import upgrade
from vekst.storage.urls import async_url

__all__ = ["OPERATIONS", "PACKS", "Stage", "another_database", "owning", "set_stage"]

PACKS: Final = Path(__file__).resolve().parent.parent / "quests"
"""The folder of the packs that come with the project."""
OPERATIONS: Final = PACKS.parent / "schema" / "operations"
"""The folder of the operations of a real app."""

_CLEANING: Final = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
_CLEANING_AT_MOST: Final = 10.0
_BETWEEN_LOOKS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Stage:
    """The servers, the profile, and who is told of what happens."""

    profile: Profile
    settings: Settings
    say: Callable[[str], None]

    async def take_stock(self) -> None:
        """Have the database tidy up and count what it holds, as it does by itself after a while."""
        async with owning(self) as owner:
            await owner.execute("VACUUM (ANALYZE)")

    async def rest(self) -> None:
        """Have the database write out what it owes, and wait while it cleans up by itself, for some seconds at most."""
        async with owning(self) as owner:
            # A server that is not ours may not allow it.
            with suppress(asyncpg.InsufficientPrivilegeError):
                await owner.execute("CHECKPOINT")
            ends = time.monotonic() + _CLEANING_AT_MOST
            while await owner.fetchval(_CLEANING) and time.monotonic() < ends:
                await asyncio.sleep(_BETWEEN_LOOKS)

    @property
    def database(self) -> str:
        """The database's address for asyncpg."""
        return _plain(self.settings.database_url.get_secret_value())


@asynccontextmanager
async def owning(stage: Stage) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection as the database's owner for a block, to prepare and to look."""
    owner = await asyncpg.connect(stage.database)
    try:
        yield owner
    finally:
        await owner.close()


@asynccontextmanager
async def another_database(stage: Stage, name: str) -> AsyncIterator[Stage]:
    """The same stage over a second, empty database of the same server, for a block."""
    database_url = stage.settings.database_url.get_secret_value()
    second = f"vekst_bench_{os.getpid()}_{name}"
    url = async_url(database_url).set(database=second).render_as_string(hide_password=False)
    await _run_sql(database_url, f'CREATE DATABASE "{second}"')
    try:
        await upgrade(url)
        yield replace(stage, settings=stage.settings.model_copy(update={"database_url": SecretStr(url)}))
    finally:
        await _run_sql(database_url, f'DROP DATABASE "{second}" WITH (FORCE)')


@contextmanager
def set_stage(profile: Profile, say: Callable[[str], None]) -> Iterator[Stage]:
    """Private, durable servers unless VEKST_DATABASE_URL and VEKST_REDIS_URL name others; a database of its own."""
    with TemporaryDirectory(prefix="vekst-bench-") as folder, _servers(Path(folder)) as (database_url, redis_url):
        name = f"vekst_bench_{os.getpid()}"
        url = async_url(database_url).set(database=name).render_as_string(hide_password=False)
        asyncio.run(_run_sql(database_url, f'CREATE DATABASE "{name}"'))
        try:
            asyncio.run(upgrade(url))
            settings = Settings(
                mode=Mode.DEVELOPMENT,
                database_url=SecretStr(url),
                redis_url=SecretStr(redis_url),
                data_dir=Path(folder),
                database_pool=20,
                log_level="warning",
                _env_file=None,
            )
            yield Stage(profile, settings, say)
        finally:
            asyncio.run(_run_sql(database_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[str, str]]:
    given = os.environ.get("VEKST_DATABASE_URL"), os.environ.get("VEKST_REDIS_URL")
    if given[0] and given[1]:
        yield given[0], given[1]
        return
    with Servers(folder / "servers", durable=True) as private:
        yield given[0] or private.database_url, given[1] or private.redis_url


def _plain(url: str) -> str:
    return async_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def _run_sql(url: str, statement: str) -> None:
    connection = await asyncpg.connect(_plain(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
