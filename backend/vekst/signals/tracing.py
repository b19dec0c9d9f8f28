"""Traces by OpenTelemetry, off unless set: spans of requests, of the jobs they wake, of batches and of statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Tracer, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue
from sqlalchemy import Connection, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine

from vekst.signals.causes import Cause

__all__ = ["Tracing", "TracingNotInstalledError"]

_PROPAGATOR: Final = TraceContextTextMapPropagator()
_NO_SPAN: Final = nullcontext(INVALID_SPAN)
_SPAN: Final = "vekst_span"
_STATEMENT_AT_MOST: Final = 2_000


class TracingNotInstalledError(RuntimeError):
    """Traces are asked for, and what exports them is not installed."""

    def __init__(self) -> None:
        super().__init__("VEKST_TRACES_ENDPOINT is set, but traces need more packages; install vekst[tracing]")


class Tracing:
    """Makes spans; without a provider it makes none, and costs next to nothing."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("vekst") if provider else None

    @property
    def on(self) -> bool:
        """Whether spans are made."""
        return self._tracer is not None

    def serving(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
        """A request; it goes on with the trace that its headers name."""
        if self._tracer is None:
            return _NO_SPAN
        return _span(self._tracer, name, SpanKind.SERVER, _PROPAGATOR.extract(dict(headers)))

    def working(self, name: str, cause: Mapping[str, object]) -> AbstractContextManager[Span]:
        """A job; it goes on with the trace of what caused it."""
        if self._tracer is None:
            return _NO_SPAN
        carrier = {key: value for key, value in cause.items() if isinstance(value, str)}
        return _span(self._tracer, name, SpanKind.CONSUMER, _PROPAGATOR.extract(carrier))

    def step(self, name: str, **attributes: AttributeValue) -> AbstractContextManager[Span]:
        """A part of the work at hand."""
        return _span(self._tracer, name, SpanKind.INTERNAL, None, attributes) if self._tracer else _NO_SPAN

    def carried(self, cause: Cause) -> Cause:
        """The cause with the trace at hand, for the job that goes on with it."""
        if self.on:
            _PROPAGATOR.inject(cause)
        return cause

    def follow_statements(self, engine: AsyncEngine) -> None:
        """Give every SQL statement of the engine a span. Values are never in it: they are bound, and not recorded.

        The instrumentation that OpenTelemetry has for SQLAlchemy does nothing on 2.1, so it is these listeners.
        """
        if self._tracer is None:
            return
        tracer = self._tracer

        def begin(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
            text = " ".join(statement.split())
            span = tracer.start_span(text.partition(" ")[0] or "SQL", kind=SpanKind.CLIENT)
            span.set_attributes({"db.system.name": "postgresql", "db.query.text": text[:_STATEMENT_AT_MOST]})
            connection.info[_SPAN] = span

        def end(connection: Connection, *_: object) -> None:
            if (span := connection.info.pop(_SPAN, None)) is not None:
                span.end()

        def fail(failure: ExceptionContext) -> None:
            span = failure.connection.info.pop(_SPAN, None) if failure.connection is not None else None
            if span is not None:
                span.set_attribute("error.type", type(failure.original_exception).__name__)
                span.end()

        event.listen(engine.sync_engine, "before_cursor_execute", begin)
        event.listen(engine.sync_engine, "after_cursor_execute", end)
        event.listen(engine.sync_engine, "handle_error", fail)

    def close(self) -> None:
        """Send what was not sent yet."""
        shutdown = getattr(self._provider, "shutdown", None)
        if shutdown is not None:
            shutdown()


@contextmanager
def _span(
    tracer: Tracer,
    name: str,
    kind: SpanKind,
    context: Context | None,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Iterator[Span]:
    # Errors are told by their kind alone: a message may hold what somebody wrote.
    with tracer.start_as_current_span(
        name, context=context, kind=kind, attributes=attributes, record_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            raise
