"""A line between a process and a server that counts what goes over it: bytes either way, and round trips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from benchmarks.stage import Stage
from vekst.storage.urls import async_url

__all__ = ["Tap", "tapped"]

_AT_ONCE: Final = 65_536
_POSTGRESQL: Final = 5432

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Open = Callable[[], Awaitable[_Streams]]


@dataclass(slots=True)
class Tap:
    """What went over all lines so far; a trip is something asked, however much, and the beginning of an answer."""

    sent: int = 0
    received: int = 0
    trips: int = 0

    def since(self, before: Tap) -> Tap:
        """What was added."""
        return Tap(self.sent - before.sent, self.received - before.received, self.trips - before.trips)

    def now(self) -> Tap:
        """A copy, to compare with later."""
        return Tap(self.sent, self.received, self.trips)


class _Line:
    """One connection, passed on in both directions."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._asked = False

    async def up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the process to the server."""
        while data := await reader.read(_AT_ONCE):
            self._tap.sent += len(data)
            self._asked = True
            writer.write(data)
            await writer.drain()
        writer.close()

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the server to the process."""
        while data := await reader.read(_AT_ONCE):
            self._tap.received += len(data)
            self._tap.trips += self._asked
            self._asked = False
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def tapped(stage: Stage) -> AsyncIterator[tuple[Stage, Tap, Tap]]:
    """The stage as processes see it whose lines to PostgreSQL and Valkey are tapped, and the two taps."""
    settings = stage.settings
    database, valkey = settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()
    with TemporaryDirectory(prefix="vekst-tap-") as folder:
        socket = Path(folder) / f".s.PGSQL.{_POSTGRESQL}"
        async with (
            _tap(socket, _way_to_postgresql(database)) as to_database,
            _tap(Path(folder) / "valkey", _way_to_valkey(valkey)) as to_valkey,
        ):
            over_tap = async_url(database).set(host=None, port=None, query={"host": folder, "port": str(_POSTGRESQL)})
            changed = settings.model_copy(
                update={
                    "database_url": SecretStr(over_tap.render_as_string(hide_password=False)),
                    "redis_url": SecretStr(f"unix://{folder}/valkey{_database_of(valkey)}"),
                }
            )
            yield Stage(stage.profile, changed, stage.say), to_database, to_valkey


@asynccontextmanager
async def _tap(socket: Path, way: _Open) -> AsyncIterator[Tap]:
    tap = Tap()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, (from_server, to_server) = _Line(tap), await way()
        try:
            with suppress(ConnectionError):
                await asyncio.gather(line.up(reader, to_server), line.down(from_server, writer))
        finally:
            # Where one direction broke, or the loop ends, the other would stay open.
            to_server.close()
            writer.close()

    server = await asyncio.start_unix_server(serve, socket)
    try:
        yield tap
    finally:
        server.close()


def _way_to_postgresql(database: str) -> _Open:
    url = async_url(database)
    host, port = str(url.query.get("host") or url.host), int(str(url.query.get("port") or url.port or _POSTGRESQL))
    if host.startswith("/"):
        return lambda: asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return lambda: asyncio.open_connection(host, port)


def _way_to_valkey(valkey: str) -> _Open:
    parts = urlsplit(valkey)
    if parts.scheme == "unix":
        return lambda: asyncio.open_unix_connection(parts.path)
    return lambda: asyncio.open_connection(parts.hostname or "127.0.0.1", parts.port or 6379)


def _database_of(valkey: str) -> str:
    """Which of Valkey's databases, as a unix:// address says it."""
    parts = urlsplit(valkey)
    number = parts.path.strip("/") if parts.scheme != "unix" else ""
    return f"?db={number}" if number else f"?{parts.query}" if parts.query else ""
