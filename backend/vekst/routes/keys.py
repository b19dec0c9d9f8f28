"""`/.well-known/jwks.json`: the public keys of the development issuer, where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

__all__ = ["keys_router"]


def keys_router(jwks: Mapping[str, Any]) -> APIRouter:
    """The route of a key set."""
    router = APIRouter()

    @router.get("/.well-known/jwks.json")
    async def keys() -> JSONResponse:
        return JSONResponse(jwks, headers={"Cache-Control": "public, max-age=300"})

    return router
