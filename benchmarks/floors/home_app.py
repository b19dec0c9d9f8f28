"""The floor of the home screen: a bare ASGI app that answers with what one statement makes of relational tables."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import asyncpg
import orjson

from benchmarks.floors.tables import open_pool

__all__ = ["app"]

_Message = MutableMapping[str, Any]
_CONNECTIONS: Final = 8


class _HomeApp:
    """One connection pool and one statement; no routing, no sign-in, no limits, no errors."""

    def __init__(self) -> None:
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._statement = os.environ.get("FLOOR_STATEMENT", "")

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self._pool = await open_pool(os.environ["FLOOR_DATABASE"], _CONNECTIONS)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        message = await receive()
        body = await self._home(orjson.loads(message["body"])["person"]) if message["body"] else b"{}"
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _home(self, person: str) -> bytes:
        if self._pool is None:
            return b"{}"
        answer: str = await self._pool.fetchval(self._statement, person)
        return answer.encode()


app: Final = _HomeApp()
