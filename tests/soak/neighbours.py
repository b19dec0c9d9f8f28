"""Measures how long one event waits beside another organisation's flood: `python -m tests.soak.neighbours`.

The flood is stored while no worker runs. Then two workers judge it, while a person of the other organisation records
one event after the other, each as soon as the one before is judged.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import mkdtemp
from typing import Final

import asyncpg
import httpx

from tests.faults.stage import INTEGRATION, Ground, Stage, ground, staged
from tests.support.waiting import until

_PEOPLE: Final = 500
_BATCH: Final = 500
_ALONE: Final = 50
_RECORD: Final = """mutation ($events: [ProgressEventInput!]!) { recordProgress(input: {events: $events}) {
  __typename ... on RecordProgress { receipts { status } } } }"""
_PENDING: Final = "{ me { pendingEvents } }"
_WAITING: Final = "SELECT count(*) FROM progress_events WHERE judged_at IS NULL AND source = $1"


def main() -> int:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.neighbours", description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    asked = parser.parse_args()
    with ground(Path(mkdtemp(prefix="vekst-neighbours-")), small_disk=False) as base:
        return asyncio.run(_run(base, asked.events))


async def _run(base: Ground, events: int) -> int:
    async with staged(base, _PEOPLE) as stage:
        owner = await stage.owner()
        try:
            return await _measure(stage, owner, events)
        finally:
            await owner.close()


async def _measure(stage: Stage, owner: asyncpg.Connection[asyncpg.Record], events: int) -> int:
    north, south = sorted({each.org for each in stage.people})
    quiet = next(each.person for each in stage.people if each.org == south)
    async with _client(stage, south, person=quiet) as person:
        waits: list[float] = []

        async def alone() -> bool:
            return len(waits) >= _ALONE

        await _probe(person, waits, alone)
        _tell("alone", waits)
        for worker in stage.workers:
            await worker.kill()
        await _flood(stage, north, events)
        waiting = await owner.fetchval(_WAITING, INTEGRATION)
        for worker in stage.workers:
            worker.start()

        async def has_begun() -> bool:
            return bool(await owner.fetchval(_WAITING, INTEGRATION) < waiting)

        async def is_over() -> bool:
            return not await owner.fetchval(_WAITING, INTEGRATION)

        await until(has_begun)
        began, waits = time.monotonic(), []
        await _probe(person, waits, is_over)
        _tell(f"beside {waiting:,} events, which took {time.monotonic() - began:.0f} s,", waits)
    return 0


async def _flood(stage: Stage, org: str, events: int) -> None:
    people = [each.person for each in stage.people if each.org == org]
    async with _client(stage, org, integration=INTEGRATION) as integration:
        for start in range(0, events, _BATCH):
            batch = [_event(f"flood-{number}", people[number % len(people)]) for number in range(start, start + _BATCH)]
            await _record(integration, batch)


async def _probe(person: httpx.AsyncClient, waits: list[float], over: Callable[[], Awaitable[bool]]) -> None:
    """Record one event after the other, and note how long each waited until it was judged."""
    while not await over():
        began = time.monotonic()
        await _record(person, [_event(f"probe-{began}", None)])

        async def is_judged() -> bool:
            answer = (await person.post("/graphql", json={"query": _PENDING})).json()
            return bool(answer["data"]["me"]["pendingEvents"] == 0)

        await until(is_judged)
        waits.append(time.monotonic() - began)


async def _record(client: httpx.AsyncClient, events: list[dict[str, object]]) -> None:
    answer = (await client.post("/graphql", json={"query": _RECORD, "variables": {"events": events}})).json()
    assert {each["status"] for each in answer["data"]["recordProgress"]["receipts"]} == {"STORED"}, answer


def _event(id: str, person: str | None) -> dict[str, object]:
    at = datetime.now(UTC).isoformat()
    return {"id": id, "type": "call.practised", "occurredAt": at, "data": {"minutes": 5}, "person": person}


def _client(stage: Stage, org: str, *, person: str | None = None, integration: str | None = None) -> httpx.AsyncClient:
    token = stage.token(org, person=person, integration=integration)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=stage.address, headers=headers, timeout=60, trust_env=False)


def _tell(when: str, waits: list[float]) -> None:
    slow = quantiles(waits, n=20)[-1] if len(waits) > 1 else waits[0]
    told = f"median {median(waits):.2f} s, 95 % within {slow:.2f} s, longest {max(waits):.2f} s"
    sys.stdout.write(f"{when} {len(waits)} events waited: {told}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
