"""Apollo Client, urql, graphql-ws and relay-runtime do what apps do: ask, record, meet errors, follow, come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.clients.node import Node
from tests.support.organisations import Organisation


async def judging(organisation: Organisation) -> None:
    """Judge whatever comes in, until cancelled."""
    while True:
        await organisation.judge()
        await asyncio.sleep(0.05)


async def test_the_clients_that_apps_are_built_with(
    packages: Node, address: str, token: str, organisation: Organisation, tmp_path: Path
) -> None:
    worker = asyncio.create_task(judging(organisation))
    try:
        seen = await packages.run("clients.mjs", address, token)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert seen == [
        # By hash, with the text when the hash was not known, then by hash alone.
        {"client": "apollo", "person": "kari", "again": "kari", "texts": [False, True, False]},
        {"client": "apollo", "receipts": ["STORED"]},
        {"client": "apollo", "data": None, "code": "NOT_ALLOWED"},
        {"client": "urql", "person": "kari"},
        {"client": "urql", "code": "NOT_ALLOWED"},
        {"client": "urql", "receipts": ["STORED"], "points": 5},
        {"client": "graphql-ws", "different": 2, "reconnected": True},
        {"client": "graphql-ws", "code": "INVALID_INPUT"},
        {"client": "relay-runtime", "person": "kari", "stored": "Learner"},
    ]
