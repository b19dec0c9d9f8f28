"""`/metrics`: what this process counted, in the text form of Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import Response

__all__ = ["metrics_router"]


def metrics_router(registry: CollectorRegistry) -> APIRouter:
    """The route of a registry."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
