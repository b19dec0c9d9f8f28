"""A client of graphql-transport-ws over a real line, and of server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

__all__ = ["PATIENCE", "PROTOCOL", "Line", "line", "serving"]

PATIENCE = 20.0
"""Seconds after which a test gives up waiting."""
PROTOCOL = Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve the app on a free loopback port; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


class Line:
    """One line to the server."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        """Send a message."""
        await self.connection.send(json.dumps(message))

    async def receive(self) -> Any:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            return json.loads(await self.connection.recv())

    async def greet(self, token: str | None = None, **payload: str) -> Any:
        """Sign in; the answer."""
        if token is not None:
            payload["Authorization"] = f"Bearer {token}"
        await self.send(type="connection_init", payload=payload)
        return await self.receive()

    async def subscribe(self, operation_id: str, query: str, **variables: Any) -> None:
        """Begin an operation."""
        await self.send(type="subscribe", id=operation_id, payload={"query": query, "variables": variables})

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait until the server closes the line; with which code and reason."""
        async with asyncio.timeout(PATIENCE):
            await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def line(address: str, token: str | None = None, *, protocol: Subprotocol = PROTOCOL) -> AsyncIterator[Line]:
    """A line, signed in where there is a token."""
    url = address.replace("http", "ws") + "/graphql"
    async with connect(url, subprotocols=[protocol], proxy=None) as connection:
        opened = Line(connection)
        if token is not None:
            assert await opened.greet(token) == {"type": "connection_ack"}
        yield opened
