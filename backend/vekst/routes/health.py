"""`/healthz` says that the process runs, `/readyz` that it can do its work, or what is missing."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import JSONResponse

from vekst.factory import Process

__all__ = ["health_router"]


def health_router(process: Callable[[], Process]) -> APIRouter:
    """The routes of a process, which is there once it has started."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        missing = await process().missing()
        if missing:
            return JSONResponse({"status": "not ready", "missing": missing}, status_code=503)
        return JSONResponse({"status": "ok", "missing": []})

    return router
