"""Two real PostgreSQL servers, of which one follows the other: to kill, and to let the other take over."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.servers import run_sql
from vekst.embedded.accounts import Account, give_tree, server_account
from vekst.embedded.binaries import PostgresBinaries, find_postgres
from vekst.embedded.probes import postgres_answers
from vekst.embedded.processes import spawn
from vekst.embedded.waiting import wait_for

__all__ = ["Pair", "Server", "pair_of_servers"]

_PATIENCE: Final = 90.0
_PORT: Final = 5432
_USER: Final = "vekst"
_COPIES: Final = "pg_basebackup"


@dataclass(slots=True)
class Server:
    """One of them; its folder holds data, socket and log."""

    folder: Path
    binaries: PostgresBinaries
    account: Account | None
    settings: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def run(self, tool: str, *arguments: str) -> None:
        """Run one of PostgreSQL's tools to its end."""
        process = self._spawn([str(self.binaries.folder / tool), *arguments], signal.SIGKILL)
        try:
            assert process.wait(_PATIENCE) == 0, self.log()
        finally:
            process.kill()

    def start(self) -> None:
        """Start it and wait until one can log in."""
        options = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "port": str(_PORT)}
        words = [word for name, value in (options | self.settings).items() for word in ("-c", f"{name}={value}")]
        command = [str(self.binaries.folder / "postgres"), "-D", str(self.data), *words]
        self._process = self._spawn(command, signal.SIGINT)
        assert wait_for(self.answers, _PATIENCE), self.log()

    def answers(self) -> bool:
        """Whether one can log in."""
        return postgres_answers(self.folder / f".s.PGSQL.{_PORT}", user=_USER, database="postgres")

    def kill(self) -> None:
        """Strike it down with all its children, as a power cut would."""
        if self._process is not None:
            # The children end by themselves when they find their parent gone.
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_PATIENCE)
            self._process = None

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.folder / "data"

    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text(errors="replace")[-2_000:]

    def url(self, database: str = "postgres") -> str:
        """Where it is reached."""
        return f"postgresql://{_USER}@/{database}?host={self.folder}&port={_PORT}"

    def _spawn(self, command: list[str], death_signal: signal.Signals) -> subprocess.Popen[bytes]:
        return spawn(command, account=self.account, inherit=(), log=self.folder / "log", death_signal=death_signal)


@dataclass(slots=True)
class Pair:
    """A primary that says of a commit that it is done when the standby has it too."""

    primary: Server
    standby: Server

    def url(self, database: str) -> str:
        """Where whichever of the two takes writes is reached, as an operator names both."""
        hosts = f"host={self.primary.folder}:{_PORT}&host={self.standby.folder}:{_PORT}"
        return f"postgresql://{_USER}@/{database}?{hosts}&target_session_attrs=primary"

    def promote(self) -> None:
        """Have the standby take over."""
        run_sql(self.standby.url(), "SELECT pg_promote()")


@contextmanager
def pair_of_servers() -> Iterator[Pair]:
    """Both, with synchronous replication, for the length of a block."""
    # The path of a socket must be short.
    top = Path(tempfile.mkdtemp(prefix="vp", dir="/tmp"))
    account = server_account([])
    binaries = _placed(find_postgres({}), top / "binaries", account)
    servers = [Server(top / name, binaries, account) for name in ("a", "b")]
    for server in servers:
        server.folder.mkdir(mode=0o700)
    top.chmod(0o755)
    give_tree(top, account)
    primary, standby = servers
    try:
        _create(primary)
        _follow(primary, standby)
        yield Pair(primary, standby)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(top)


def _placed(found: PostgresBinaries, target: Path, account: Account | None) -> PostgresBinaries:
    """Where the account can run them, together with the tool that copies a server."""
    placed = found.placed(target, account)
    if placed.folder != found.folder:
        shutil.copy(found.folder / _COPIES, placed.folder / _COPIES)
        give_tree(target, account)
    return placed


def _create(primary: Server) -> None:
    primary.run(
        "initdb", "-D", str(primary.data), "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--no-sync"
    )
    primary.start()


def _follow(primary: Server, standby: Server) -> None:
    origin = f"host={primary.folder} port={_PORT} user={_USER} application_name=standby"
    standby.run(
        _COPIES,
        f"--dbname={origin}",
        f"--pgdata={standby.data}",
        "--checkpoint=fast",
        "--write-recovery-conf",
        "--create-slot",
        "--slot=standby",
        "--no-sync",
    )
    standby.start()
    run_sql(primary.url(), "ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    run_sql(primary.url(), "SELECT pg_reload_conf()")
