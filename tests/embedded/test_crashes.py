"""`kill -9` of all that can be killed, and what is left of it: nothing that runs, and everything acknowledged."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from tests.embedded.conftest import Supervise
from tests.embedded.processes import Supervisor, all_gone, kill, postmaster, query, until
from vekst.embedded import Endpoints, Servers, find_running

bound_to_supervisor = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ends servers with their supervisor"
)


_MANY = 400


async def _strike_while_writing(endpoints: Endpoints, strike: Callable[[], None]) -> int:
    """Write on four connections, strike in the midst of it, and return how many rows were acknowledged."""
    await query(endpoints, "CREATE TABLE numbers (it bigint)")
    engine = create_async_engine(endpoints.database_url, isolation_level="AUTOCOMMIT")
    acknowledged = 0
    in_full_swing = asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        # Drivers notice a cut connection in more ways than one.
        with suppress(Exception):
            async with engine.connect() as connection:
                while True:
                    await connection.exec_driver_sql("INSERT INTO numbers VALUES (1)")
                    acknowledged += 1
                    if acknowledged == _MANY:
                        in_full_swing.set()

    writers = [asyncio.create_task(write()) for _ in range(4)]
    async with asyncio.timeout(30):
        await in_full_swing.wait()
    strike()
    await asyncio.gather(*writers)
    await engine.dispose()
    return acknowledged


async def _count(endpoints: Endpoints) -> int:
    return int((await query(endpoints, "SELECT count(*) FROM numbers"))[0])


@bound_to_supervisor
async def test_killing_the_supervisor_ends_the_servers_and_loses_nothing(tmp_path: Path, supervise: Supervise) -> None:
    owner = supervise(tmp_path, "durable")
    acknowledged = await _strike_while_writing(owner.endpoints(), owner.kill)
    until(lambda: all_gone(tmp_path))
    with Servers(tmp_path) as endpoints:
        assert await _count(endpoints) >= acknowledged


async def test_killing_the_postmaster_loses_nothing(tmp_path: Path) -> None:
    servers = Servers(tmp_path)
    with servers as endpoints:
        acknowledged = await _strike_while_writing(endpoints, lambda: kill(postmaster(tmp_path)))
        servers.restart_dead()
        assert await _count(endpoints) >= acknowledged


async def test_a_stop_in_the_midst_of_writing_loses_nothing(tmp_path: Path) -> None:
    servers = Servers(tmp_path)
    acknowledged = await _strike_while_writing(servers.start(), servers.stop)
    with servers as endpoints:
        assert await _count(endpoints) >= acknowledged


@bound_to_supervisor
def test_a_start_right_after_the_supervisor_was_killed_waits_for_its_servers(
    tmp_path: Path, supervise: Supervise
) -> None:
    for _ in range(3):
        owner = supervise(tmp_path)
        owner.endpoints()
        owner.kill()
        with Servers(tmp_path, durable=False) as endpoints:
            assert find_running(tmp_path) == endpoints


async def test_servers_that_outlived_their_supervisor_are_ended_first(tmp_path: Path, supervise: Supervise) -> None:
    owner = supervise(tmp_path, "durable", "unbound")
    abandoned = owner.endpoints()
    await query(abandoned, "CREATE TABLE kept AS SELECT 42 AS it")
    owner.kill()
    assert await query(abandoned, "SELECT it FROM kept") == [42]
    assert find_running(tmp_path) is None
    with Servers(tmp_path) as endpoints:
        assert endpoints != abandoned
        assert await query(endpoints, "SELECT it FROM kept") == [42]
    assert all_gone(tmp_path)


def _initdb_of(owner: Supervisor) -> int | None:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    for process, parent, command in (line.split(maxsplit=2) for line in listed.splitlines()):
        if int(parent) == owner.process.pid and command.endswith("initdb"):
            return int(process)
    return None


def _await_initdb(owner: Supervisor) -> int:
    found: int | None = None

    def seen() -> bool:
        nonlocal found
        found = _initdb_of(owner)
        return found is not None

    until(seen)
    assert found is not None
    return found


def test_killing_initdb_is_told_in_one_line_and_mended_by_another_start(tmp_path: Path, supervise: Supervise) -> None:
    owner = supervise(tmp_path)
    kill(_await_initdb(owner))
    error = owner.hear()["error"]
    assert "\n" not in error
    assert "start again" in error
    assert list(tmp_path.glob("postgres-[0-9][0-9]")) == []
    assert "error" not in owner.ask("start")


def test_killing_the_supervisor_during_initdb_leaves_no_half_made_cluster(tmp_path: Path, supervise: Supervise) -> None:
    owner = supervise(tmp_path)
    _await_initdb(owner)
    owner.kill()
    assert list(tmp_path.glob("postgres-[0-9][0-9]")) == []
    with Servers(tmp_path, durable=False) as endpoints:
        assert find_running(tmp_path) == endpoints
    assert list(tmp_path.glob("*.partial")) == []


def test_a_stale_postmaster_pid_whose_number_lives_on_does_not_keep_postgres_down(tmp_path: Path) -> None:
    servers = Servers(tmp_path, durable=False)
    servers.start()
    [file] = tmp_path.glob("postgres-*/postmaster.pid")
    owner, stale = file.stat(), file.read_text()
    servers.stop()
    with subprocess.Popen(["sleep", "600"], user=owner.st_uid if os.geteuid() == 0 else None) as living:
        file.write_text(stale.replace(stale.split()[0], str(living.pid), 1))
        os.chown(file, owner.st_uid, owner.st_gid)
        file.chmod(0o600)
        try:
            servers.start()
        finally:
            living.kill()
    assert servers.check() == []
    servers.stop()
