"""The worker process: runs arq, comes back when Valkey does, judges without it meanwhile, and ends cleanly on a signal."""

from __future__ import annotations

import asyncio
import signal
from typing import Any, Final

import structlog
from arq import Worker, cron
from arq.worker import func
from sqlalchemy.exc import SQLAlchemyError

from vekst.factory import Process
from vekst.jobs.arq_queue import JUDGE
from vekst.jobs.valkey import QUEUE_NAME, UNREACHABLE, decode_job, encode_job
from vekst.logs import configure_logging
from vekst.settings import Settings
from vekst.worker.functions import judge, look_again, sweep, sweep_without_hints

__all__ = ["run_worker", "work"]

_POLL: Final = 0.02
# A job is one turn of an organisation and takes a second or two; a killed worker's job is free again soon after this.
_JOB_TIMEOUT: Final = 30
_PAUSE: Final = 0.5
_GRACE: Final = 10.0
_log = structlog.get_logger(__name__)


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; an unexpected error ends the process, so that its supervisor starts it again."""
    configure_logging(settings.log_level)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Process.running(settings) as process:
        await work(process, stop)


async def work(process: Process, stop: asyncio.Event) -> None:
    """Judge what comes in until `stop` is set; the batches begun are finished first."""
    _log.info("worker_started", jobs=process.settings.worker_jobs)
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            error = await _run_arq(process, stopping)
            if error is not None:
                _log.warning("valkey_lost", error=str(error))
                await _without_valkey(process, stopping)
    finally:
        stopping.cancel()
    _log.info("worker_stopped")


async def _run_arq(process: Process, stopping: asyncio.Task[bool]) -> Exception | None:
    """Run arq until it loses Valkey, which is returned, or the worker is to stop."""
    worker = _arq_worker(process)
    running = asyncio.create_task(worker.async_run())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    worker.allow_pick_jobs = False
    if worker.tasks:
        await asyncio.wait(worker.tasks.values(), timeout=_GRACE)
    outcomes = await _end([running, *worker.tasks.values()])
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    unexpected = next((error for error in errors if not isinstance(error, UNREACHABLE)), None)
    if unexpected is not None:
        raise unexpected
    return errors[0] if errors and not stopping.done() else None


async def _end(tasks: list[asyncio.Task[None]]) -> list[BaseException | None]:
    """Cancel until all have ended, as a cancellation that meets a reply of Valkey's can get lost; how they ended."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_PAUSE)
    return [None if task.cancelled() else task.exception() for task in tasks]


async def _without_valkey(process: Process, stopping: asyncio.Task[bool]) -> None:
    while not stopping.done() and not await process.valkey.ping():
        try:
            await sweep_without_hints(process)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("sweep_failed", error=str(error))
        await asyncio.wait({stopping}, timeout=_PAUSE)


def _arq_worker(process: Process) -> Worker:
    context: dict[Any, Any] = {"process": process}
    return Worker(
        functions=[func(judge, name=JUDGE)],
        cron_jobs=[cron(sweep, name="sweep", second=set(range(0, 60, 5)), run_at_startup=True, max_tries=1)],
        queue_name=QUEUE_NAME,
        redis_pool=process.client,
        after_job_end=look_again,
        handle_signals=False,
        max_jobs=process.settings.worker_jobs,
        job_timeout=_JOB_TIMEOUT,
        keep_result=0,
        poll_delay=_POLL,
        max_tries=1_000,
        ctx=context,
        job_serializer=encode_job,
        job_deserializer=decode_job,
        log_results=False,
    )
