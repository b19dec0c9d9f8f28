"""A folder like a fresh clone after `make setup`, in which what the documents show is run."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.repository.tree import ROOT
from vekst.embedded import find_running

__all__ = ["Sandbox", "matches", "run_sql"]

_SHOWN_DAY, _SHOWN_PORT = "2026-03-02", ":8000"
_READY_WITHIN, _COMMAND_WITHIN, _END_WITHIN = 180.0, 120.0, 60.0


@dataclass
class Sandbox:
    """The folder, a port of its own, and the servers that run in it."""

    folder: Path
    port: int
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Sandbox]:
        """A sandbox for the length of a block; its servers end with it."""
        (folder / "schema").symlink_to(ROOT / "schema")
        (folder / "quests").mkdir()
        for pack in (ROOT / "quests").iterdir():
            (folder / "quests" / pack.name).symlink_to(pack)
        (folder / ".venv").symlink_to(sys.prefix)
        sandbox = cls(folder, _free_port())
        try:
            yield sandbox
        finally:
            sandbox.end()

    def fitted(self, shown: str) -> str:
        """What a document shows, with the port and the day that hold here."""
        yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - any day that was lately will do
        return shown.replace(_SHOWN_PORT, f":{self.port}").replace(_SHOWN_DAY, yesterday.isoformat())

    def environment(self) -> dict[str, str]:
        """The environment of a newcomer: none of our settings, and `vekst` on the path."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VEKST_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, "PATH": path, "VEKST_PORT": str(self.port), "NO_PROXY": "*", "TERM": "dumb"}

    def write(self, name: str, content: str) -> None:
        """A file that the commands after it read."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a shell command as it is shown."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.fitted(command)],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=_COMMAND_WITHIN,
            check=False,
        )

    def query(self, statements: str) -> list[str]:
        """Run SQL as the owner of the private database; the columns of each answer."""
        endpoints = find_running(self.folder / ".vekst")
        assert endpoints is not None
        return asyncio.run(run_sql(endpoints.database_url, statements))

    def start(self, command: str) -> None:
        """Start a server, and return when it is ready. `make demo` runs `vekst demo`, which is run instead."""
        shown = command.strip().replace("make demo", "vekst demo")
        with (self.folder / "server.log").open("wb") as log:
            self.servers.append(
                subprocess.Popen(
                    ["bash", "-c", f"exec {shown}"],
                    cwd=self.folder,
                    env=self.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
        deadline = time.monotonic() + _READY_WITHIN
        while not self._ready():
            assert self.servers[-1].poll() is None, self.server_log()
            assert time.monotonic() < deadline, self.server_log()
            time.sleep(0.1)

    def end(self) -> None:
        """End the servers, as Ctrl-C would."""
        for server in self.servers:
            server.send_signal(signal.SIGTERM)
        for server in self.servers:
            server.wait(_END_WITHIN)
        self.servers.clear()

    def server_log(self) -> str:
        """What the server said so far."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def _ready(self) -> bool:
        """Whether the server is up, and has said its last word before it only runs."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200 and "Ctrl-C stops" in self.server_log()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


async def run_sql(url: str, statements: str) -> list[str]:
    """Run statements one by one, each in a transaction of its own; the names of the columns that they answer with."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    columns: list[str] = []
    try:
        async with engine.connect() as connection:
            for statement in filter(str.strip, statements.split(";")):
                result = await connection.execute(text(statement))
                columns += result.keys() if result.returns_rows else ()
    finally:
        await engine.dispose()
    return columns


def matches(shown: str, real: str) -> bool:
    """Whether the real text is the shown one, in which `…` stands for anything and blanks at line ends for nothing."""
    parts = [re.escape(part) for part in _trimmed(shown).split("…")]
    return re.fullmatch(".*".join(parts), _trimmed(real), re.DOTALL) is not None


def _trimmed(lines: str) -> str:
    return "\n".join(line.rstrip() for line in lines.strip().splitlines())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
