"""The arq adapter of the queue: at most one hint waits per organisation, however many events come in."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from vekst.jobs.valkey import PUSH_QUEUE_NAME, QUEUE_NAME, Valkey
from vekst.signals.causes import current_cause
from vekst.signals.tracing import Tracing

__all__ = ["JUDGE", "PUSH", "ArqQueue"]

JUDGE: Final = "judge"
"""The name of the worker's function; its arguments are the organisation's id as text, and what caused the hint."""
PUSH: Final = "push"
"""The name of the function that tells devices, with the same arguments."""

_SLOTS: Final = 2
_SPELL: Final = 5


class ArqQueue:
    """Hints as arq jobs with two ids per organisation and spell of five seconds.

    arq drops an enqueue whose id is queued or running. With a second id, a hint that comes while the first job runs
    waits under the other one; a job looks once more after it ended, so a hint dropped because both ran is not lost.
    The ids of a killed worker's jobs stay taken for a while, but not beyond their spell. Each sweep, every five
    seconds, has fresh ones, so what that worker left is taken up by the next sweep at the latest.
    """

    def __init__(self, valkey: Valkey, tracing: Tracing) -> None:
        self._valkey = valkey
        self._tracing = tracing

    async def wake(self, org_id: UUID) -> None:
        """Queue a job for the organisation unless one waits already."""
        await self._hint(JUDGE, QUEUE_NAME, org_id)

    async def push(self, org_id: UUID) -> None:
        """Queue a job that tells the organisation's devices, on a queue of its own: no push service delays judging."""
        await self._hint(PUSH, PUSH_QUEUE_NAME, org_id)

    async def _hint(self, name: str, queue: str, org_id: UUID) -> None:
        spell = int(time.time()) // _SPELL
        cause = self._tracing.carried(current_cause())
        async with self._valkey.trying("wake" if name == JUDGE else name) as client:
            if client is None:
                return
            for slot in range(_SLOTS):
                job_id = f"{name}:{org_id}:{spell}:{slot}"
                if await client.enqueue_job(name, str(org_id), cause, _job_id=job_id, _queue_name=queue):
                    return
