"""The nightly proof: verifies every organisation by replaying its events, keeps the result as a metric, and logs it."""

from __future__ import annotations

from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vekst.factory import Factory, Process
from vekst.worker.context import Context, at_job

__all__ = ["verify_everything"]

_NAMED: Final = 20
"""How many differences of an organisation the log names; `vekst replay --verify` names all."""
_log = structlog.get_logger(__name__)


async def verify_everything(ctx: Context) -> None:
    """Verify one organisation after the other; one that cannot be read does not stop the others."""
    with at_job(ctx, "verify") as process:
        await _verify_all(process)


async def _verify_all(process: Process) -> None:
    replaying = Factory(process).replaying()
    for org_id in await replaying.organisations():
        try:
            found = await replaying.verify(org_id)
            await replaying.keep(org_id, found)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("verification_failed", org_id=str(org_id), error=str(error))
            continue
        for each in found.differences[:_NAMED]:
            # Without the person: logs outlive what may have to be erased.
            _log.error(
                "verification_difference",
                org_id=str(org_id),
                fault=each.fault.value,
                rule=" ".join(filter(None, (each.kind, each.key, each.tier, each.occurrence))),
                expected=each.expected,
                found=each.found,
            )
        _log.info(
            "verified",
            org_id=str(org_id),
            learners=found.learners,
            behind=found.behind,
            differences=len(found.differences),
        )
