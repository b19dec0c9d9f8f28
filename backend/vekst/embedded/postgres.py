"""The private PostgreSQL: a cluster made whole or not at all, reached over a Unix socket alone."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from vekst.embedded.accounts import Account, give, give_tree, way_in
from vekst.embedded.binaries import PostgresBinaries
from vekst.embedded.folders import DataFolder, RunFolder
from vekst.embedded.leases import Lease
from vekst.embedded.probes import postgres_answers
from vekst.embedded.processes import spawn
from vekst.embedded.server import PrivateServer

__all__ = ["Postgres", "database_answers", "database_url"]

_NAME = "vekst"
_CREATION_PATIENCE = 120.0
_FIRST_WITH_BUILTIN_LOCALE = 17
# Trust is safe because the socket's folder lets one account in and nothing listens on the network.
_INITDB = ("--auth=trust", f"--username={_NAME}", "--encoding=UTF8", "--locale=C", "--data-checksums")
_BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_LEAST_SHARED, _MOST_SHARED = 128, 1024  # MiB; PostgreSQL writes it as MB
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def database_url(run: RunFolder) -> str:
    """For SQLAlchemy with asyncpg; the port is named because PGPORT in the environment would else decide."""
    return f"postgresql+asyncpg://{_NAME}@/{_NAME}?host={run.path}&port=5432"


def database_answers(run: RunFolder) -> bool:
    """Whether one can log in to the database."""
    return postgres_answers(run.postgres_socket, user=_NAME, database=_NAME)


class Postgres(PrivateServer):
    """PostgreSQL with one superuser and one database, both named `vekst`."""

    name: ClassVar[str] = "postgres"
    # Fast shutdown, then immediate: neither loses what was acknowledged.
    stop_signals: ClassVar[tuple[signal.Signals, ...]] = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def __init__(
        self, data: DataFolder, run: RunFolder, account: Account | None, binaries: PostgresBinaries, *, durable: bool
    ) -> None:
        """Say which binaries to run and whether a power cut may cost data; nothing is started."""
        super().__init__(data, run, account)
        self._binaries = binaries
        self._durable = durable

    @property
    def _cluster(self) -> Path:
        return self._data.cluster(self._binaries.major)

    @override
    def answers(self) -> bool:
        """Whether one can log in to the database."""
        return database_answers(self._run)

    @override
    def launch(self) -> None:
        """Start it, after creating the cluster if there is none."""
        binaries = self._binaries.placed(self._run.binaries, self._account)
        with self._lease() as lease:
            self._renew_log()
            if not self._cluster.exists():
                self._create_cluster(binaries, lease)
            if self._account is not None and self._cluster.stat().st_uid == 0:
                give_tree(self._cluster, self._account)
            with way_in(self._cluster, self._account) as (path, descriptors):
                self._process = spawn(
                    [str(binaries.folder / "postgres"), "-D", path, *self._options()],
                    account=self._account,
                    inherit=(lease.descriptor, *descriptors),
                    log=self._data.log(self.name),
                    death_signal=signal.SIGINT,
                    environment=self._stale_process(),
                )

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._run.path),
            "unix_socket_permissions": "0700",
            "port": "5432",
            **({"shared_buffers": f"{_shared_memory()}MB"} if self._durable else _NOT_DURABLE),
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _stale_process(self) -> dict[str, str]:
        """Have PostgreSQL disregard the process id in a postmaster.pid that a crash left behind.

        Our lease proves that the process has gone, though another may have its number by now. This variable, which
        pg_ctl uses for itself, leaves PostgreSQL's own check for shared memory in use intact; deleting the file would
        not.
        """
        with suppress(OSError, IndexError):
            return {"PG_GRANDPARENT_PID": (self._cluster / "postmaster.pid").read_text().split()[0]}
        return {}

    def _create_cluster(self, binaries: PostgresBinaries, lease: Lease) -> None:
        """Create the cluster in a folder of another name, which becomes the cluster only when it is whole."""
        partial = self._cluster.with_suffix(".partial")
        if partial.exists():
            shutil.rmtree(partial)
        partial.mkdir(mode=0o700)
        give(partial, self._account)
        locale = _BUILTIN_LOCALE if binaries.major >= _FIRST_WITH_BUILTIN_LOCALE else ()
        synchronisation = () if self._durable else ("--no-sync",)
        with way_in(partial, self._account) as (path, descriptors):
            inherit = (lease.descriptor, *descriptors)
            self._complete([str(binaries.folder / "initdb"), "-D", path, *_INITDB, *locale, *synchronisation], inherit)
            single = [str(binaries.folder / "postgres"), "--single", "-D", path]
            self._complete([*single, *self._options(), "postgres"], inherit, f"CREATE DATABASE {_NAME}\n")
        partial.rename(self._cluster)
        _synchronise(self._data.path)

    def _complete(self, command: list[str], inherit: tuple[int, ...], script: str = "") -> None:
        process = spawn(
            command,
            account=self._account,
            inherit=inherit,
            log=self._data.log(self.name),
            death_signal=signal.SIGKILL,
            stdin=subprocess.PIPE,
        )
        try:
            process.communicate(script.encode(), _CREATION_PATIENCE)
        except subprocess.TimeoutExpired:
            raise self._failure("could not be set up in time") from None
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0:
            raise self._failure(f"could not be set up (it ended with {process.returncode})")

    @override
    def ask_to_stop(self) -> None:
        """Send the signal for a fast shutdown; the file names the right process, because the server answers."""
        with suppress(OSError, ValueError, IndexError):
            os.kill(int((self._cluster / "postmaster.pid").read_text().split()[0]), signal.SIGINT)


def _shared_memory() -> int:
    """For what is read often, in MiB: a quarter of the machine's memory, as PostgreSQL advises, within bounds.

    More than the upper one would help no organisation of a million. What is not used of it takes no memory.
    """
    quarter = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (4 << 20)
    return min(max(quarter, _LEAST_SHARED), _MOST_SHARED)


def _synchronise(folder: Path) -> None:
    """Have a renaming inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
