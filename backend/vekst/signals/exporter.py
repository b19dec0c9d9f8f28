"""Sends traces to a collector; it needs the packages of the extra `tracing`, and is imported only where traces are."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from vekst.signals.tracing import Tracing

__all__ = ["exporting", "kept_by"]


def exporting(endpoint: str, *, share: float, service: str, version: str) -> Tracing:
    """Spans sent by OTLP over HTTP to the collector at `endpoint`, for that share of all traces."""
    processor = BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces"))
    return kept_by(processor, share=share, service=service, version=version)


def kept_by(processor: SpanProcessor, *, share: float, service: str, version: str) -> Tracing:
    """Spans handed to a processor. Who calls from outside names the trace, and does not decide how many are kept."""
    ratio = TraceIdRatioBased(share)
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.version": version}),
        sampler=ParentBased(ratio, remote_parent_sampled=ratio, remote_parent_not_sampled=ratio),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    return Tracing(provider)
