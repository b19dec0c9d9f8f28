"""Apps that follow their own recognitions over WebSockets, each on a line of its own, and when each heard what."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.stage import OPERATIONS

__all__ = ["Subscriber", "SubscriberError", "subscribed"]

_PROTOCOL: Final = Subprotocol("graphql-transport-ws")
_AT_ONCE: Final = 20
"""Lines that are opened side by side."""


class SubscriberError(RuntimeError):
    """A stream said something that no follower expects."""


@dataclass(slots=True)
class Subscriber:
    """One learner's app; `heard` holds the instants, by the performance counter, at which recognitions came."""

    person: str
    heard: list[float] = field(default_factory=list)

    async def open(self, port: int, token: str) -> ClientConnection:
        """Sign in and follow from now on."""
        line = await connect(
            f"ws://127.0.0.1:{port}/graphql", subprotocols=[_PROTOCOL], proxy=None, compression=None, ping_interval=None
        )
        await _send(line, type="connection_init", payload={"Authorization": f"Bearer {token}"})
        _expect(await line.recv(), "connection_ack")
        query = (OPERATIONS / "follow.graphql").read_text(encoding="utf-8")
        await _send(line, type="subscribe", id="1", payload={"query": query})
        # It is answered in order: with the answer to this, the subscription has begun to run.
        await _send(line, type="ping")
        _expect(await line.recv(), "pong")
        return line

    async def follow(self, line: ClientConnection) -> None:
        """Take note of every recognition until cancelled."""
        async for message in line:
            heard = time.perf_counter()
            _expect(message, "next")
            self.heard.append(heard)


@asynccontextmanager
async def subscribed(port: int, tokens: Mapping[str, str]) -> AsyncIterator[Sequence[Subscriber]]:
    """A subscriber per person, by their tokens, for a block; a stream that fails is told at its end."""
    subscribers = [Subscriber(person) for person in tokens]
    lines: list[ClientConnection] = []
    turn = asyncio.Semaphore(_AT_ONCE)

    async def open_one(subscriber: Subscriber) -> None:
        async with turn:
            lines.append(await subscriber.open(port, tokens[subscriber.person]))
            following.append(asyncio.create_task(subscriber.follow(lines[-1])))

    following: list[asyncio.Task[None]] = []
    try:
        await asyncio.gather(*map(open_one, subscribers))
        yield subscribers
    finally:
        for task in following:
            task.cancel()
        outcomes = await asyncio.gather(*following, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in lines))
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


async def _send(line: ClientConnection, **message: object) -> None:
    await line.send(orjson.dumps(message).decode())


def _expect(message: str | bytes, kind: str) -> None:
    told = orjson.loads(message)
    if told["type"] != kind or "errors" in told.get("payload", {}):
        raise SubscriberError(f"a stream said {told!r}")
