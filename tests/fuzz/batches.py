"""Events by the hundred in one mutation, each bad in a way of its own: each has a receipt that says so."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any, Final

from tests.fuzz.nasty import as_json, nasty, nasty_text
from tests.fuzz.operations import Operation
from tests.fuzz.oracle import Act, Faulty, Outcome
from tests.fuzz.web import Asked, ask, outcome_of
from tests.fuzz.world import World

__all__ = ["in_batches"]

_RECORD: Final = """mutation ($events: [ProgressEventInput!]!) { recordProgress(input: {events: $events}) {
  __typename ... on RecordProgress { receipts { id status problem { code message field cure } } } } }"""
_EVENT: Final = {"type": "call.practised", "occurredAt": "2026-06-01T12:00:00Z", "data": {"minutes": 5}}
_FIELDS: Final = ("minutes", "customer", "score", "brave", "nothing")
_NO_JSON: Final = re.compile(rb"[:\[,] ?(?:NaN|-?Infinity)")
_BODY_AT_MOST: Final = 900_000


def in_batches(world: World, chance: Random) -> Act:
    """A batch; one that a stranger sends is refused as a whole."""
    token = world.token(chance)
    headers = [(b"content-type", b"application/json"), (b"accept-language", chance.choice((b"en", b"nb")))]
    if token:
        headers.append((b"authorization", b"Bearer " + token.encode()))
    events = _events(chance)
    body = b'{"query": ' + as_json(_RECORD) + b', "variables": {"events": [' + b",".join(events) + b"]}}"
    asked = Asked("POST", b"/graphql", b"", headers, body)

    async def act() -> Outcome:
        answered = await ask(world.app, asked)
        outcome = outcome_of("receipts", answered, body, Operation("mutation", _RECORD, {}))
        result: Any = (json.loads(answered.body).get("data") or {}).get("recordProgress") or {}
        if result.get("__typename") != "RecordProgress":
            return outcome
        receipts = result["receipts"]
        if len(receipts) != len(events):
            raise Faulty(f"{len(receipts)} receipts for {len(events)} events")
        refused = [receipt for receipt in receipts if receipt["status"] == "REFUSED"]
        if any(not receipt["problem"] or not receipt["problem"]["message"] for receipt in refused):
            raise Faulty("a refusal without a word")
        outcome.stored = sum(receipt["status"] == "STORED" for receipt in receipts)
        outcome.accepted = outcome.stored > 0
        outcome.inputs = max(1, len(refused))
        return outcome

    return act


def _events(chance: Random) -> list[bytes]:
    events: list[bytes] = []
    size = 0
    for number in range(chance.choice((20, 100, 200, 500))):
        event = _event(chance, number)
        size += len(event)
        if size > _BODY_AT_MOST:
            break
        if not _NO_JSON.search(event):
            events.append(event)
    return events or [as_json(_EVENT)]


def _event(chance: Random, number: int) -> bytes:
    event: dict[str, Any] = {"id": f"b{number}", **_EVENT}
    match chance.randrange(8):
        case 0:
            event["id"] = nasty_text(chance)
        case 1:
            event["type"] = nasty_text(chance)
        case 2 | 3:
            # Null is what GraphQL itself refuses, and with it the whole batch.
            event["occurredAt"] = nasty(chance) or ""
        case 4:
            event["data"] = nasty(chance)
        case 5:
            event["person"] = nasty_text(chance)
        case _:
            event["data"] = {chance.choice(_FIELDS): nasty(chance) for _ in range(chance.choice((1, 1, 3)))}
    return as_json(event)
