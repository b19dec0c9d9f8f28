"""The stage: durable servers, the API and two workers, each behind gates of its own, and organisations to work in."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
import httpx
from pydantic import SecretStr

from tests.faults.clients import Whom
from tests.faults.gates import Gate
from tests.faults.parts import Command, PartError, Server
from tests.support.packs import CRAFT
from vekst.embedded import Servers
from vekst.factory import Factory, Process
from vekst.services.people import PersonEntry
from vekst.settings import Mode, Settings
from vekst.storage.migrations import upgrade
from vekst.storage.urls import async_url
from vekst.tokens import DevelopmentIssuer

__all__ = ["INTEGRATION", "Ground", "Stage", "ground", "staged"]

INTEGRATION: Final = "crm"
_ORGANISATIONS: Final = ("north", "south")
_PATIENCE: Final = 90.0
_LOOK: Final = 0.1
# Room for the events of many minutes, and small enough to be filled at once.
_DISK: Final = 768
_WAL: Final = "192MB"


@dataclass(frozen=True, slots=True)
class Ground:
    """What was there before the event loop: the servers, in folders of their own."""

    folder: Path
    settings: Settings
    postgres: Server
    valkey: Server
    sockets: Path
    disk: Path | None
    """A file system of PostgreSQL's own, which may be filled; None where this user may mount none."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that can be struck or asked."""

    ground: Ground
    address: str
    api: Command
    workers: tuple[Command, ...]
    gates: dict[str, Gate]
    people: list[Whom]
    issuer: DevelopmentIssuer

    @property
    def commands(self) -> tuple[Command, ...]:
        """The processes of ours."""
        return (self.api, *self.workers)

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers."""
        return (self.ground.postgres, self.ground.valkey)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a command to the servers, past all gates."""
        return _environment(self.ground.settings, self.ground.settings.database_url, self.ground.settings.redis_url)

    def token(self, org: str, *, person: str | None = None, integration: str | None = None) -> str:
        """A token for the person or the integration."""
        return self.issuer.token(org, person=person, integration=integration)

    async def owner(self) -> asyncpg.Connection[asyncpg.Record]:
        """A connection as the owner of the database, past all gates."""
        return await asyncpg.connect(_plain(self.ground.settings.database_url), timeout=10)

    async def ready(self, patience: float = _PATIENCE) -> None:
        """Wait until the API answers that everything works; `PartError` with its last words when it does not."""
        ends = asyncio.get_running_loop().time() + patience
        async with httpx.AsyncClient(base_url=self.address, timeout=5, trust_env=False) as client:
            while asyncio.get_running_loop().time() < ends:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                if not self.api.runs:
                    raise PartError(f"the API ended: {self.api.words}; its log: {self.api.log}")
                await asyncio.sleep(_LOOK)
        raise PartError(f"the API was not ready within {patience} s: {self.api.words}; its log: {self.api.log}")


@contextmanager
def ground(folder: Path, *, small_disk: bool = True) -> Iterator[Ground]:
    """Start the servers, on a disk that may be filled where it is small; from the main thread, with which they end."""
    data = folder / "servers"
    data.mkdir()
    disk_of_its_own = _disk_at(data) if small_disk else nullcontext()
    with TemporaryDirectory(prefix="vf", dir="/tmp") as sockets, disk_of_its_own as disk:
        servers = Servers(data, durable=True)
        with servers as endpoints:
            settings = Settings(
                mode=Mode.DEVELOPMENT,
                database_url=SecretStr(endpoints.database_url),
                redis_url=SecretStr(endpoints.redis_url),
                data_dir=folder / "data",
                log_level="info",
                _env_file=None,
            )
            asyncio.run(_prepare(settings))
            parts = {part.name: Server(part) for part in servers._parts}
            yield Ground(folder, settings, parts["postgres"], parts["valkey"], Path(sockets), disk)


@asynccontextmanager
async def staged(base: Ground, people: int) -> AsyncIterator[Stage]:
    """Start everything else, with so many people in each organisation."""
    known = await _hire(base.settings, people)
    issuer = DevelopmentIssuer.open(base.settings.data_dir)
    async with AsyncExitStack() as opened:
        gates: dict[str, Gate] = {}
        api_port, port = _free_port(), _free_port()
        gates["clients to api"] = Gate("clients to api", port, api_port)
        commands = []
        for name, arguments in _commands(base.settings, api_port).items():
            environment = _behind_gates(base, name, gates)
            commands.append(Command(name, arguments, environment, base.folder / f"{name}.log"))
        for gate in gates.values():
            await gate.open()
            opened.push_async_callback(gate.close)
        api, *workers = commands
        stage = Stage(base, f"http://127.0.0.1:{port}", api, tuple(workers), gates, known, issuer)
        for command in commands:
            opened.push_async_callback(command.kill)
            command.start()
        await stage.ready()
        yield stage


def _commands(settings: Settings, api_port: int) -> dict[str, tuple[str, ...]]:
    data = ("--data", str(settings.data_dir))
    return {
        "api": ("api", "--port", str(api_port), *data),
        "worker-1": ("worker", *data),
        "worker-2": ("worker", *data),
    }


def _behind_gates(base: Ground, name: str, gates: dict[str, Gate]) -> dict[str, str]:
    """The environment of a command, whose ways to both servers lead through gates of its own."""
    folder = base.sockets / name
    folder.mkdir()
    database = async_url(base.settings.database_url.get_secret_value())
    redis = Path(base.settings.redis_url.get_secret_value().removeprefix("unix://"))
    entrance = folder / ".s.PGSQL.5432"
    gates[f"{name} to postgres"] = Gate(
        f"{name} to postgres", entrance, Path(str(database.query["host"])) / ".s.PGSQL.5432"
    )
    gates[f"{name} to valkey"] = Gate(f"{name} to valkey", folder / "valkey.sock", redis)
    through = database.set(query={**database.query, "host": str(folder)}).render_as_string(hide_password=False)
    return _environment(base.settings, SecretStr(through), SecretStr(f"unix://{folder / 'valkey.sock'}"))


def _environment(settings: Settings, database: SecretStr, redis: SecretStr) -> dict[str, str]:
    return {
        "VEKST_MODE": settings.mode.value,
        "VEKST_DATABASE_URL": database.get_secret_value(),
        "VEKST_REDIS_URL": redis.get_secret_value(),
        "VEKST_DATA_DIR": str(settings.data_dir),
        # The integration is meant to be hasty.
        "VEKST_REQUESTS_PER_MINUTE": "0",
        "VEKST_ORGANISATION_REQUESTS_PER_MINUTE": "0",
        "VEKST_ORGANISATION_EVENTS_PER_MINUTE": "0",
    }


async def _prepare(settings: Settings) -> None:
    await upgrade(settings.database_url.get_secret_value())
    owner = await asyncpg.connect(_plain(settings.database_url))
    try:
        await owner.execute(f"ALTER SYSTEM SET max_wal_size = '{_WAL}'")
        await owner.execute("SELECT pg_reload_conf()")
    finally:
        await owner.close()


async def _hire(settings: Settings, people: int) -> list[Whom]:
    known: list[Whom] = []
    async with Process.running(settings) as process:
        factory = Factory(process)
        for org in _ORGANISATIONS:
            org_id = await factory.organisations().create(org)
            await factory.publishing().publish(org_id, CRAFT)
            persons = [f"{org}-{number:03}" for number in range(people)]
            await factory.people().upsert(org_id, [PersonEntry(person) for person in persons])
            await factory.people().add_integration(org_id, INTEGRATION)
            for person in persons:
                actor = await factory.actor(org, person=person)
                if actor is None or actor.learner_id is None:
                    raise PartError(f"{person} was not taken in")
                known.append(Whom(org, person, actor.learner_id))
                if len(known) % 2:
                    await factory.boards().join(actor, "learning-streaks")
    return known


@contextmanager
def _disk_at(folder: Path) -> Iterator[Path | None]:
    """A small file system at the folder, where this user may mount one."""
    # Run by its full path, with words of ours alone.
    made = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={_DISK}m,mode=755", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if made.returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(folder)], check=False, capture_output=True)


def _plain(url: SecretStr) -> str:
    return async_url(url.get_secret_value()).set(drivername="postgresql").render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
