"""The API process: one ASGI app with `/graphql` and the routes beside it, and the rule that says who may sign in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from vekst.domain.claims import Verifier
from vekst.factory import Factory, Process, signals_of
from vekst.graphql.arrivals import Arrivals
from vekst.graphql.endpoint import GraphQLEndpoint
from vekst.graphql.event_stream import EventStreamEndpoint
from vekst.graphql.execution import Operations
from vekst.graphql.limits import Limits
from vekst.graphql.metrics import GraphQLMetrics
from vekst.graphql.page import page_routes
from vekst.graphql.persisted import NoTrustedDocumentsError, PersistedQueries, trusted_documents
from vekst.graphql.schema import build_schema
from vekst.graphql.websocket import WebSocketEndpoint
from vekst.routes.beside import AppWithApps
from vekst.routes.doorway import Doorway
from vekst.routes.health import health_router
from vekst.routes.keys import keys_router
from vekst.routes.metrics import metrics_router
from vekst.services.clock import Clock, system_clock
from vekst.settings import Settings
from vekst.signals import Signals
from vekst.tokens import ClaimNames, DevelopmentIssuer, RemoteIssuer

__all__ = ["NoIssuerError", "NoTrustedDocumentsError", "create_app"]


class NoIssuerError(RuntimeError):
    """Outside development nothing starts without a real issuer of tokens."""

    def __init__(self) -> None:
        super().__init__("VEKST_ISSUER is not set: a token issuer is required unless VEKST_MODE is development")


@dataclass
class _Started:
    """The process, once the server has started it."""

    process: Process | None = None

    def get(self) -> Process:
        """The process; `RuntimeError` before it has started."""
        if self.process is None:
            raise RuntimeError("the process has not started")
        return self.process


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock = system_clock,
    limits: Limits | None = None,
    signals: Signals | None = None,
) -> FastAPI:
    """The app; `NoIssuerError` where nobody could sign in. It connects when the server starts it."""
    chosen = settings or Settings()
    issuer = None if chosen.issuer else _development_issuer(chosen, clock)
    started = _Started()
    told = signals or signals_of(chosen, "vekst-api")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Process.running(chosen, clock=clock, signals=told) as process:
            app.state.process = started.process = process
            yield

    trusted = trusted_documents(chosen.trusted_documents) if chosen.trusted_documents else None
    operations = Operations(
        build_schema(),
        development=chosen.development,
        limits=limits or _limits(chosen),
        persisted=PersistedQueries(trusted, only_trusted=chosen.only_trusted_documents),
        tracing=told.tracing,
    )
    arrivals = Arrivals(
        lambda: Factory(started.get()),
        issuer.verifier() if issuer else _verifier(chosen, clock),
        GraphQLMetrics(told.metrics.registry),
        clock,
    )
    endpoint = GraphQLEndpoint(operations, arrivals, page=chosen.development)
    app = AppWithApps("Vekst", lifespan, apps={"/graphql": endpoint}, guard=_guard(chosen, told))
    app.router.routes += [
        # Also as a route: behind a prefix it is asked for under another path.
        Route("/graphql", endpoint),
        WebSocketRoute("/graphql", WebSocketEndpoint(operations, arrivals)),
        Route("/graphql/stream", EventStreamEndpoint(operations, arrivals)),
    ]
    if chosen.development:
        app.router.routes += page_routes()
    app.include_router(health_router(started.get))
    app.include_router(metrics_router(told.metrics.registry, started.get))
    if issuer is not None:
        app.include_router(keys_router(issuer.jwks()))
    return app


def _limits(settings: Settings) -> Limits:
    return Limits(
        cost=settings.operation_cost,
        per_minute=settings.requests_per_minute,
        organisation_per_minute=settings.organisation_requests_per_minute,
    )


def _guard(settings: Settings, signals: Signals) -> Callable[[ASGIApp], ASGIApp]:
    """What every request passes; pages of other origins are let in only where some are named."""

    def guarded(app: ASGIApp) -> ASGIApp:
        if settings.origins:
            app = CORSMiddleware(
                app,
                allow_origins=list(settings.origins),
                allow_methods=["GET", "POST"],
                allow_headers=["Accept-Language", "Authorization", "Content-Type", "If-None-Match", "X-Request-Id"],
                expose_headers=["ETag", "Retry-After", "X-Request-Id"],
                max_age=600,
            )
        return Doorway(app, signals)

    return guarded


def _development_issuer(settings: Settings, clock: Clock) -> DevelopmentIssuer:
    if not settings.development:
        raise NoIssuerError
    return DevelopmentIssuer.open(settings.data_dir, clock)


def _verifier(settings: Settings, clock: Clock) -> Verifier:
    names = ClaimNames(settings.claim_org, settings.claim_person, settings.claim_integration)
    return RemoteIssuer(settings.issuer or "", audience=settings.audience, clock=clock, names=names)
