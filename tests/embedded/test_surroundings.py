"""Whatever the launcher finds around it: long paths, closed folders, an empty environment, root or not, strangers."""

import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.embedded.conftest import Supervise
from tests.embedded.processes import all_gone, query
from vekst.embedded import EmbeddedError, Servers, find_running
from vekst.embedded.accounts import server_account
from vekst.embedded.binaries import find_postgres
from vekst.embedded.folders import DataFolder, RunFolder

NOBODY = pwd.getpwnam("nobody").pw_uid
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    """A data folder that a normal user owns and can reach; skips where that user cannot read the binaries."""
    binaries = find_postgres({}).folder
    if not all(path.stat().st_mode & 0o001 for path in (binaries, *binaries.parents)):
        pytest.skip(f"{binaries} is closed to other users")
    with TemporaryDirectory(dir="/tmp") as folder:
        os.chown(folder, NOBODY, pwd.getpwuid(NOBODY).pw_gid)
        yield Path(folder)


async def test_a_long_path_below_closed_folders_and_an_empty_environment(tmp_path: Path, supervise: Supervise) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folder = closed / ("æ long" * 20) / ("name" * 40) / "data"
    endpoints = supervise(folder, env={}).endpoints()
    assert await query(endpoints, "SELECT 1") == [1]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
async def test_root_runs_the_servers_as_nobody(tmp_path: Path) -> None:
    with Servers(tmp_path / "data", durable=False) as endpoints:
        assert await query(endpoints, "SELECT 1") == [1]
        for cluster in DataFolder(tmp_path / "data").clusters().values():
            assert cluster.stat().st_uid == NOBODY
        assert (tmp_path / "data").stat().st_uid == 0
        assert (tmp_path / "data" / "postgres.log").read_text()


@as_root
@pytest.mark.parametrize("first", ["root", "owner"])
async def test_root_and_the_owner_of_a_folder_take_turns(
    folder_of_nobody: Path, supervise: Supervise, first: str
) -> None:
    options = {"root": "durable", "owner": f"uid={NOBODY}"}
    for turn in (first, *(set(options) - {first})):
        supervisor = supervise(folder_of_nobody, options[turn])
        endpoints = supervisor.endpoints()
        await query(endpoints, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS it")
        assert await query(endpoints, "SELECT it FROM kept") == [42]
        supervisor.ask("stop")
        assert all_gone(folder_of_nobody)


@as_root
async def test_a_normal_user_needs_nothing_of_root(folder_of_nobody: Path, supervise: Supervise) -> None:
    endpoints = supervise(folder_of_nobody, f"uid={NOBODY}", env={}).endpoints()
    assert await query(endpoints, "SELECT 1") == [1]
    assert _owners(folder_of_nobody) == {NOBODY}


def _owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in (folder, *folder.iterdir())}


@as_root
def test_another_users_data_folder_is_refused_in_one_line(tmp_path: Path, supervise: Supervise) -> None:
    os.chown(tmp_path, 0, 0)
    error = supervise(tmp_path, "uid=12345").hear()["error"]
    assert error.endswith("choose another one")
    assert "\n" not in error


def test_a_file_in_the_place_of_the_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(EmbeddedError, match=r"^cannot create the data folder .*; choose another one$"):
        Servers(file).start()


@as_root
async def test_a_cluster_that_was_restored_as_root_is_given_back(tmp_path: Path) -> None:
    servers = Servers(tmp_path, durable=False)
    with servers as endpoints:
        await query(endpoints, "CREATE TABLE kept AS SELECT 42 AS it")
    [cluster] = DataFolder(tmp_path).clusters().values()
    for path in (cluster, *cluster.rglob("*")):
        os.chown(path, 0, 0)
    with servers as endpoints:
        assert await query(endpoints, "SELECT it FROM kept") == [42]


@pytest.mark.parametrize("trick", ["open to all", "link", "name"])
def test_a_strangers_folder_is_never_taken_for_the_sockets(tmp_path: Path, trick: str) -> None:
    data = DataFolder(tmp_path)
    account = server_account([tmp_path])
    run = RunFolder.create(data, account)
    assert RunFolder.recorded(data, account) == run
    match trick:
        case "open to all":
            run.path.chmod(0o777)
        case "link":
            other = run.path.rename(tmp_path / "other")
            run.path.symlink_to(other)
        case "name":
            data.run_link.unlink()
            data.run_link.symlink_to(run.path.rename(tmp_path / "other"))
        case _:
            pytest.fail(trick)
    assert RunFolder.recorded(data, account) is None
    assert find_running(tmp_path) is None
    if run.path.is_symlink():
        run.path.unlink()
    shutil.rmtree(run.path, ignore_errors=True)


@as_root
def test_a_folder_that_somebody_else_owns_is_never_taken_for_the_sockets(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    account = server_account([tmp_path])
    run = RunFolder.create(data, account)
    os.chown(run.path, 12345, 12345)
    assert RunFolder.recorded(data, account) is None
    with pytest.raises(EmbeddedError, match="somebody else"):
        run.restore(account)
    shutil.rmtree(run.path)
