"""Where a run took place: processor, memory, load, versions; nothing that names the machine or its owner."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from redis.asyncio import Redis

from benchmarks.stage import Stage, owning

__all__ = ["Machine", "describe"]

_PACKAGES: Final = (
    "vekst",
    "asyncpg",
    "sqlalchemy",
    "strawberry-graphql",
    "graphql-core",
    "arq",
    "msgspec",
    "orjson",
    "uvicorn",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """`load` is that of the minute before the run: above 0 the machine had other things to do."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    load: float
    python: str
    postgresql: str
    valkey: str
    packages: dict[str, str]


async def describe(stage: Stage, load: float) -> Machine:
    """This machine, and the servers of the run."""
    async with owning(stage) as owner:
        postgresql = str(await owner.fetchval("SHOW server_version"))
    async with Redis.from_url(stage.settings.redis_url.get_secret_value()) as client:
        told = await client.info("server")
    valkey = f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {told['redis_version']}"
    return Machine(
        processor=_first(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo")) or platform.processor() or platform.machine(),
        cores=os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        load=round(load, 2),
        python=platform.python_version(),
        postgresql=f"PostgreSQL {postgresql.split(maxsplit=1)[0]}",
        valkey=valkey,
        packages=_versions(_PACKAGES),
    )


def _first(pattern: str, path: Path) -> str | None:
    if not path.exists():
        return None
    found = re.search(pattern, path.read_text(encoding="utf-8"))
    return found[1].strip() if found else None


def _versions(packages: Sequence[str]) -> dict[str, str]:
    return {package: version(package) for package in packages}
