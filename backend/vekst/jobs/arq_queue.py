"""The arq adapter of the queue: at most one hint waits per organisation, however many events come in."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from arq.constants import expires_extra_ms, job_key_prefix
from arq.jobs import serialize_job

from vekst.jobs.valkey import PUSH_QUEUE_NAME, QUEUE_NAME, Valkey, encode_job
from vekst.signals.causes import current_cause
from vekst.signals.tracing import Tracing

__all__ = ["JUDGE", "PUSH", "ArqQueue"]

JUDGE: Final = "judge"
"""The name of the worker's function; its arguments are the organisation's id as text, and what caused the hint."""
PUSH: Final = "push"
"""The name of the function that tells devices, with the same arguments."""

_SLOTS: Final = 2
_SPELL: Final = 5

# What arq does to queue a job, for the first of the ids that is free, and all in one trip. The key of a job is there
# for as long as it waits or runs, and no result is ever kept.
_ENQUEUE: Final = """
local queue, job, lives, at = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
for slot = 2, #KEYS do
  if redis.call('SET', KEYS[slot], job, 'PX', lives, 'NX') then
    redis.call('ZADD', queue, at, ARGV[slot + 2])
    return
  end
end
"""


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
        self._enqueue = valkey.client.register_script(_ENQUEUE)

    async def wake(self, org_id: UUID) -> None:
        """Queue a job for the organisation unless one waits already."""
        await self._hint(JUDGE, QUEUE_NAME, org_id)

    async def push(self, org_id: UUID) -> None:
        """Queue a job that tells the organisation's devices, on a queue of its own: no push service delays judging."""
        await self._hint(PUSH, PUSH_QUEUE_NAME, org_id)

    async def _hint(self, name: str, queue: str, org_id: UUID) -> None:
        now = int(time.time() * 1000)
        ids = [f"{name}:{org_id}:{now // 1000 // _SPELL}:{slot}" for slot in range(_SLOTS)]
        cause = self._tracing.carried(current_cause())
        job = serialize_job(name, (str(org_id), cause), {}, None, now, serializer=encode_job)
        async with self._valkey.trying("wake" if name == JUDGE else name) as client:
            if client is not None:
                await self._enqueue(
                    [queue, *(job_key_prefix + job_id for job_id in ids)], [job, expires_extra_ms, now, *ids]
                )
