"""The strikes: each hits what this program started, for a while, and lets go of it before it returns."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.faults.gates import Gate
from tests.faults.parts import Command, PartError
from tests.faults.stage import Stage

__all__ = ["STRIKES", "Strike", "heal"]

Strike = Callable[[Stage, Random], Awaitable[None]]

_SHORT: Final = (0.3, 3.0)
_LONG: Final = (1.0, 8.0)
_PATIENCE: Final = 60.0
_GRACE: Final = 20.0
"""Seconds within which a part ends that was asked to."""
_LEFT: Final = 128 * 1024
"""Bytes that a full disk has left."""


async def _kill_api(stage: Stage, chance: Random) -> None:
    await _kill_and_start(stage.api, chance)


async def _kill_worker(stage: Stage, chance: Random) -> None:
    await _kill_and_start(chance.choice(stage.workers), chance)


async def _kill_workers(stage: Stage, chance: Random) -> None:
    await asyncio.gather(*(_kill_and_start(worker, chance) for worker in stage.workers))


async def _end_worker(stage: Stage, chance: Random) -> None:
    worker = chance.choice(stage.workers)
    # Before that it has nothing to finish, and ends by the signal itself.
    await worker.has_said("worker_started", _PATIENCE)
    code = await worker.end(_GRACE)
    if code != 0:
        raise PartError(f"the {worker.name} was asked to end and ended with {code}: {worker.words}")
    worker.start()


async def _kill_valkey(stage: Stage, chance: Random) -> None:
    await stage.ground.valkey.kill()
    await asyncio.sleep(chance.uniform(*_SHORT))
    await stage.ground.valkey.bring_back()


async def _empty_valkey(stage: Stage, chance: Random) -> None:
    del chance
    async with Redis.from_url(stage.ground.settings.redis_url.get_secret_value(), socket_timeout=5) as client:
        # Another strike may have taken it away, or stopped it: then it is as good as empty.
        with suppress(RedisError, OSError):
            await client.flushall()


async def _kill_postgres(stage: Stage, chance: Random) -> None:
    await stage.ground.postgres.kill()
    await asyncio.sleep(chance.uniform(*_SHORT))
    await stage.ground.postgres.bring_back()


async def _kill_backend(stage: Stage, chance: Random) -> None:
    """One connection's process: PostgreSQL then begins anew with all of them."""
    backends = [pid for pid in stage.ground.postgres.pids[1:] if _serves_a_client(pid)]
    if backends:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(backends), signal.SIGKILL)
    await stage.ground.postgres.bring_back()


async def _stop_api(stage: Stage, chance: Random) -> None:
    await _stop(stage.api.pids, chance)


async def _stop_worker(stage: Stage, chance: Random) -> None:
    await _stop(chance.choice(stage.workers).pids, chance)


async def _stop_valkey(stage: Stage, chance: Random) -> None:
    await _stop(stage.ground.valkey.pids, chance)


async def _stop_postgres(stage: Stage, chance: Random) -> None:
    await _stop(stage.ground.postgres.pids, chance)


async def _cut_lines(stage: Stage, chance: Random) -> None:
    for _ in range(chance.randint(1, 5)):
        for gate in _some(stage.gates.values(), chance):
            gate.cut()
        await asyncio.sleep(chance.uniform(0.05, 0.5))


async def _freeze_line(stage: Stage, chance: Random) -> None:
    gate = chance.choice(list(stage.gates.values()))
    gate.freeze()
    try:
        await asyncio.sleep(chance.uniform(*_LONG))
    finally:
        gate.thaw()


async def _lose_line(stage: Stage, chance: Random) -> None:
    """A line on which nothing arrives any more, and which breaks in the end, as behind a dead router."""
    gate = chance.choice(list(stage.gates.values()))
    gate.freeze()
    try:
        await asyncio.sleep(chance.uniform(*_LONG))
    finally:
        gate.cut()
        gate.thaw()


async def _deaden_line(stage: Stage, chance: Random) -> None:
    """Lines that are dead for good, and nobody was told, as after a firewall has forgotten them."""
    chance.choice(list(stage.gates.values())).leave_for_dead()


async def _slow_lines(stage: Stage, chance: Random) -> None:
    gates = _some(stage.gates.values(), chance)
    for gate in gates:
        gate.slow(chance.uniform(0.01, 0.3))
    try:
        await asyncio.sleep(chance.uniform(*_LONG))
    finally:
        for gate in gates:
            gate.slow(0)


async def _fill_disk(stage: Stage, chance: Random) -> None:
    disk = stage.ground.disk
    if disk is None:
        return
    ballast = disk / "ballast"
    try:
        with ballast.open("wb") as file:
            found = os.statvfs(disk)
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, max(1, found.f_bavail * found.f_frsize - _LEFT))
        await asyncio.sleep(chance.uniform(*_LONG))
    finally:
        ballast.unlink(missing_ok=True)
    await stage.ground.postgres.bring_back()


async def _use_up_connections(stage: Stage, chance: Random) -> None:
    async with _all_connections(stage):
        # Who has a connection keeps it; those of the pools are to be made anew.
        for name, gate in stage.gates.items():
            if name.endswith("postgres"):
                gate.cut()
        await asyncio.sleep(chance.uniform(*_LONG))


STRIKES: Final[dict[str, Strike]] = {
    "kill api": _kill_api,
    "kill worker": _kill_worker,
    "kill both workers": _kill_workers,
    "end worker": _end_worker,
    "kill valkey": _kill_valkey,
    "empty valkey": _empty_valkey,
    "kill postgres": _kill_postgres,
    "kill a backend": _kill_backend,
    "stop api": _stop_api,
    "stop worker": _stop_worker,
    "stop valkey": _stop_valkey,
    "stop postgres": _stop_postgres,
    "cut lines": _cut_lines,
    "freeze a line": _freeze_line,
    "lose a line": _lose_line,
    "deaden a line": _deaden_line,
    "slow lines": _slow_lines,
    "fill the disk": _fill_disk,
    "use up connections": _use_up_connections,
}


async def heal(stage: Stage) -> None:
    """Let go of everything and have every part run."""
    for gate in stage.gates.values():
        gate.slow(0)
        gate.thaw()
    _signal((pid for command in stage.commands for pid in command.pids), signal.SIGCONT)
    _signal((pid for server in stage.servers for pid in server.pids), signal.SIGCONT)
    for server in stage.servers:
        await server.bring_back()
    for command in stage.commands:
        command.start()


async def _kill_and_start(command: Command, chance: Random) -> None:
    await command.kill()
    await asyncio.sleep(chance.uniform(*_SHORT))
    command.start()


async def _stop(pids: list[int], chance: Random) -> None:
    _signal(pids, signal.SIGSTOP)
    try:
        await asyncio.sleep(chance.uniform(*_LONG))
    finally:
        _signal(pids, signal.SIGCONT)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _serves_a_client(pid: int) -> bool:
    with suppress(OSError):
        return b"postgres: vekst vekst" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _some(gates: Iterable[Gate], chance: Random) -> list[Gate]:
    every = list(gates)
    return chance.sample(every, chance.randint(1, len(every)))


@asynccontextmanager
async def _all_connections(stage: Stage) -> AsyncIterator[None]:
    """Have every connection that the server gives, for the length of a block."""
    taken: list[asyncpg.Connection[asyncpg.Record]] = []
    try:
        # It may be away, struck by another; then there is no connection for anybody.
        with suppress(asyncpg.PostgresError, OSError):
            while True:
                taken.append(await stage.owner())
        yield
    finally:
        await asyncio.gather(*(each.close(timeout=5) for each in taken), return_exceptions=True)
