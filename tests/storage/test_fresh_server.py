"""On a server that has never seen Vekst the role is made on the way."""

import asyncio
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.support.servers import database_of, run_sql
from tests.support.upgrades import UPGRADE
from vekst.embedded import Servers
from vekst.storage.database import APP_ROLE, Database
from vekst.storage.urls import async_url


@pytest.fixture
def fresh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Servers(tmp_path_factory.mktemp("fresh") / "data", durable=False) as endpoints:
        yield endpoints.database_url


async def _upgrade(*urls: str) -> list[int]:
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", UPGRADE, url) for url in urls]
    return [await process.wait() for process in processes]


async def _app_role(url: str) -> str:
    database = Database.open(url)
    try:
        async with database.writing(uuid4()) as connection:
            role = (
                await connection.execute(text("SELECT current_user FROM (SELECT count(*) FROM people) p"))
            ).scalar_one()
            return str(role)
    finally:
        await database.close()


def test_databases_that_migrate_at_the_same_time_make_the_role_once(fresh_server: str) -> None:
    names = ["first", "second", "third"]
    for name in names:
        run_sql(fresh_server, f"CREATE DATABASE {name}")
    urls = [database_of(fresh_server, name) for name in names]
    assert asyncio.run(_upgrade(*urls)) == [0, 0, 0]
    assert [asyncio.run(_app_role(url)) for url in urls] == [APP_ROLE] * 3


def test_an_owner_who_is_no_superuser_can_migrate_and_work(fresh_server: str) -> None:
    run_sql(fresh_server, "CREATE ROLE plain_owner LOGIN CREATEROLE")
    run_sql(fresh_server, "CREATE DATABASE owned OWNER plain_owner")
    url = async_url(database_of(fresh_server, "owned")).set(username="plain_owner")
    plain = url.render_as_string(hide_password=False)
    assert asyncio.run(_upgrade(plain)) == [0]
    assert asyncio.run(_app_role(plain)) == APP_ROLE
