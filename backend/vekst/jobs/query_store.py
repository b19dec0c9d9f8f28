"""Texts of operations kept in Valkey under their hashes: bounded, and forgotten in time."""

from __future__ import annotations

import time
from typing import Final

from vekst.jobs.valkey import Valkey

__all__ = ["KEPT_AT_MOST", "QueryStore"]

KEPT_AT_MOST: Final = 10_000
"""Texts kept in all; the least recently stored go first."""
_SECONDS: Final = 7 * 24 * 3600
_INDEX: Final = "vekst:queries"


class QueryStore:
    """What clients registered; shared by all API processes."""

    def __init__(self, valkey: Valkey, most: int = KEPT_AT_MOST) -> None:
        self._valkey = valkey
        self._most = most

    async def find(self, digest: str) -> str | None:
        """The text of that hash, or None."""
        found: bytes | None = None
        async with self._valkey.trying("queries") as client:
            if client is not None:
                found = await client.get(f"{_INDEX}:{digest}")
        return found.decode() if found is not None else None

    async def keep(self, digest: str, text: str) -> None:
        """Keep the text, at the cost of the oldest ones where there are too many."""
        async with self._valkey.trying("queries") as client:
            if client is None:
                return
            async with client.pipeline(transaction=False) as trip:
                trip.set(f"{_INDEX}:{digest}", text, ex=_SECONDS)
                trip.zadd(_INDEX, {digest: time.time()})
                trip.zcard(_INDEX)
                *_, count = await trip.execute()
            if count > self._most:
                oldest = await client.zpopmin(_INDEX, count - self._most)
                await client.delete(*(f"{_INDEX}:{member.decode()}" for member, _ in oldest))
