"""The libraries that apps are built with do what apps do, against a server on a real socket.

| client        | query | mutation | errors | subscription | resume | expiry | persisted |
|---------------|-------|----------|--------|--------------|--------|--------|-----------|
| Apollo Client | yes   | yes      | yes    | yes          | yes    | yes    | yes       |
| urql          | yes   | yes      | yes    | yes          | yes    | yes    | yes       |
| graphql-ws    | yes   | yes      | yes    | yes          | yes    | yes    | yes       |
| relay-runtime | yes   | yes      | yes    | yes          | yes    | yes    | yes       |

One scenario (`npm/scenario.mjs`) is played by each of them, so whatever one of them can't do fails.
"""

from __future__ import annotations

import pytest

from tests.clients.node import Node
from tests.repository.tree import ROOT

SCHEMA = ROOT / "schema" / "schema.graphql"
CLIENTS = ("Apollo Client", "urql", "graphql-ws", "relay-runtime")
SEEN = {
    "query": "kari",
    "mutation": ["STORED"],
    # Of a query in the errors of the answer, of a mutation in its result.
    "errors": ["FIRST_OUT_OF_RANGE", "NO_EVENTS"],
    # The stream told what the ledger holds, each entry once and in order.
    "subscription": True,
    # The line was cut and something happened meanwhile; from the last cursor on, nothing was missed or told twice.
    "resume": [True, True],
    # The stream ended with the token and said so, as did a question; after signing in, as after a cut.
    "expiry": ["4403 TOKEN_EXPIRED", "TOKEN_EXPIRED", True],
    # By its hash, with the text when the hash was not known, then by hash alone.
    "persisted": [False, True, False],
}


@pytest.mark.parametrize("client", CLIENTS)
async def test_what_the_clients_see(node: Node, address: str, client: str) -> None:
    told = await node.run("scenario.mjs", client, address, str(SCHEMA))
    assert {each["feature"]: each["seen"] for each in told} == SEEN


@pytest.mark.check
def test_the_table_above_says_all_of_it() -> None:
    rows = [line.strip("|").split("|") for line in (__doc__ or "").splitlines() if line.startswith("| ")]
    head, *table = [[cell.strip() for cell in row] for row in rows]
    assert head == ["client", *SEEN]
    assert table == [[client, *["yes"] * len(SEEN)] for client in CLIENTS]
