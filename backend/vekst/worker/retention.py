"""The nightly erasure of events that were kept for as long as the quest files say, and of what boards kept of then."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vekst.factory import Factory, Process
from vekst.worker.context import Context, at_job

__all__ = ["expire_everything"]

_log = structlog.get_logger(__name__)


async def expire_everything(ctx: Context) -> None:
    """Go through one organisation after the other; one that cannot be read does not stop the others."""
    with at_job(ctx, "expire") as process:
        await _expire_all(process)


async def _expire_all(process: Process) -> None:
    factory = Factory(process)
    retention, boards = factory.retention(), factory.boards()
    for org_id in await retention.organisations():
        try:
            expired = await retention.expire(org_id)
            tidied = await boards.tidy(org_id)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("expiry_failed", org_id=str(org_id), error=str(error))
            continue
        if expired.events:
            _log.info("expired", org_id=str(org_id), learners=expired.learners, events=expired.events)
        if tidied:
            _log.info("boards_tidied", org_id=str(org_id), learners=tidied.learners, counts=tidied.counts)
        process.signals.metrics.work.found("old places", tidied.learners)
