"""The servers and databases of a test run: begun by one of its workers, shared by all, ended when none uses them."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import asyncpg
from redis import Redis
from sqlalchemy import URL

from vekst.embedded import Servers
from vekst.storage.migrations import upgrade
from vekst.storage.urls import async_url

__all__ = ["Endpoints", "database_of", "drop_database", "run_sql", "shared_endpoints", "with_database", "with_redis"]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers of the run are, and the name of the migrated database to clone."""

    database_url: str
    redis_url: str
    template: str


@contextmanager
def shared_endpoints(folder: Path, run: str) -> Iterator[Endpoints]:
    """The servers named by VEKST_DATABASE_URL and VEKST_REDIS_URL, else private ones; with a migrated template."""
    state = folder / "endpoints.json"
    with ExitStack() as ours, (folder / "users.lock").open("w") as users:
        with _locked(folder / "setup.lock"):
            began = not state.exists()
            if began:
                endpoints = _begin(ours, folder, f"vekst_test_{run[:8]}_template")
                state.write_text(json.dumps(asdict(endpoints)))
            else:
                endpoints = Endpoints(**json.loads(state.read_text()))
            fcntl.flock(users, fcntl.LOCK_SH)
        yield endpoints
        fcntl.flock(users, fcntl.LOCK_UN)
        if began:
            _end_when_unused(ours, folder, users, state)


@contextmanager
def with_database(endpoints: Endpoints, name: str) -> Iterator[str]:
    """A database of one's own, cloned from the template; its URL."""
    run_sql(endpoints.database_url, f'CREATE DATABASE "{name}" TEMPLATE "{endpoints.template}"')
    yield database_of(endpoints.database_url, name)
    drop_database(endpoints.database_url, name)


@contextmanager
def with_redis(endpoints: Endpoints, number: int) -> Iterator[str]:
    """A database number of one's own, emptied before and after; its URL."""
    client = Redis.from_url(endpoints.redis_url)
    number += int(client.connection_pool.connection_kwargs.get("db") or 0)
    client.close()
    url = _numbered(endpoints.redis_url, number)
    for last in (False, True):
        with Redis.from_url(url) as own:
            own.flushdb()
        if not last:
            yield url


def database_of(url: str, name: str) -> str:
    """The same server, another database."""
    return async_url(url).set(database=name).render_as_string(hide_password=False)


def drop_database(url: str, name: str) -> None:
    """Drop the database, whoever is connected to it."""
    run_sql(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run_sql(url: str, statement: str) -> None:
    """Run a statement as the login role, outside of a transaction."""
    asyncio.run(_run_sql(async_url(url), statement))


async def _run_sql(url: URL, statement: str) -> None:
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _begin(ours: ExitStack, folder: Path, template: str) -> Endpoints:
    database_url, redis_url = os.environ.get("VEKST_DATABASE_URL"), os.environ.get("VEKST_REDIS_URL")
    if not (database_url and redis_url):
        private = ours.enter_context(Servers(folder / "servers", durable=False))
        database_url, redis_url = database_url or private.database_url, redis_url or private.redis_url
    drop_database(database_url, template)
    run_sql(database_url, f'CREATE DATABASE "{template}"')
    ours.callback(drop_database, database_url, template)
    asyncio.run(upgrade(database_of(database_url, template)))
    return Endpoints(database_url, redis_url, template)


def _end_when_unused(ours: ExitStack, folder: Path, users: IO[str], state: Path) -> None:
    while True:
        # Wait for those who use it now; whoever comes in between is seen under the lock.
        fcntl.flock(users, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_UN)
        with _locked(folder / "setup.lock"):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            state.unlink()
            ours.close()
            return


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _numbered(url: str, number: int) -> str:
    scheme, _, rest = url.partition("://")
    if scheme == "unix":
        return f"unix://{rest.partition('?')[0]}?db={number}"
    return f"{scheme}://{rest.partition('/')[0]}/{number}"
