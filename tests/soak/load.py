"""The load: integrations of two organisations record for everybody, as fast as they can or at a steady rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any, Final

import httpx

from tests.faults.stage import INTEGRATION, Stage

__all__ = ["Load"]

_RECORD: Final = """mutation ($events: [ProgressEventInput!]!) { recordProgress(input: {events: $events}) {
  __typename ... on RecordProgress { receipts { status } } } }"""
_SENDERS: Final = 8
_BATCH: Final = 50
_KINDS: Final = ("call.practised", "lesson.completed", "deal.closed")


@dataclass(slots=True)
class Load:
    """What is sent, and what became of it."""

    stage: Stage
    seed: int
    stored: int = 0
    refused: int = 0
    slowest: float = 0.0
    _numbers: Iterator[int] = field(default_factory=count)

    async def run(self, seconds: float, *, rate: float | None = None) -> None:
        """Send for so long: so many events a second, or as many as are taken."""
        ends = time.monotonic() + seconds
        await asyncio.gather(*(self._send(number, ends, rate) for number in range(_SENDERS)))

    async def _send(self, number: int, ends: float, rate: float | None) -> None:
        chance = Random(f"{self.seed}:{number}:{self.stored}")
        org = sorted({each.org for each in self.stage.people})[number % 2]
        people = [each.person for each in self.stage.people if each.org == org]
        headers = {"Authorization": f"Bearer {self.stage.token(org, integration=INTEGRATION)}"}
        pause = _SENDERS * _BATCH / rate if rate else 0.0
        due = time.monotonic() + pause * chance.random()
        async with httpx.AsyncClient(
            base_url=self.stage.address, timeout=30, headers=headers, trust_env=False
        ) as client:
            while (now := time.monotonic()) < ends:
                if pause:
                    await asyncio.sleep(max(0.0, due - now))
                    due += pause
                await self._record(client, [self._event(chance, people) for _ in range(_BATCH)])

    async def _record(self, client: httpx.AsyncClient, events: list[dict[str, Any]]) -> None:
        began = time.monotonic()
        answer = await client.post("/graphql", json={"query": _RECORD, "variables": {"events": events}})
        self.slowest = max(self.slowest, time.monotonic() - began)
        result = answer.json()["data"]["recordProgress"]
        stored = sum(each["status"] == "STORED" for each in result.get("receipts", ()))
        self.stored += stored
        self.refused += len(events) - stored

    def _event(self, chance: Random, people: list[str]) -> dict[str, Any]:
        kind = chance.choices(_KINDS, (8, 3, 1))[0]
        data: dict[str, object] = {"amount": chance.randrange(1_000)}
        if kind == "call.practised":
            data = {"score": chance.randrange(11), "minutes": chance.randrange(60)}
        elif kind == "lesson.completed":
            data = {"lesson": "listening"}
        at = datetime.now(UTC).isoformat()
        person = chance.choice(people)
        return {"id": f"{next(self._numbers):09}", "type": kind, "occurredAt": at, "data": data, "person": person}
