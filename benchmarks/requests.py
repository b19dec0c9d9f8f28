"""Requests of a real app and of a real integration, as bytes of HTTP, and answers that must be whole."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from benchmarks.companies import BenchmarkError
from benchmarks.http_client import Connection, HttpAnswer, post
from benchmarks.stage import OPERATIONS
from vekst.domain.receipts import NewEvent

__all__ = ["asking", "check_recorded", "recording", "send_all"]


def asking(query: str, variables: Mapping[str, Any], token: str) -> bytes:
    """The request that runs the operation."""
    headers = {"authorization": f"Bearer {token}", "accept": "application/graphql-response+json"}
    return post("/graphql", orjson.dumps({"query": query, "variables": variables}), headers)


def recording(batch: Sequence[NewEvent], token: str) -> bytes:
    """The request that records the batch, as bytes of HTTP."""
    query = (OPERATIONS / "record.graphql").read_text(encoding="utf-8")
    events = [
        {"id": each.id, "type": each.type, "occurredAt": each.occurred_at, "data": each.data, "person": each.person}
        for each in batch
    ]
    return asking(query, {"events": events}, token)


def check_recorded(answer: HttpAnswer) -> None:
    """Raise `BenchmarkError` unless every event was stored."""
    told = orjson.loads(answer.body)
    result = (told.get("data") or {}).get("recordProgress") or {}
    if any(receipt["status"] != "STORED" for receipt in result.get("receipts", [{"status": "none"}])):
        raise BenchmarkError(f"not everything was stored: {answer.status} {answer.body[:500]!r}")


async def send_all(port: int, requests: Sequence[Sequence[bytes]]) -> None:
    """Send the requests of every client, all clients side by side; every event must be stored."""

    async def send(mine: Sequence[bytes]) -> None:
        connection = await Connection.open(port)
        for request in mine:
            check_recorded(await connection.send(request))
        connection.close()

    await asyncio.gather(*map(send, requests))
