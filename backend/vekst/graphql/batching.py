"""Batches loads: what is asked for in one turn of the event loop is fetched together, once, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar

__all__ = ["BatchLoader", "Tasks"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Result = TypeVar("Result")


class Tasks:
    """The fetches of one request. They end with it: an operation that is out of time must not go on unseen."""

    def __init__(self) -> None:
        self._started: list[asyncio.Task[object]] = []

    def start(self, work: Coroutine[object, object, Result]) -> asyncio.Task[Result]:
        """Run the work beside the request, from the next turn of the loop on."""
        task = asyncio.create_task(work)
        self._started.append(task)
        return task

    async def close(self) -> None:
        """Cancel what still runs and wait until it has let go of its connections."""
        if not self._started:
            return
        for task in self._started:
            task.cancel()
        await asyncio.gather(*self._started, return_exceptions=True)


class BatchLoader(Generic[Key, Value]):
    """Loads values by key; `fetch` is given different keys, and leaves out those it does not find."""

    def __init__(self, fetch: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]], tasks: Tasks) -> None:
        self._fetch = fetch
        self._tasks = tasks
        self._batches: dict[Key, asyncio.Task[Mapping[Key, Value]]] = {}
        self._wanted: list[Key] = []

    async def load(self, key: Key) -> Value | None:
        """The value of the key; None for one that does not exist."""
        return (await _fetched(self._batch(key))).get(key)

    async def load_many(self, keys: Sequence[Key]) -> list[Value | None]:
        """The values of the keys, in order."""
        batches = [self._batch(key) for key in keys]
        return [(await _fetched(batch)).get(key) for key, batch in zip(keys, batches, strict=True)]

    def _batch(self, key: Key) -> asyncio.Task[Mapping[Key, Value]]:
        if key not in self._batches:
            first = self._wanted[0] if self._wanted else None
            self._wanted.append(key)
            self._batches[key] = self._batches[first] if first is not None else self._tasks.start(self._fetch_wanted())
        return self._batches[key]

    async def _fetch_wanted(self) -> Mapping[Key, Value]:
        # Begins in the next turn of the loop: until then, siblings add their keys.
        keys, self._wanted = self._wanted, []
        return await self._fetch(keys)


async def _fetched(batch: asyncio.Task[Result]) -> Result:
    if not batch.done():
        # One sibling that is cancelled must not take the batch from the others, so nobody waits for the batch itself.
        turn: asyncio.Future[None] = batch.get_loop().create_future()
        batch.add_done_callback(partial(_wake, turn))
        await turn
    return batch.result()


def _wake(turn: asyncio.Future[None], _: object) -> None:
    if not turn.done():
        turn.set_result(None)
