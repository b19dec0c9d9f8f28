"""Start, find, check, restart and stop the private PostgreSQL and Valkey of one data folder: this package's face."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from vekst.embedded.accounts import server_account
from vekst.embedded.binaries import find_postgres, find_valkey
from vekst.embedded.errors import EmbeddedError
from vekst.embedded.folders import DataFolder, RunFolder
from vekst.embedded.leases import Lease, is_held
from vekst.embedded.postgres import Postgres, database_answers, database_url
from vekst.embedded.server import PrivateServer
from vekst.embedded.valkey import Valkey, cache_answers, redis_url
from vekst.embedded.waiting import wait_for

__all__ = ["Endpoints", "Servers", "find_running"]

# How long another process may take to create, recover or end its servers before we give up on it.
_PATIENCE = 120.0
_SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers are reached.

    `database_url` is for SQLAlchemy with asyncpg; `redis_url` for `redis.asyncio.Redis.from_url` and for arq's
    `RedisSettings.from_dsn`.
    """

    database_url: str
    redis_url: str


class Servers:
    """The private servers of one data folder, as a context manager.

    One process supervises them. A second one that starts them waits for the first, then uses what runs (`attached`) and
    stops nothing when it stops. On Linux the servers end with the thread that started them: use the main thread.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        """Name the data folder, created when missing. Not `durable`: a power cut may cost data (for tests)."""
        self._data = _data_folder(data_dir)
        self._durable = durable
        self._supervision: Lease | None = None
        self._run: RunFolder | None = None
        self._mark: Lease | None = None
        self._parts: tuple[PrivateServer, ...] = ()
        self._endpoints: Endpoints | None = None

    @property
    def attached(self) -> bool:
        """Whether the servers in use belong to another process."""
        return self._endpoints is not None and self._supervision is None

    def start(self) -> Endpoints:
        """Have both servers answer, and say where; calling it again changes nothing. Raises EmbeddedError."""
        if self._endpoints is None:
            try:
                self._endpoints = self._attach_or_launch()
            except OSError as error:
                self.stop()
                raise EmbeddedError(
                    f"the servers of {self._data.path} cannot be started: {error}; mend that and start again"
                ) from error
            except BaseException:
                self.stop()
                raise
        return self._endpoints

    def stop(self) -> None:
        """End the servers, if they are ours, without losing anything acknowledged; calling it again changes nothing."""
        for part in self._parts:
            part.stop()
        if self._run is not None:
            self._run.remove(self._data)
        for lease in (self._mark, self._supervision):
            if lease is not None:
                lease.release()
        self._parts, self._run, self._mark, self._supervision, self._endpoints = (), None, None, None, None

    def __enter__(self) -> Endpoints:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def check(self) -> list[str]:
        """Name the servers that do not answer: `postgres`, `valkey`, or none when all is well."""
        return _silent_in(self._run or _recorded(self._data))

    def restart_dead(self) -> None:
        """Bring back the servers that do not answer, under the same addresses. Raises EmbeddedError.

        When they belonged to another process that has ended, this one takes its place; `start` tells the new addresses.
        """
        if self._supervision is None:
            if self.check():
                self._endpoints = None
                self.start()
            return
        for part in self._parts:
            if not part.answers():
                part.revive()

    def _attach_or_launch(self) -> Endpoints:
        self._data.create()
        running: Endpoints | None = None

        def settled() -> bool:
            nonlocal running
            self._supervision = Lease.take(self._data.lock(_SUPERVISOR))
            if self._supervision is None:
                running = find_running(self._data.path)
            return self._supervision is not None or running is not None

        if not wait_for(settled, _PATIENCE):
            raise EmbeddedError(
                f"another process holds {self._data.path} but its servers do not answer: "
                "end it, or choose another data folder"
            )
        return running or self._launch()

    def _launch(self) -> Endpoints:
        postgres, valkey = find_postgres(self._data.clusters()), find_valkey()
        account = server_account([self._data.cluster(postgres.major), self._data.path])

        def parts_in(run: RunFolder) -> tuple[PrivateServer, ...]:
            return (
                Valkey(self._data, run, account, valkey),
                Postgres(self._data, run, account, postgres, durable=self._durable),
            )

        left_behind = RunFolder.recorded(self._data, account)
        if left_behind is not None:
            for part in parts_in(left_behind):
                part.retire_leftover()
            left_behind.remove(self._data)
        self._run = RunFolder.create(self._data, account)
        self._mark = Lease.mark(self._run.path)
        self._parts = parts_in(self._run)
        for part in self._parts:
            part.launch()
        for part in self._parts:
            part.wait_until_answering()
        return _endpoints_in(self._run)


def find_running(data_dir: Path) -> Endpoints | None:
    """Where the servers of `data_dir` are reached, when a living process supervises them and both answer."""
    data = _data_folder(data_dir)
    run = _recorded(data)
    if run is None or not is_held(data.lock(_SUPERVISOR)) or _silent_in(run):
        return None
    return _endpoints_in(run)


def _data_folder(data_dir: Path) -> DataFolder:
    return DataFolder(data_dir.expanduser().resolve())


def _recorded(data: DataFolder) -> RunFolder | None:
    return RunFolder.recorded(data, server_account([*data.clusters().values(), data.path]))


def _silent_in(run: RunFolder | None) -> list[str]:
    asked = {Postgres.name: database_answers, Valkey.name: cache_answers}
    return [name for name, answers in asked.items() if run is None or not answers(run)]


def _endpoints_in(run: RunFolder) -> Endpoints:
    return Endpoints(database_url(run), redis_url(run))
