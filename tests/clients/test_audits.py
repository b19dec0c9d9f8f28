"""GraphQL over HTTP to the letter: every audit of graphql-http passes, whether it says MUST, SHOULD or MAY."""

from __future__ import annotations

from tests.clients.node import Node


async def test_every_audit_of_graphql_over_http_passes(packages: Node, address: str, token: str) -> None:
    audits = await packages.run("audits.mjs", f"{address}/graphql", token)
    assert len(audits) > 60
    assert [audit for audit in audits if audit["status"] != "ok"] == []
