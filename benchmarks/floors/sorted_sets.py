"""Boards as others keep them: a sorted set of Redis' in Valkey, asked in two trips, and the package `leaderboard`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final
from uuid import UUID

from redis import Redis as BlockingRedis
from redis.asyncio import Redis

__all__ = ["Package", "SortedSet"]

_KEY: Final = "bench:board"
_PER_CALL: Final = 10_000


class SortedSet:
    """The board as a sorted set: who stands where, but neither names nor shared ranks."""

    def __init__(self, url: str) -> None:
        self._client: Redis = Redis.from_url(url, single_connection_client=True)

    async def fill(self, values: Mapping[UUID, int]) -> None:
        """Put everyone on it."""
        pairs = [(learner_id.hex, value) for learner_id, value in values.items()]
        await self._client.delete(_KEY)
        for start in range(0, len(pairs), _PER_CALL):
            await self._client.zadd(_KEY, dict(pairs[start : start + _PER_CALL]))

    async def read(self, viewer: str, *, top: int, neighbours: int) -> int:
        """The size, the top, the viewer's rank, and in a second trip those around it; how many rows these were."""
        first = self._client.pipeline(transaction=False)
        first.zcard(_KEY)
        first.zrevrank(_KEY, viewer)
        first.zrevrange(_KEY, 0, top - 1, withscores=True)
        _, rank, best = await first.execute()
        around = await self._client.zrevrange(_KEY, max(0, rank - neighbours), rank + neighbours, withscores=True)
        return len(best) + len(around)

    async def close(self) -> None:
        """Take the board away."""
        await self._client.delete(_KEY)
        await self._client.aclose()


class Package:
    """The same set read by the package `leaderboard`, whose client waits for each answer."""

    def __init__(self, url: str) -> None:
        client = BlockingRedis.from_url(url, decode_responses=True)
        self._board: Any = import_module("leaderboard.leaderboard").Leaderboard(_KEY, redis_connection=client)

    @staticmethod
    def is_there() -> bool:
        """Whether the package is installed, with `pip install -e .[bench]`."""
        return find_spec("leaderboard") is not None

    def read(self, viewer: str, *, top: int, neighbours: int) -> int:
        """The top, and those around the viewer with their ranks; how many rows these were."""
        best = self._board.leaders(1, page_size=top)
        return len(best) + len(self._board.around_me(viewer, page_size=2 * neighbours + 1))
