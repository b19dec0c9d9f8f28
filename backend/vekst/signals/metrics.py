"""What one process counts besides GraphQL answers; `docs/monitoring.md` has the table of all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

__all__ = ["JudgingMetrics", "Metrics", "ReplicaMetrics", "WorkMetrics"]

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_SIZES: Final = (1, 5, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 50_000)


class JudgingMetrics:
    """Judging: rates, lag and sizes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter("vekst_judged_events", "Events judged.", registry=registry)
        self.recognitions = Counter("vekst_recognitions", "Entries added to ledgers by judging.", registry=registry)
        self.lag = Histogram(
            "vekst_judging_lag_seconds",
            "Seconds from the receipt of the oldest event of a batch to the commit of its recognitions.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.seconds = Histogram(
            "vekst_judging_seconds", "Seconds that a batch took.", buckets=_SECONDS, registry=registry
        )
        self.batch_events = Histogram(
            "vekst_judging_batch_events", "Events judged in one batch.", buckets=_SIZES, registry=registry
        )
        self.fold_events = Histogram(
            "vekst_judging_fold_events",
            "Events folded for one learner: those that wait, or all when the learner is judged again.",
            buckets=_SIZES,
            registry=registry,
        )
        self.retried = Counter(
            "vekst_judging_batches_retried",
            "Batches that could not be written and were tried again learner by learner.",
            registry=registry,
        )
        self.set_aside = Counter(
            "vekst_judging_set_aside", "Judgings of one learner that failed and are put off.", registry=registry
        )


class WorkMetrics:
    """The worker's jobs and sweeps."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._jobs = Counter(
            "vekst_jobs", "Jobs that ended, by name and outcome.", ("name", "outcome"), registry=registry
        )
        self._seconds = Histogram(
            "vekst_job_seconds", "Seconds that a job took.", ("name",), buckets=_SECONDS, registry=registry
        )
        self._running = Gauge("vekst_jobs_running", "Jobs that run now.", ("name",), registry=registry)
        self.retried = Counter(
            "vekst_jobs_retried", "Jobs begun again after a worker had died with them.", registry=registry
        )
        self._found = Counter(
            "vekst_sweep_finds",
            "What sweeps found: organisations with events left waiting, learners with a board value that had ended, "
            "challenges that were due, messages that had not been told; each night, learners with places in windows of "
            "boards that are no longer kept.",
            ("what",),
            registry=registry,
        )
        self.pushes = Counter(
            "vekst_pushes",
            "Pushes by what became of them: delivered, gone with their device, again later, refused.",
            ("outcome",),
            registry=registry,
        )
        self.last_sweep = Gauge(
            "vekst_sweep_last_run_timestamp_seconds", "When this process last swept to the end.", registry=registry
        )

    def found(self, what: str, count: int) -> None:
        """Count what a sweep found."""
        self._found.labels(what).inc(count)

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Count a job for the length of a block."""
        began = perf_counter()
        outcome = "failed"
        self._running.labels(name).inc()
        try:
            yield
            outcome = "done"
        finally:
            self._running.labels(name).dec()
            self._jobs.labels(name, outcome).inc()
            self._seconds.labels(name).observe(perf_counter() - began)


class ReplicaMetrics:
    """What is read from a replica, and how often it could not be."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._reads = Counter("vekst_replica_reads", "Transactions that read from the replica.", registry=registry)
        self._fallbacks = Counter(
            "vekst_replica_fallbacks",
            "Times that the primary was asked in place of the replica, by why: it was behind what had to be shown, "
            "away, or broke off; or nobody knew what had to be shown.",
            ("why",),
            registry=registry,
        )

    def read(self) -> None:
        """Count a transaction on the replica."""
        self._reads.inc()

    def fell_back(self, why: str) -> None:
        """Count that the primary was asked instead."""
        self._fallbacks.labels(why).inc()


class Metrics:
    """All of it, in a registry of the process's own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.judging = JudgingMetrics(self.registry)
        self.work = WorkMetrics(self.registry)
        self.replica = ReplicaMetrics(self.registry)
        self.valkey_away = Counter(
            "vekst_valkey_unreachable",
            "Times that Valkey could not be reached, by what it was for.",
            ("purpose",),
            registry=self.registry,
        )
        self._connections = Gauge(
            "vekst_database_connections",
            "Connections to PostgreSQL that this process holds, by whether they are in use.",
            ("state",),
            registry=self.registry,
        )
        self._connections_at_most = Gauge(
            "vekst_database_connections_at_most", "Connections that it may hold.", registry=self.registry
        )
        self._build = Gauge(
            "vekst_build_info", "1, with the version and the engine.", ("version", "engine"), registry=self.registry
        )
        # Memory, CPU, open files and the like, where the platform tells them.
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def of_build(self, version: str, engine: str) -> None:
        """Tell which version this is."""
        self._build.labels(version, engine).set(1)

    def of_pool(self, connections: Callable[[], tuple[int, int]], at_most: int) -> None:
        """Tell the connections in use and waiting for use, asked at each scrape, and how many there may be."""
        self._connections_at_most.set(at_most)
        self._connections.labels("in use").set_function(lambda: connections()[0])
        self._connections.labels("idle").set_function(lambda: connections()[1])
