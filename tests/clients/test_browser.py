"""The page for trying queries, in a real browser: it runs queries and streams, and asks nobody else."""

from __future__ import annotations

import hashlib
import shutil

import pytest

from tests.clients.node import Node
from tests.repository.tree import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"the page is looked at with a browser: one of {', '.join(BROWSERS)}")
    return found


async def test_the_page_runs_queries_and_streams_and_asks_nobody_else(node: Node, address: str, browser: str) -> None:
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


@pytest.mark.check
def test_the_page_that_is_delivered_was_made_of_its_sources() -> None:
    source, made = ROOT / "graphiql", ROOT / "backend" / "vekst" / "graphql" / "graphiql"
    names = ("build.mjs", "package-lock.json", "package.json", "page.css", "page.jsx")
    digest = hashlib.sha256(b"".join((source / name).read_bytes() for name in names)).hexdigest()
    for name in ("graphiql.js", "graphiql.css"):
        assert digest in (made / name).read_text(encoding="utf-8")[:200], "make graphiql"
    licences = (made / "LICENSES.txt").read_text(encoding="utf-8")
    assert all(f"{name} " in licences for name in ("graphiql", "react", "graphql", "graphql-ws", "codemirror"))
