"""The processes of the HTTP workloads: the real API and worker, and the floor's server, each for a block's length."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.http_client import Connection
from benchmarks.stage import OPERATIONS, PACKS, Stage

__all__ = [
    "Server",
    "api",
    "api_server",
    "app_server",
    "floor_server",
    "free_port",
    "running",
    "wait_until_ready",
    "worker",
]

_READY: Final = b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
_PATIENCE: Final = 60.0
_BETWEEN_LOOKS: Final = 0.1
_FLOOR_APP: Final = "benchmarks.floors.home_app:app"


class ServerError(RuntimeError):
    """A server ended, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers on a port of this machine."""

    port: int
    pid: int


@asynccontextmanager
async def api_server(stage: Stage) -> AsyncIterator[Server]:
    """`vekst api`, ready to answer."""
    port = free_port()
    arguments = ("-m", "vekst", "api", "--port", str(port), "--data", str(stage.settings.data_dir))
    async with running(arguments, _environment(stage)) as process:
        await wait_until_ready(process, port)
        yield Server(port, process.pid)


@asynccontextmanager
async def api(stage: Stage) -> AsyncIterator[int]:
    """`vekst api`; its port."""
    async with api_server(stage) as server:
        yield server.port


@asynccontextmanager
async def worker(stage: Stage) -> AsyncIterator[asyncio.subprocess.Process]:
    """`vekst worker`, which may still be on its way up."""
    arguments = ("-m", "vekst", "worker", "--data", str(stage.settings.data_dir))
    async with running(arguments, _environment(stage)) as process:
        yield process


@asynccontextmanager
async def floor_server(stage: Stage, statement: str) -> AsyncIterator[int]:
    """The floor's server, which answers with what one statement says; its port."""
    async with app_server(_FLOOR_APP, {"FLOOR_DATABASE": stage.database, "FLOOR_STATEMENT": statement}) as port:
        yield port


@asynccontextmanager
async def app_server(app: str, environment: Mapping[str, str], *, factory: bool = False) -> AsyncIterator[int]:
    """A bare ASGI app of ours under uvicorn, or what a function makes; its port."""
    port = free_port()
    arguments = ["-m", "uvicorn", app, "--port", str(port), "--log-level", "warning", "--no-access-log"]
    if factory:
        arguments.append("--factory")
    async with running(arguments, environment) as process:
        await wait_until_ready(process, port)
        yield port


def _environment(stage: Stage) -> dict[str, str]:
    settings = stage.settings
    return {
        "VEKST_MODE": settings.mode.value,
        "VEKST_DATABASE_URL": settings.database_url.get_secret_value(),
        "VEKST_REDIS_URL": settings.redis_url.get_secret_value(),
        "VEKST_LOG_LEVEL": settings.log_level,
        # As an app's own operations are served: known beforehand, and so compiled.
        "VEKST_TRUSTED_DOCUMENTS": str(OPERATIONS),
        # One integration is measured here, at all that it can do.
        "VEKST_REQUESTS_PER_MINUTE": "0",
        "VEKST_ORGANISATION_REQUESTS_PER_MINUTE": "0",
        "VEKST_ORGANISATION_EVENTS_PER_MINUTE": "0",
    }


@asynccontextmanager
async def running(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    program: str = sys.executable,
    folder: Path = PACKS.parent,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process for a block, asked to end after it."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env={**os.environ, **environment},
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def wait_until_ready(process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until the process answers at `/readyz`; `ServerError` if it does not."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        if process.returncode is not None:
            raise ServerError(f"the server ended with {process.returncode} before it was ready")
        try:
            connection = await Connection.open(port)
            answer = await connection.send(_READY)
            connection.close()
        except OSError:
            answer = None
        if answer is not None and answer.status == 200:
            return
        await asyncio.sleep(_BETWEEN_LOOKS)
    raise ServerError("the server was not ready in time")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
