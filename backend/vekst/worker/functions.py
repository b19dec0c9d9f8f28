"""What the worker does: judges an organisation that was hinted at, and sweeps up what hints have missed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vekst.factory import Factory, Process
from vekst.worker.context import Context, at_job

__all__ = ["judge", "look_again", "sweep", "sweep_without_hints"]

_TURN: Final = 0.5
"""Seconds that one organisation is judged before the next one has its turn."""
_log = structlog.get_logger(__name__)


async def judge(ctx: Context, organisation: str, cause: Mapping[str, object] = MappingProxyType({})) -> None:
    """Judge an organisation until nothing waits, or until its turn is over; `cause` is what the hint came from."""
    org_id = UUID(organisation)
    ctx["organisation"] = org_id
    with at_job(ctx, "judge", cause) as process:
        await _take_turn(process, org_id, hinted=True)


async def look_again(ctx: Context) -> None:
    """After the job, when its id is free for hints again: one that came too early is made good by looking once more."""
    org_id: UUID | None = ctx.get("organisation")
    if org_id is None:
        return
    process: Process = ctx["process"]
    try:
        judging = Factory(process).judging()
        if await judging.anyone_waits(org_id) and await judging.judge_batch(org_id):
            await process.queue.wake(org_id)
    except (SQLAlchemyError, OSError) as error:
        _log.warning("look_again_failed", org_id=str(org_id), error=str(error))
    except Exception:  # noqa: BLE001 - here arq would end the worker, and with it the judging of everyone else
        _log.exception("look_again_failed", org_id=str(org_id))


async def sweep(ctx: Context) -> None:
    """The net: hint again where events wait, replace board values that ended, settle challenges, tell what was not."""
    with at_job(ctx, "sweep") as process:
        factory = Factory(process)
        organisations = await factory.judging().pending_organisations()
        for org_id in organisations:
            await process.queue.wake(org_id)
        await _sweep_beside_judging(process, len(organisations))
        process.signals.metrics.work.found("messages", await factory.outbox().sweep())


async def sweep_without_hints(process: Process) -> None:
    """The same for as long as Valkey is away: everything is judged, only later."""
    factory = Factory(process)
    organisations = await factory.judging().pending_organisations()
    for org_id in organisations:
        await _take_turn(process, org_id, hinted=False)
    await _sweep_beside_judging(process, len(organisations))


async def _sweep_beside_judging(process: Process, organisations: int) -> None:
    work = process.signals.metrics.work
    factory = Factory(process)
    work.found("organisations", organisations)
    work.found("board values", await factory.boards().sweep())
    work.found("challenges", await factory.settling().sweep())
    work.last_sweep.set_to_current_time()


async def _take_turn(process: Process, org_id: UUID, *, hinted: bool) -> None:
    """Judge for half a second at most; where hints work, what comes meanwhile has one, and is not looked for."""
    judging = Factory(process).judging()
    ends = time.monotonic() + _TURN
    while (batch := await judging.judge_batch(org_id)) and (batch.more or not hinted) and time.monotonic() < ends:
        pass
