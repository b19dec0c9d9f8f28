"""Waits for conditions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

__all__ = ["until"]


async def until(condition: Callable[[], Awaitable[object]], *, seconds: float = 60.0) -> None:
    """Return as soon as the condition holds; fail when it does not in time."""
    ends = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < ends, f"waited {seconds} s in vain"
        await asyncio.sleep(0.02)
