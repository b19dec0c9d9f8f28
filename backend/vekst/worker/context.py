"""What arq hands to a function, and how a job is counted, traced and logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from vekst.factory import Process
from vekst.signals.causes import resumed, within_job

__all__ = ["Context", "at_job"]

Context = dict[Any, Any]
"""What arq hands to a function; `process` is the worker's own."""


@contextmanager
def at_job(ctx: Context, name: str, cause: Mapping[str, object] = MappingProxyType({})) -> Iterator[Process]:
    """What runs inside is the job `name`, and goes on with what caused it; the worker's process."""
    process: Process = ctx["process"]
    work, tracing = process.signals.metrics.work, process.signals.tracing
    job_id = str(ctx.get("job_id", name))
    if ctx.get("job_try", 1) > 1:
        work.retried.inc()
    with resumed(cause), within_job(job_id), work.running(name), tracing.working(name, cause) as span:
        span.set_attribute("messaging.message.id", job_id)
        yield process
