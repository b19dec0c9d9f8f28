"""What the endpoint counts: answers by operation and status, their seconds, and receipts by what became of them."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["GraphQLMetrics"]

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class GraphQLMetrics:
    """The counters of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "vekst_graphql_answers",
            "GraphQL answers by kind of operation and status.",
            ("kind", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "vekst_graphql_seconds", "Seconds until a GraphQL answer.", ("kind",), buckets=_BUCKETS, registry=registry
        )
        self._receipts = Counter(
            "vekst_receipts", "Receipts of recorded events by status.", ("status",), registry=registry
        )

        self._streams = Gauge("vekst_graphql_streams", "Operations that stream now.", ("transport",), registry=registry)

        self._held_back = Counter(
            "vekst_held_back",
            "Requests and batches of events that were told to come later, by the code that they were told.",
            ("code",),
            registry=registry,
        )
        self._uncounted = Counter(
            "vekst_requests_uncounted", "Requests let through uncounted, since Valkey was away.", registry=registry
        )

    def held_back(self, code: str) -> None:
        """Count a request or a batch that was told to come later, by the code that it was told."""
        self._held_back.labels(code).inc()

    def uncounted(self) -> None:
        """Count a request whose caller's rate could not be known."""
        self._uncounted.inc()

    @contextmanager
    def streaming(self, transport: str) -> Iterator[None]:
        """Count an operation for as long as it streams."""
        self._streams.labels(transport).inc()
        try:
            yield
        finally:
            self._streams.labels(transport).dec()

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """Count one answer to an operation of that kind."""
        self._answers.labels(kind, str(status)).inc()
        self._seconds.labels(kind).observe(seconds)

    def receipted(self, statuses: Iterable[str]) -> None:
        """Count the receipts of one batch."""
        for status, count in collections.Counter(statuses).items():
            self._receipts.labels(status).inc(count)
