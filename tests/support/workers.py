"""Real worker processes, and a Valkey of one's own, that a test may kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from vekst.embedded.binaries import find_valkey

__all__ = ["OwnValkey", "WorkerProcess", "running_valkey", "worker_process"]

_RUN = "from vekst.settings import Settings; from vekst.worker.main import run_worker; run_worker(Settings())"


class WorkerProcess:
    """A worker as a production machine runs it."""

    def __init__(self, database_url: str, redis_url: str, log: Path, settings: dict[str, str]) -> None:
        self._log = log
        urls = {"VEKST_DATABASE_URL": database_url, "VEKST_REDIS_URL": redis_url}
        environment = {**os.environ, **urls, **settings}
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _RUN], env=environment, stdout=output, stderr=output
            )

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """Strike it down, as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(timeout=30)

    def log(self) -> str:
        """What it said."""
        return self._log.read_text()


@contextmanager
def worker_process(database_url: str, redis_url: str, log: Path, **settings: str) -> Iterator[WorkerProcess]:
    """A worker for the length of a block; further settings by the names of their variables."""
    worker = WorkerProcess(database_url, redis_url, log, settings)
    try:
        yield worker
    finally:
        worker.stop()


class OwnValkey:
    """A Valkey that keeps nothing: killed and started again, it is empty."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        binary = find_valkey().path
        self._socket.unlink(missing_ok=True)
        arguments = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([str(binary), *arguments], stdout=subprocess.DEVNULL)
        with Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except (RedisError, OSError):
                    assert self._process.poll() is None
                else:
                    return

    def keys(self, pattern: str) -> list[bytes]:
        """The keys of that pattern."""
        with Redis.from_url(self.url) as client:
            found: list[bytes] = client.keys(pattern)
            return found

    def empty(self) -> None:
        """Take away all it holds."""
        with Redis.from_url(self.url) as client:
            client.flushall()

    def kill(self) -> None:
        """Strike it down with all it held."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running_valkey() -> Iterator[OwnValkey]:
    """A Valkey of one's own for the length of a block."""
    # The path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="vk", dir="/tmp"))
    valkey = OwnValkey(folder)
    valkey.start()
    try:
        yield valkey
    finally:
        valkey.kill()
        shutil.rmtree(folder)
