"""The parts that are struck: processes that this program started, and nobody else's; always by their number."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.support.waiting import until
from vekst.embedded.leases import is_held
from vekst.embedded.processes import log_tail, spawn
from vekst.embedded.server import PrivateServer

__all__ = ["Command", "PartError", "Server", "family"]

_PATIENCE: Final = 90.0


class PartError(RuntimeError):
    """A part did not do what it must, whatever happened; the message has its last words."""


class Command:
    """A command of ours, such as `vekst worker`, as a process of its own."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._arguments = tuple(arguments)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began = 0

    def start(self) -> None:
        """Start it, unless it runs."""
        if not self.runs:
            self._log_began = self.log.stat().st_size if self.log.exists() else 0
            self._process = spawn(
                [sys.executable, "-m", "vekst", *self._arguments],
                account=None,
                inherit=(),
                log=self.log,
                death_signal=signal.SIGKILL,
                environment=self._environment,
            )

    @property
    def runs(self) -> bool:
        """Whether it runs, or is stopped."""
        return self._process is not None and self._process.poll() is None

    @property
    def pids(self) -> list[int]:
        """Its process, if it runs."""
        return [self._process.pid] if self._process is not None and self.runs else []

    async def kill(self) -> None:
        """Strike it down."""
        if self._process is not None and self.runs:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    async def end(self, patience: float) -> int:
        """Ask it to end; its exit code. `PartError` when it does not end in time."""
        process = self._process
        if process is None:
            return 0
        if self.runs:
            process.terminate()
        try:
            return await asyncio.to_thread(process.wait, patience)
        except subprocess.TimeoutExpired:
            raise PartError(f"the {self.name} did not end within {patience} s of a SIGTERM: {self.words}") from None

    async def has_said(self, word: str, patience: float) -> None:
        """Wait until it has said that word since it was started."""

        async def said() -> bool:
            return word in self.log.read_bytes()[self._log_began :].decode(errors="replace")

        await until(said, seconds=patience)

    @property
    def words(self) -> str:
        """Its last words."""
        return log_tail(self.log)


class Server:
    """The private PostgreSQL or Valkey."""

    def __init__(self, server: PrivateServer) -> None:
        self.name = server.name
        self._server = server

    @property
    def pids(self) -> list[int]:
        """Its processes: the one that was started first, then what that one has started."""
        process = self._server._process
        return family(process.pid) if process is not None and process.poll() is None else []

    async def kill(self) -> None:
        """Strike its first process down; those that it had started notice by themselves."""
        process = self._server._process
        if process is not None and process.poll() is None:
            process.kill()
            await asyncio.to_thread(process.wait)

    async def bring_back(self) -> None:
        """Have it answer, started again if it is gone."""
        if not self._server.is_alive():
            lock = self._server._data.lock(self.name)
            await until(lambda: asyncio.to_thread(lambda: not is_held(lock)), seconds=_PATIENCE)
            # From this thread, with which it is to end.
            self._server.launch()
        await until(lambda: asyncio.to_thread(self._server.answers), seconds=_PATIENCE)


def family(pid: int) -> list[int]:
    """The process and what it has started."""
    return [pid, *(child for child, parent in _parents() if parent == pid)]


def _parents() -> list[tuple[int, int]]:
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                stat = Path(entry.path, "stat").read_text(encoding="utf-8")
                found.append((int(entry.name), int(stat.rpartition(")")[2].split()[1])))
    return found
