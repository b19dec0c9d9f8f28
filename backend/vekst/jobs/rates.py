"""Counts requests in Valkey, so that one caller's haste does not slow the others down; open while Valkey is away."""

from __future__ import annotations

import time
from typing import Final

from vekst.jobs.valkey import Valkey

__all__ = ["WINDOW_SECONDS", "Rates"]

WINDOW_SECONDS: Final = 60


class Rates:
    """Counters by name and minute, shared by all API processes."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey

    async def count(self, name: str) -> int | None:
        """How many there were in this minute with this one; None where nobody can tell."""
        counted: int | None = None
        key = f"vekst:rate:{name}:{int(time.time()) // WINDOW_SECONDS}"
        async with self._valkey.trying("rates") as client:
            if client is not None:
                async with client.pipeline(transaction=False) as trip:
                    trip.incr(key)
                    trip.expire(key, 2 * WINDOW_SECONDS)
                    counted, _ = await trip.execute()
        return counted
