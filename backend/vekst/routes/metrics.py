"""`/metrics`: what this process counted and what waits to be judged, in the text form of Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.responses import Response

from vekst.factory import Process

__all__ = ["metrics_router"]


def metrics_router(registry: CollectorRegistry, process: Callable[[], Process]) -> APIRouter:
    """The route of a registry; what waits is asked of the database at each scrape: every process sees the same."""
    router = APIRouter()
    shared = _Shared(registry)

    @router.get("/metrics")
    async def metrics() -> Response:
        await shared.ask(process())
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router


class _Shared:
    """What is the same for all processes; NaN while the database does not answer."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, says: str) -> Gauge:
            return Gauge(name, says, registry=registry)

        self._organisations = gauge("vekst_waiting_organisations", "Organisations with events to judge.")
        self._seconds = gauge("vekst_waiting_seconds", "Seconds that the first of them has waited.")
        self._events = gauge("vekst_waiting_events", "Events to judge; 100000 means so many or more.")
        self._held = gauge("vekst_held_events", "Events of learners who are set aside; 100000 means so many or more.")
        self._set_aside = gauge("vekst_learners_set_aside", "Learners whose last judging failed.")
        self._stuck = gauge(
            "vekst_learners_stuck", "Those of them who failed so often that they wait for `vekst retry`."
        )
        self._untold = gauge("vekst_outbox_messages", "Messages that no live stream was woken for yet.")
        self._differences = gauge(
            "vekst_replay_differences", "Differences that the last verifications found between ledger and events."
        )
        self._last_run = gauge(
            "vekst_replay_last_run_timestamp_seconds", "When the organisation verified longest ago was last verified."
        )

        self._replica_bytes = gauge("vekst_replica_lag_bytes", "Bytes of the log that the replica does not show yet.")
        self._replica_seconds = gauge(
            "vekst_replica_lag_seconds", "Seconds since what the replica shows was written; 0 where it shows all."
        )

    async def ask(self, process: Process) -> None:
        """Take all of it from the database."""
        waiting, totals, verified = await process.waiting(), await process.totals(), await process.verified()
        lag = await process.replica.lag() if process.replica else None
        self._replica_bytes.set(lag.size if lag else nan)
        self._replica_seconds.set(lag.seconds if lag else nan)
        self._organisations.set(waiting[0] if waiting else nan)
        self._seconds.set(waiting[1].total_seconds() if waiting else nan)
        self._events.set(totals.waiting if totals else nan)
        self._held.set(totals.held if totals else nan)
        self._stuck.set(totals.stuck if totals else nan)
        self._set_aside.set(totals.set_aside if totals else nan)
        self._untold.set(totals.untold if totals else nan)
        self._differences.set(verified.differences if verified else nan)
        self._last_run.set(verified.oldest.timestamp() if verified and verified.oldest else nan)
