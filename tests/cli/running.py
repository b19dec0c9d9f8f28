"""Runs the command line as its users do: as a process of its own, with an environment of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from vekst.settings import Settings

__all__ = ["children_of", "free_port", "gone", "listens", "ready", "running", "until", "urls", "vekst"]

_PATIENCE = 90.0


def vekst(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "vekst", *map(str, arguments)],
        env=_environment(env or {}),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


@contextmanager
def running(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A command that runs in the foreground, ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vekst", *map(str, arguments)],
        env=_environment(env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=_PATIENCE)


def urls(settings: Settings) -> dict[str, str]:
    """The environment that leads a command to the databases of these settings."""
    return {
        "VEKST_DATABASE_URL": settings.database_url.get_secret_value(),
        "VEKST_REDIS_URL": settings.redis_url.get_secret_value(),
        "VEKST_DATA_DIR": str(settings.data_dir),
        "VEKST_MODE": "development",
    }


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def ready(port: int) -> bool:
    """Whether `/readyz` answers 200."""
    return _status(port, "/readyz") == 200


def listens(port: int) -> bool:
    """Whether anything is answered at all."""
    return _status(port, "/healthz") == 200


def _status(port: int, path: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def children_of(process: subprocess.Popen[str]) -> dict[str, int]:
    """The processes that a process has started: what runs, and its number."""
    listed = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid=,args="], capture_output=True, text=True, check=False
    ).stdout
    found = [line.strip().partition(" ") for line in listed.splitlines()]
    return {arguments.strip(): int(number) for number, _, arguments in found}


def gone(number: int) -> bool:
    """Whether there is no such process any more; a zombie is gone, too."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("VEKST_")}
    return {**own, **more}
