"""The page for trying queries, in a real browser: it runs queries and streams, and asks nobody else."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.clients.node import Node, made_page
from vekst.graphql.page import FOLDER

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"the page is looked at with a browser: one of {', '.join(BROWSERS)}")
    return found


async def test_the_page_runs_queries_and_streams_and_asks_nobody_else(
    node: Node, address: str, browser: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(made_page, tmp_path)
    shutil.copy(FOLDER / "graphiql.html", tmp_path)
    monkeypatch.setattr("vekst.graphql.page.FOLDER", tmp_path)
    told = await node.run("browser.mjs", browser, address)
    assert {each["feature"]: each["seen"] for each in told} == {
        "query": {"data": {"me": {"person": "kari"}}},
        "documentation": "recognitions",
        "subscription": True,
        "expiry": "Socket closed with event 4403 TOKEN_EXPIRED",
        "other hosts": [],
        "complaints": [],
        "forbidden": "connect-src",
    }
