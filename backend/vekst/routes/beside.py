"""ASGI apps beside FastAPI: what is asked for most is answered before its middleware and its routes are passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send
from typing_extensions import override

__all__ = ["AppWithApps"]


class AppWithApps(FastAPI):
    """FastAPI without pages of its own, which hands requests of some paths to `apps`; all stand behind the `guard`."""

    def __init__(
        self,
        title: str,
        lifespan: Lifespan[FastAPI],
        *,
        apps: Mapping[str, ASGIApp],
        guard: Callable[[ASGIApp], ASGIApp],
    ) -> None:
        super().__init__(
            title=title,
            lifespan=lifespan,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            # What is traced and counted, `vekst.signals` says.
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        self._apps = apps
        self._guard = guard

    @override
    def build_middleware_stack(self) -> ASGIApp:
        """All that a request passes."""
        return self._guard(_Fork(self._apps, super().build_middleware_stack()))


class _Fork:
    def __init__(self, apps: Mapping[str, ASGIApp], app: ASGIApp) -> None:
        self._apps = apps
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        beside = self._apps.get(scope["path"]) if scope["type"] == "http" else None
        if beside is None:
            await self._app(scope, receive, send)
            return
        scope["endpoint"] = beside
        await beside(scope, receive, send)
