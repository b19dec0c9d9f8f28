"""What processes take of the machine, as Linux tells it: processor time and memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import asyncpg

__all__ = ["cpu_of", "cpu_of_postgresql", "mebibytes_of"]

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PROCESSES: Final = Path("/proc")
_PARENT, _OWN, _OF_ENDED = 1, slice(11, 13), slice(13, 15)
"""Places in /proc/…/stat behind the command's name."""


def cpu_of(pid: int) -> float:
    """Seconds that the process has worked so far."""
    return sum(map(int, _stat(pid)[_OWN])) / _TICKS


async def cpu_of_postgresql(owner: asyncpg.Connection[asyncpg.Record]) -> float:
    """Seconds that all processes of the server have worked so far, ended ones too; it has to be on this machine."""
    main = int(_stat(int(await owner.fetchval("SELECT pg_backend_pid()")))[_PARENT])
    ended = sum(map(int, _stat(main)[_OF_ENDED])) / _TICKS
    children = [pid for pid in _pids() if _parent(pid) == main]
    return cpu_of(main) + ended + sum(_cpu_if_there(pid) for pid in children)


def mebibytes_of(pid: int) -> float:
    """The process's share of memory: its own, and of what it shares with others its part."""
    lines = (_PROCESSES / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _stat(pid: int) -> list[str]:
    return (_PROCESSES / str(pid) / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()


def _pids() -> list[int]:
    return [int(folder.name) for folder in _PROCESSES.iterdir() if folder.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(_stat(pid)[_PARENT])
    except OSError:
        return 0


def _cpu_if_there(pid: int) -> float:
    try:
        return cpu_of(pid)
    except OSError:
        return 0.0
