"""Apps that follow their recognitions: lines that drop, lines that stall, and the cursor from which they go on."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect

from tests.graphql.lines import PROTOCOL, Line
from vekst.graphql.types.recognitions import read_place, write_place

__all__ = ["EventFollower", "Follower", "LineFollower", "stalled_line"]

_FOLLOW: Final = (Path(__file__).parents[2] / "schema/operations/follow.graphql").read_text("utf-8")
_WHY: Final = " ".join(f"t{number}: why {{ text evidence {{ source id type occurredAt }} }}" for number in range(20))
_WIDE: Final = f"subscription ($after: String) {{ recognitions(after: $after) {{ cursor node {{ {_WHY} }} }} }}"


class _Dropped(Exception):
    """The line is gone, in the middle of whatever was on its way."""


class Follower:
    """One learner's app. After some answers its line drops, and it comes back to the next server, from its cursor."""

    def __init__(self, addresses: Sequence[str], token: str, *, first: int, drops_after: int) -> None:
        self._addresses = addresses
        self._token = token
        self._turn = first
        self._drops_after = drops_after
        self.cursor = write_place(0)
        self.places: list[int] = []
        """The place in the ledger of each answer, in the order of arrival."""
        self.lines = 0

    async def follow(self) -> None:
        """Read until cancelled."""
        while True:
            address = self._addresses[self._turn % len(self._addresses)]
            self._turn += 1
            self.lines += 1
            with suppress(_Dropped):
                await self._read_from(address)

    async def _read_from(self, address: str) -> None:
        """Take the answers from one line until it drops."""
        raise NotImplementedError

    def _take(self, answer: Any, taken: int) -> None:
        edge = answer["data"]["recognitions"]
        place = read_place(edge["cursor"])
        assert place is not None
        self.places.append(place)
        self.cursor = edge["cursor"]
        if taken == self._drops_after:
            raise _Dropped


class LineFollower(Follower):
    """Follows over graphql-transport-ws."""

    async def _read_from(self, address: str) -> None:
        async with connect(_line_of(address), subprotocols=[PROTOCOL], proxy=None, compression=None) as connection:
            line = Line(connection)
            assert await line.greet(self._token) == {"type": "connection_ack"}
            await line.subscribe("1", _FOLLOW, after=self.cursor)
            taken = 0
            try:
                async for message in connection:
                    said = json.loads(message)
                    assert said["type"] == "next", said
                    taken += 1
                    self._take(said["payload"], taken)
            except _Dropped:
                connection.transport.abort()
                raise


class EventFollower(Follower):
    """Follows over server-sent events, each line a request of a client that many share."""

    def __init__(
        self, http: httpx.AsyncClient, addresses: Sequence[str], token: str, *, first: int, drops_after: int
    ) -> None:
        super().__init__(addresses, token, first=first, drops_after=drops_after)
        self._http = http

    async def _read_from(self, address: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
        body = {"query": _FOLLOW, "variables": {"after": self.cursor}}
        async with self._http.stream("POST", f"{address}/graphql/stream", headers=headers, json=body) as answer:
            assert answer.status_code == 200
            taken = 0
            async for line in answer.aiter_lines():
                assert line != "event: complete"
                if line.startswith("data: "):
                    taken += 1
                    self._take(json.loads(line.removeprefix("data: ")), taken)


@asynccontextmanager
async def stalled_line(address: str, token: str) -> AsyncIterator[None]:
    """A line with many wide streams whose owner takes nothing; with the smallest of windows, so that all waits with
    the server.
    """
    parts = urlsplit(address)
    with socket.socket() as narrow:
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect((parts.hostname, parts.port))
        async with connect(
            _line_of(address),
            sock=narrow,
            subprotocols=[PROTOCOL],
            proxy=None,
            compression=None,
            ping_interval=None,
            max_queue=1,
        ) as connection:
            line = Line(connection)
            assert await line.greet(token) == {"type": "connection_ack"}
            for number in range(10):
                await line.subscribe(str(number), _WIDE, after=write_place(0))
            yield
            # Whoever took nothing would have to take all of it to part in good order.
            connection.transport.abort()


def _line_of(address: str) -> str:
    return address.replace("http", "ws") + "/graphql"
