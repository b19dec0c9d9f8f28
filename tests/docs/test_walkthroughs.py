"""What the documents show is done, command by command and query by query, on servers that the documents start."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.docs.markdown import read
from tests.docs.sandbox import Sandbox, matches, run_sql
from tests.docs.walkthrough import walk_through
from tests.repository.tree import ROOT
from vekst.embedded import Servers
from vekst.storage.database import APP_ROLE, Database
from vekst.storage.migrations import is_current, upgrade
from vekst.storage.urls import async_url


def test_the_readme_and_the_guide_for_apps_show_what_happens(tmp_path: Path) -> None:
    with Sandbox.open(tmp_path) as sandbox:
        assert walk_through(read(ROOT / "README.md"), sandbox) >= 2
        assert walk_through(read(ROOT / "docs" / "mobile.md"), sandbox) >= 10
        assert "all judged" in sandbox.server_log()


@pytest.mark.check
def test_the_guide_for_authors_shows_what_happens(tmp_path: Path) -> None:
    with Sandbox.open(tmp_path) as sandbox:
        assert walk_through(read(ROOT / "docs" / "quest-files.md"), sandbox) >= 2


def test_the_guide_for_operators_shows_what_happens(tmp_path: Path) -> None:
    with Sandbox.open(tmp_path) as sandbox:
        assert walk_through(read(ROOT / "docs" / "operations.md"), sandbox) >= 8


async def test_the_roles_of_production_are_enough_and_see_nothing_without_an_organisation(tmp_path: Path) -> None:
    [setup] = [each for each in read(ROOT / "docs" / "operations.md").of("sql") if "setup" in each.flags]
    with Servers(tmp_path / "servers", durable=False) as endpoints:
        await run_sql(endpoints.database_url, setup.text)
        superuser = async_url(endpoints.database_url)
        owner, login = (
            superuser.set(username=name, database="vekst_production") for name in ("vekst_owner", "vekst_login")
        )
        await upgrade(owner.render_as_string(hide_password=False))
        database = Database.open(login.render_as_string(hide_password=False))
        try:
            async with database.crossing() as connection:
                assert await is_current(connection)
                assert (await connection.execute(text("SELECT count(*) FROM people"))).scalar_one() == 0
                role = await connection.execute(text("SELECT current_user, pg_catalog.current_setting('is_superuser')"))
                assert tuple(role.one()) == (APP_ROLE, "off")
        finally:
            await database.close()


def test_an_ellipsis_stands_for_anything_and_nothing_else_does() -> None:
    assert matches("a … c\n", "a b\nb c")
    assert not matches("a … c", "a b")
    assert not matches("a.c", "abc")
