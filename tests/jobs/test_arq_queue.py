from uuid import uuid4

import time_machine

from vekst.factory import Process
from vekst.jobs.valkey import QUEUE_NAME


async def test_however_many_hints_come_two_jobs_wait_at_most(process: Process) -> None:
    org_id = uuid4()
    with time_machine.travel(1_800_000_000, tick=False):
        for _ in range(50):
            await process.queue.wake(org_id)
        jobs = await process.client.queued_jobs(queue_name=QUEUE_NAME)
    mine = [job for job in jobs if str(org_id) in job.args]
    assert 1 <= len(mine) <= 2


async def test_a_hint_that_comes_while_a_job_runs_waits_under_the_other_id(process: Process) -> None:
    """What a killed worker left taken is free again after its spell."""
    org_id = uuid4()
    with time_machine.travel(1_800_000_000, tick=False):
        await process.queue.wake(org_id)
        # arq takes a running job out of nothing: its key stays until it has ended.
        await process.client.zremrangebyrank(QUEUE_NAME, 0, -1)
        await process.queue.wake(org_id)
        assert await process.client.zcard(QUEUE_NAME) == 1
        await process.client.zremrangebyrank(QUEUE_NAME, 0, -1)
        await process.queue.wake(org_id)
        assert await process.client.zcard(QUEUE_NAME) == 0
    with time_machine.travel(1_800_000_010, tick=False):
        await process.queue.wake(org_id)
        assert await process.client.zcard(QUEUE_NAME) == 1
