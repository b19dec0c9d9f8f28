"""GraphQL over HTTP to the letter: every audit of graphql-http passes, whether it says MUST, SHOULD or MAY."""

from __future__ import annotations

from tests.clients.conftest import Stage
from tests.clients.node import Node


async def test_every_audit_of_graphql_over_http_passes(node: Node, address: str, stage: Stage) -> None:
    audits = await node.run("audits.mjs", f"{address}/graphql", stage.token())
    assert len(audits) > 60
    assert [audit for audit in audits if audit["status"] != "ok"] == []
