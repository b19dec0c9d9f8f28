"""What the worker does: judges an organisation that was hinted at, and sweeps up what hints have missed."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import UUID

import structlog

from vekst.factory import Factory, Process

__all__ = ["Context", "after_judging", "judge", "sweep", "sweep_directly"]

Context = dict[str, Any]
"""What arq hands to a function; `process` is the worker's own, put there at its start."""

_TURN: Final = 0.5
_log = structlog.get_logger(__name__)


async def judge(context: Context, organisation: str) -> None:
    """Judge an organisation for a turn; if more waits then, queue again behind the other organisations."""
    process: Process = context["process"]
    org_id = UUID(organisation)
    if not await _take_turn(process, org_id):
        # Not `wake`: this job's own id is taken while it runs.
        context["more"] = org_id


async def after_judging(context: Context) -> None:
    """Look once more when the job's id is free again: a hint that came while it was taken must not be lost."""
    process: Process = context["process"]
    organisation = _organisation_of(str(context.get("job_id", "")))
    if organisation is not None and await Factory(process).judging().has_work(organisation):
        await process.queue.wake(organisation)


async def sweep(context: Context) -> None:
    """The net: hint again at organisations whose hint was lost, replace ended board values, tell what was not told."""
    process: Process = context["process"]
    factory = Factory(process)
    for org_id in await factory.judging().pending_organisations():
        await process.queue.wake(org_id)
    await factory.boards().sweep()
    await factory.outbox().sweep()


async def sweep_directly(process: Process) -> None:
    """The same without hints, for as long as Valkey is away: only latency suffers."""
    factory = Factory(process)
    for org_id in await factory.judging().pending_organisations():
        await _take_turn(process, org_id)
    await factory.boards().sweep()
