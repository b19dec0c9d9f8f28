"""How the tests see and strike the processes behind the private servers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from sqlalchemy.ext.asyncio import create_async_engine

from vekst.embedded import Endpoints
from vekst.embedded.leases import is_held

__all__ = ["Supervisor", "all_gone", "kill", "postmaster", "query", "start_supervisor", "until", "valkey_process"]

_PROGRAM = Path(__file__).with_name("supervise.py")
_DEADLINE = 30.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + _DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.002)


@dataclass
class Supervisor:
    """A process that runs `supervise.py`, and the folder of its servers."""

    process: subprocess.Popen[str]
    folder: Path

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the supervisor ended without an answer"
        heard: dict[str, Any] = json.loads(line)
        return heard

    def say(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def ask(self, command: str) -> dict[str, Any]:
        self.say(command)
        return self.hear()

    def endpoints(self) -> Endpoints:
        heard = self.hear()
        assert "error" not in heard, heard["error"]
        return Endpoints(heard["database_url"], heard["redis_url"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.communicate()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def start_supervisor(folder: Path, *options: str, env: dict[str, str] | None = None) -> Supervisor:
    """Start `supervise.py` for a folder; it has not answered yet."""
    command = [sys.executable, str(_PROGRAM), str(folder), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
    return Supervisor(process, folder)


async def query(endpoints: Endpoints, sql: str) -> list[Any]:
    """Run SQL on a connection of its own and return the first column of what comes back."""
    engine = create_async_engine(endpoints.database_url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            result = await connection.exec_driver_sql(sql)
            return list(result.scalars()) if result.returns_rows else []
    finally:
        await engine.dispose()


def postmaster(folder: Path) -> int:
    """The process id of the PostgreSQL of a folder, which the server keeps in its own file."""
    [file] = folder.glob("postgres-*/postmaster.pid")
    return int(file.read_text().split()[0])


def valkey_process(endpoints: Endpoints) -> int:
    """The process id of a Valkey, by its own account."""
    with redis.Redis.from_url(endpoints.redis_url) as client:
        return int(client.info("server")["process_id"])


def all_gone(folder: Path) -> bool:
    """Whether no process of any server of a folder is left."""
    return not any(is_held(lock) for lock in folder.glob("*.lock"))


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
