"""The worker process: runs arq, judges without it while Valkey is away, and ends cleanly on a signal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import structlog
from arq import Worker, cron
from arq.worker import func
from prometheus_client import start_http_server
from sqlalchemy.exc import SQLAlchemyError

from vekst.factory import Process, signals_of
from vekst.garbage import settle_garbage
from vekst.jobs.arq_queue import JUDGE, PUSH
from vekst.jobs.valkey import PUSH_QUEUE_NAME, QUEUE_NAME, UNREACHABLE, decode_job, encode_job
from vekst.logs import configure_logging
from vekst.settings import Settings
from vekst.signals.metrics import Metrics
from vekst.worker.functions import judge, look_again, sweep, sweep_without_hints
from vekst.worker.pushing import push, push_again
from vekst.worker.retention import expire_everything
from vekst.worker.verification import verify_everything

__all__ = ["run_worker", "work"]

_POLL: Final = 0.02
_PUSH_POLL: Final = 0.25
_PUSH_JOBS: Final = 4
# A turn, and a batch that had just begun.
_PUSH_TIMEOUT: Final = 60
# A job is one turn of an organisation and takes a second or two; a killed worker's job is free again soon after this.
_JOB_TIMEOUT: Final = 30
# What is done at night is for one worker, which judges on beside it.
_NIGHT: Final = 6 * 3600
_PAUSE: Final = 0.5
_GRACE: Final = 10.0
# Judging keeps the loop busy now and then: an answer that waits for it is not an absence.
_PATIENCE: Final = 5.0
_log = structlog.get_logger(__name__)


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; an unexpected error ends the process, so that its supervisor starts it again."""
    configure_logging(settings.log_level)
    settle_garbage(big_batches=True)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_run(settings))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The quicker loop where the API's server has brought it along, as on every system but Windows."""
    return import_module("uvloop").new_event_loop if find_spec("uvloop") else None


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    signals = signals_of(settings, "vekst-worker")
    with _metrics_served(settings, signals.metrics):
        async with Process.running(settings, patience=_PATIENCE, signals=signals) as process:
            await work(process, stop)


@contextmanager
def _metrics_served(settings: Settings, metrics: Metrics) -> Iterator[None]:
    """Tell what is counted on a port of the worker's own, if one is set; a thread of its own answers."""
    if not settings.worker_metrics_port:
        yield
        return
    server, thread = start_http_server(settings.worker_metrics_port, settings.host, metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
    workers = [_judging_worker(process), *([_pushing_worker(process)] if process.pushes else [])]
    running = [asyncio.create_task(worker.async_run()) for worker in workers]
    await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    jobs = [task for worker in workers for task in worker.tasks.values()]
    if stopping.done():
        _log.info("worker_stopping", jobs=len(jobs))
    for worker in workers:
        worker.allow_pick_jobs = False
    if jobs:
        await asyncio.wait(jobs, timeout=_GRACE)
    outcomes = await _end([*running, *(task for worker in workers for task in worker.tasks.values())])
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


def _judging_worker(process: Process) -> Worker:
    return Worker(
        functions=[func(judge, name=JUDGE)],
        cron_jobs=[
            cron(sweep, name="sweep", second=set(range(0, 60, 5)), run_at_startup=True, max_tries=1),
            cron(expire_everything, name="expire", hour=1, minute=20, timeout=_NIGHT, max_tries=1),
            cron(verify_everything, name="verify", hour=2, minute=40, timeout=_NIGHT, max_tries=1),
        ],
        queue_name=QUEUE_NAME,
        after_job_end=look_again,
        max_jobs=process.settings.worker_jobs,
        job_timeout=_JOB_TIMEOUT,
        poll_delay=_POLL,
        **_common(process),
    )


def _pushing_worker(process: Process) -> Worker:
    return Worker(
        functions=[func(push, name=PUSH)],
        cron_jobs=[cron(push_again, name="push again", second={5, 35}, run_at_startup=True, max_tries=1)],
        queue_name=PUSH_QUEUE_NAME,
        max_jobs=_PUSH_JOBS,
        job_timeout=_PUSH_TIMEOUT,
        poll_delay=_PUSH_POLL,
        **_common(process),
    )


def _common(process: Process) -> dict[str, Any]:
    """What holds for every queue."""
    return {
        "redis_pool": process.client,
        "handle_signals": False,
        "keep_result": 0,
        "max_tries": 1_000,
        "ctx": {"process": process},
        "job_serializer": encode_job,
        "job_deserializer": decode_job,
        "log_results": False,
    }
