"""The connection to Valkey that hints and live wake-ups share: lazy, impatient, and quiet while Valkey is away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import structlog
from arq.connections import ArqRedis
from prometheus_client import Counter
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError
from typing_extensions import override

__all__ = ["PUSH_QUEUE_NAME", "QUEUE_NAME", "UNREACHABLE", "Valkey", "connect", "decode_job", "encode_job"]

QUEUE_NAME: Final = "vekst:judge"
PUSH_QUEUE_NAME: Final = "vekst:push"
UNREACHABLE: Final = (RedisError, OSError, TimeoutError)
"""What is raised when Valkey is away."""

_PAUSE = 1.0
_log = structlog.get_logger(__name__)

# Not pickle: what lies in Valkey is data, and never code.
encode_job: Final[Callable[[object], bytes]] = msgspec.msgpack.Encoder().encode
decode_job: Final[Callable[[bytes], dict[str, object]]] = msgspec.msgpack.Decoder(dict[str, object]).decode


class _Pool(ConnectionPool):
    """Takes a connection to be good while its line has not ended.

    Its parent first reads from each in vain, before every use: that takes a turn of the loop, in which nobody else gets
    a connection.
    """

    @override
    async def ensure_connection(self, connection: AbstractConnection) -> None:
        reader = connection._reader  # noqa: SLF001 - nothing public says whether the line has ended
        if reader is None or reader.at_eof() or reader.exception() is not None:
            await super().ensure_connection(connection)


def connect(url: str, *, patience: float) -> ArqRedis:
    """A client for the Valkey at `url` (redis://, rediss:// or unix://), which has `patience` seconds for an answer."""
    pool = _Pool.from_url(url, socket_connect_timeout=patience, socket_timeout=patience)
    return ArqRedis(
        pool_or_conn=pool, job_serializer=encode_job, job_deserializer=decode_job, default_queue_name=QUEUE_NAME
    )


class Valkey:
    """A client that swallows Valkey's absence: after a failure it rests for a moment, so that nobody waits for it."""

    def __init__(self, client: ArqRedis, away: Counter) -> None:
        self._client = client
        self._away = away
        self._quiet_until = 0.0

    @property
    def client(self) -> ArqRedis:
        """The client itself, for who deals with Valkey's absence."""
        return self._client

    @asynccontextmanager
    async def trying(self, purpose: str) -> AsyncIterator[ArqRedis | None]:
        """The client, or None in a pause; an unreachable Valkey inside the block is logged once and begins a pause."""
        if time.monotonic() < self._quiet_until:
            yield None
            return
        try:
            yield self._client
        except UNREACHABLE as error:
            self._quiet_until = time.monotonic() + _PAUSE
            self._away.labels(purpose).inc()
            _log.warning("valkey_unreachable", purpose=purpose, error=str(error))

    async def told(self, section: str) -> dict[str, object]:
        """What Valkey says of itself; raises one of `UNREACHABLE` while it is away."""
        found: dict[str, object] = await self._client.info(section)
        return found

    async def at_work(self) -> tuple[bool, int]:
        """Whether a worker gave a sign of life lately, and how many hints wait; raises one of `UNREACHABLE`."""
        alive, hints = await self._client.exists(f"{QUEUE_NAME}:health-check"), await self._client.zcard(QUEUE_NAME)
        return bool(alive), int(hints)

    async def ping(self) -> bool:
        """Whether Valkey answers now."""
        try:
            return bool(await self._client.ping())
        except UNREACHABLE:
            return False

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose(close_connection_pool=True)
