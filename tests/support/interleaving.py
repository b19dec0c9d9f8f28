"""Forces an interleaving: one transaction is held at a given step while another goes on, or is seen to wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pkgutil import resolve_name
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.organisations import Organisation
from tests.support.waiting import until

__all__ = ["Held", "held"]


class Held:
    """A call of a store's function that is held: its transaction keeps what it has locked, and commits nothing."""

    def __init__(self, organisation: Organisation, running: asyncio.Task[Any], pid: int, go: asyncio.Event) -> None:
        self._organisation = organisation
        self._running = running
        self._pid = pid
        self._go = go

    async def keeps_waiting(self, other: Awaitable[Any]) -> asyncio.Task[Any]:
        """Start the other side, and return when PostgreSQL says that it waits for this one."""
        task = asyncio.ensure_future(other)

        async def waits() -> bool:
            assert not task.done(), f"it did not wait: {task.exception() or task.result()}"
            found = await self._organisation.rows(
                "SELECT count(*) FROM pg_stat_activity WHERE :pid = ANY(pg_blocking_pids(pid))", pid=self._pid
            )
            return found != [(0,)]

        await until(waits)
        return task

    async def goes_on(self) -> Any:
        """Let it go on; what it comes to, an error as a value."""
        self._go.set()
        return (await asyncio.gather(self._running, return_exceptions=True))[0]


@asynccontextmanager
async def held(
    organisation: Organisation,
    patch: pytest.MonkeyPatch,
    running: Awaitable[Any],
    function: str,
    *,
    before: bool = False,
    where: Callable[..., bool] = lambda *_: True,
) -> AsyncIterator[Held]:
    """Start `running`, and hold it at its first call of that store's function: after it, or `before` it.

    Only calls for which `where`, given the call's arguments, holds.
    """
    real = resolve_name(f"vekst.storage.{function}")
    reached: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    go = asyncio.Event()

    async def stop(connection: AsyncConnection) -> None:
        reached.set_result(int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()))
        await go.wait()

    async def holding(connection: AsyncConnection, *arguments: Any, **named: Any) -> Any:
        holds = asyncio.current_task() is task and not reached.done() and where(*arguments)
        if holds and before:
            await stop(connection)
        result = await real(connection, *arguments, **named)
        if holds and not before:
            await stop(connection)
        return result

    patch.setattr(f"vekst.storage.{function}", holding)
    task = asyncio.ensure_future(running)
    try:
        await asyncio.wait({task, reached}, return_when=asyncio.FIRST_COMPLETED)
        assert reached.done(), f"it never came to {function}: {task.exception() or task.result()}"
        yield Held(organisation, task, reached.result(), go)
    finally:
        go.set()
        await asyncio.gather(task, return_exceptions=True)
