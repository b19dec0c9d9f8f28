"""Tells devices what was recognised, on a queue of its own, so that judging never waits for a push service."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from vekst.factory import Factory
from vekst.worker.context import Context, at_job

__all__ = ["push", "push_again"]

_TURN: Final = 10.0
"""Seconds that one organisation's devices are told before the next one has its turn."""


async def push(ctx: Context, organisation: str, cause: Mapping[str, object] = MappingProxyType({})) -> None:
    """Tell the organisation's devices until none is due, or until its turn is over."""
    org_id = UUID(organisation)
    with at_job(ctx, "push", cause) as process:
        pushing = Factory(process).pushing()
        ends = time.monotonic() + _TURN
        while await pushing.send_due(org_id):
            if time.monotonic() > ends:
                await process.queue.push(org_id)
                return


async def push_again(ctx: Context) -> None:
    """The net: hint again where devices wait, after a hint that was lost, a worker that died, or a push that failed."""
    with at_job(ctx, "push again") as process:
        for org_id in await Factory(process).pushing().organisations_due():
            await process.queue.push(org_id)
