"""What the worker does: judges an organisation that was hinted at, and sweeps up what hints have missed."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vekst.factory import Factory, Process

__all__ = ["Context", "judge", "look_again", "sweep", "sweep_without_hints"]

Context = dict[Any, Any]
"""What arq hands to a function; `process` is the worker's own."""

_TURN: Final = 0.5
"""Seconds that one organisation is judged before the next one has its turn."""
_log = structlog.get_logger(__name__)


async def judge(ctx: Context, organisation: str) -> None:
    """Judge an organisation until nothing waits, or until its turn is over."""
    org_id = UUID(organisation)
    ctx["organisation"] = org_id
    await _take_turn(ctx["process"], org_id)


async def look_again(ctx: Context) -> None:
    """After the job, when its id is free for hints again: one that came too early is made good by looking once more."""
    org_id: UUID | None = ctx.get("organisation")
    if org_id is None:
        return
    process: Process = ctx["process"]
    try:
        if await Factory(process).judging().judge_batch(org_id):
            await process.queue.wake(org_id)
    except (SQLAlchemyError, OSError) as error:
        _log.warning("look_again_failed", org_id=str(org_id), error=str(error))


async def sweep(ctx: Context) -> None:
    """The net: hint again where events wait, replace board values that ended, settle challenges, tell what was not."""
    process: Process = ctx["process"]
    factory = Factory(process)
    for org_id in await factory.judging().pending_organisations():
        await process.queue.wake(org_id)
    await factory.boards().sweep()
    await factory.settling().sweep()
    await factory.outbox().sweep()


async def sweep_without_hints(process: Process) -> None:
    """The same for as long as Valkey is away: everything is judged, only later."""
    factory = Factory(process)
    for org_id in await factory.judging().pending_organisations():
        await _take_turn(process, org_id)
    await factory.boards().sweep()
    await factory.settling().sweep()


async def _take_turn(process: Process, org_id: UUID) -> None:
    judging = Factory(process).judging()
    ends = time.monotonic() + _TURN
    while await judging.judge_batch(org_id) and time.monotonic() < ends:
        pass
