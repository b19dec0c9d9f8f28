"""`/metrics`: what this process counted and what waits to be judged, in the text form of Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.responses import Response

from vekst.factory import Process

__all__ = ["metrics_router"]


def metrics_router(registry: CollectorRegistry, process: Callable[[], Process]) -> APIRouter:
    """The route of a registry; what waits is asked of the database at each scrape: every process sees the same."""
    router = APIRouter()
    organisations = Gauge("vekst_waiting_organisations", "Organisations with events to judge.", registry=registry)
    oldest = Gauge("vekst_waiting_seconds", "Seconds that the first of them has waited.", registry=registry)
    differences = Gauge(
        "vekst_replay_differences",
        "Differences that the last verifications found between ledger and events.",
        registry=registry,
    )
    last_run = Gauge(
        "vekst_replay_last_run_timestamp_seconds",
        "When the organisation verified longest ago was last verified.",
        registry=registry,
    )

    @router.get("/metrics")
    async def metrics() -> Response:
        waiting = await process().waiting()
        organisations.set(waiting[0] if waiting else float("nan"))
        oldest.set(waiting[1].total_seconds() if waiting else float("nan"))
        verified = await process().verified()
        differences.set(verified.differences if verified else float("nan"))
        last_run.set(verified.oldest.timestamp() if verified and verified.oldest else float("nan"))
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
