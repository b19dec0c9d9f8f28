"""The client of the HTTP workloads: kept-alive connections, as thin as can be, so that servers are measured."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self, cast

from typing_extensions import override

__all__ = ["Connection", "HttpAnswer", "post"]

_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A status and a body."""

    status: int
    body: bytes


@dataclass(slots=True)
class Connection(asyncio.Protocol):
    """Sends one request after the other."""

    _transport: asyncio.Transport | None = None
    _received: bytearray = field(default_factory=bytearray)
    _waiting: asyncio.Future[HttpAnswer] | None = None

    @classmethod
    async def open(cls, port: int) -> Self:
        """A connection to a server on this machine."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def send(self, request: bytes) -> HttpAnswer:
        """Send a whole request, and wait for the answer."""
        if self._transport is None:
            raise ConnectionError("the connection is closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        head_ends = self._received.find(_END_OF_HEAD)
        if head_ends < 0:
            return
        body_begins = head_ends + len(_END_OF_HEAD)
        ends = body_begins + _content_length(bytes(self._received[:head_ends]).lower())
        if len(self._received) < ends or self._waiting is None:
            return
        answer = HttpAnswer(int(self._received[9:12]), bytes(self._received[body_begins:ends]))
        del self._received[:ends]
        self._waiting.set_result(answer)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("the server closed the connection"))


def post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A whole POST request with a JSON body."""
    told = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _content_length(head: bytes) -> int:
    begins = head.find(_LENGTH)
    if begins < 0:
        raise ConnectionError("an answer without a length")
    return int(head[begins + len(_LENGTH) :].split(b"\r\n", 1)[0])
