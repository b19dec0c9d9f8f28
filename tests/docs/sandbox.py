"""A folder like a fresh clone after `make setup`, in which what the documents show is run."""

from __future__ import annotations

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

from tests.repository.tree import ROOT

__all__ = ["Sandbox", "matches"]

_SHOWN_DAY, _SHOWN_PORT = "2026-03-02", ":8000"
_READY_WITHIN, _COMMAND_WITHIN, _END_WITHIN = 180.0, 120.0, 60.0


@dataclass
class Sandbox:
    """The folder, a port of its own, and the servers that run in it."""

    folder: Path
    port: int = field(default_factory=lambda: _free_port())
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Sandbox]:
        """A sandbox for the length of a block; its servers end with it."""
        for name in ("quests", "schema"):
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv").symlink_to(sys.prefix)
        sandbox = cls(folder)
        try:
            yield sandbox
        finally:
            sandbox.end()

    def fitted(self, text: str) -> str:
        """A text of a document, with the port and the day that hold here."""
        yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - any day that was lately will do
        return text.replace(_SHOWN_PORT, f":{self.port}").replace(_SHOWN_DAY, yesterday.isoformat())

    def environment(self) -> dict[str, str]:
        """The environment of a newcomer: none of our settings, and `vekst` on the path."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VEKST_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, "PATH": path, "VEKST_PORT": str(self.port), "NO_PROXY": "*", "TERM": "dumb"}

    def write(self, name: str, text: str) -> None:
        """A file that the commands after it read."""
        (self.folder / name).write_text(text, encoding="utf-8")

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


def matches(shown: str, real: str) -> bool:
    """Whether the real text is the shown one, in which `…` stands for anything and blanks at line ends for nothing."""
    parts = [re.escape(part) for part in _trimmed(shown).split("…")]
    return re.fullmatch(".*".join(parts), _trimmed(real), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
