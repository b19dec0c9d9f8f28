"""Texts of operations kept in Valkey under their hashes, by organisation: bounded, and forgotten in time."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from vekst.jobs.valkey import Valkey

__all__ = ["KEPT_AT_MOST", "QueryStore"]

KEPT_AT_MOST: Final = 2_000
"""Texts kept for one organisation; the least recently stored go first, and never those of another."""
_SECONDS: Final = 7 * 24 * 3600
_PREFIX: Final = "vekst:queries"


class QueryStore:
    """What clients of an organisation registered; shared by all API processes."""

    def __init__(self, valkey: Valkey, org_id: UUID, most: int = KEPT_AT_MOST) -> None:
        self._valkey = valkey
        self._index = f"{_PREFIX}:{org_id}"
        self._most = most

    async def find(self, digest: str) -> str | None:
        """The text of that hash, or None."""
        found: bytes | None = None
        async with self._valkey.trying("queries") as client:
            if client is not None:
                found = await client.get(f"{self._index}:{digest}")
        return found.decode() if found is not None else None

    async def keep(self, digest: str, text: str) -> None:
        """Keep the text, at the cost of the oldest ones where there are too many."""
        async with self._valkey.trying("queries") as client:
            if client is None:
                return
            async with client.pipeline(transaction=False) as trip:
                trip.set(f"{self._index}:{digest}", text, ex=_SECONDS)
                trip.zadd(self._index, {digest: time.time()})
                trip.zcard(self._index)
                *_, count = await trip.execute()
            if count > self._most:
                oldest = await client.zpopmin(self._index, count - self._most)
                await client.delete(*(f"{self._index}:{member.decode()}" for member, _ in oldest))
