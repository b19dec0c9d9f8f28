"""Live wake-ups over Valkey: tell streams that something is new, so that they read on from their cursor.

One message tells of all the learners of a batch, on their organisation's channel.

A wake-up never says what is new, so one that is lost or comes twice does no harm: streams look by themselves now and
then, and whenever the line to Valkey was cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID

import structlog

from vekst.jobs.valkey import UNREACHABLE, Valkey

__all__ = ["Live", "Wakes", "channel"]

_PREFIX: Final = "vekst:live:"
_ANYONE: Final = ""
_PAUSE: Final = 1.0
_QUIET: Final = 15.0
_LOG: Final = structlog.get_logger(__name__)


def channel(org_id: UUID) -> str:
    """The channel on which it is published that some learners of the organisation have something new."""
    return f"{_PREFIX}{org_id}"


class Wakes:
    """The wake-ups of one listener; any number that come before it waits are one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Let the listener look."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Wait until there is something to look for, and no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


class Live:
    """Publishes wake-ups, and hands those of all processes to this one's listeners over one line."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey
        self._listeners: dict[tuple[str, str], set[Wakes]] = {}
        self._hearing: asyncio.Task[None] | None = None

    async def publish(self, org_id: UUID, learner_ids: Iterable[UUID]) -> bool:
        """Wake the streams of these learners and of their organisation in one trip; whether Valkey took it."""
        taken = False
        async with self._valkey.trying("live") as client:
            if client is not None:
                await client.publish(channel(org_id), " ".join(map(str, learner_ids)))
                taken = True
        return taken

    @contextmanager
    def listening(self, org_id: UUID, learner_id: UUID | None = None) -> Iterator[Wakes]:
        """The wake-ups of a learner (None: of anyone in the organisation) for the length of a block."""
        if self._hearing is None:
            self._hearing = asyncio.create_task(self._hear())
        name, wakes = (channel(org_id), str(learner_id or _ANYONE)), Wakes()
        self._listeners.setdefault(name, set()).add(wakes)
        try:
            yield wakes
        finally:
            self._listeners[name].discard(wakes)
            if not self._listeners[name]:
                del self._listeners[name]

    async def close(self) -> None:
        """Stop listening."""
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
            self._hearing = None

    async def _hear(self) -> None:
        while True:
            try:
                await self._hear_until_cut()
            except UNREACHABLE as error:
                _LOG.warning("live.cut", error=str(error))
            await asyncio.sleep(_PAUSE)

    async def _hear_until_cut(self) -> None:
        async with self._valkey.client.pubsub() as line:
            await line.psubscribe(f"{_PREFIX}*")
            # What was said while nobody listened is not said again.
            self._wake_all()
            while True:
                message = await line.get_message(ignore_subscribe_messages=True, timeout=_QUIET)
                if message is None:
                    await line.ping()
                elif message["type"] == "pmessage":
                    self._wake(message["channel"].decode(), message["data"].decode().split())

    def _wake(self, organisation: str, learners: Iterable[str]) -> None:
        for learner in (_ANYONE, *learners):
            for wakes in self._listeners.get((organisation, learner), ()):
                wakes.wake()

    def _wake_all(self) -> None:
        for listeners in self._listeners.values():
            for wakes in listeners:
                wakes.wake()
