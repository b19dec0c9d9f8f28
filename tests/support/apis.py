"""Real API processes: as a production machine runs them, each with a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.support.waiting import until
from vekst.embedded.processes import spawn

__all__ = ["ApiProcess", "api_process"]

_RUN: Final = [sys.executable, "-m", "vekst", "api"]
_MEBIBYTE: Final = 1024.0


class ApiProcess:
    """`vekst api` in a process of its own."""

    def __init__(self, data: Path, log: Path, settings: dict[str, str]) -> None:
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._log = log
        self._process = spawn(
            [*_RUN, "--data", str(data), "--port", str(port)],
            account=None,
            inherit=(),
            log=log,
            death_signal=signal.SIGKILL,
            environment={"PATH": os.environ.get("PATH", os.defpath), "VEKST_MODE": "development", **settings},
        )

    async def ready(self) -> None:
        """Wait until it answers that everything works."""
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as client:

            async def answers() -> bool:
                assert self._process.poll() is None, self._log.read_text()
                try:
                    return (await client.get("/readyz")).is_success
                except httpx.TransportError:
                    return False

            await until(answers)

    @property
    def mebibytes(self) -> float:
        """The memory that it holds now, as the kernel counts it: its resident set."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        [resident] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(resident.split()[1]) / _MEBIBYTE

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(timeout=30)


@contextmanager
def api_process(data: Path, log: Path, *, database_url: str, redis_url: str, **settings: str) -> Iterator[ApiProcess]:
    """An API process for the length of a block; further settings by the names of their variables."""
    urls = {"VEKST_DATABASE_URL": database_url, "VEKST_REDIS_URL": redis_url}
    process = ApiProcess(data, log, {**urls, **settings})
    try:
        yield process
    finally:
        process.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
