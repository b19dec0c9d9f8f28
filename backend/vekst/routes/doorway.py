"""What every request passes: it gets an id for the logs and a span, its answer the headers that keep browsers safe."""

from __future__ import annotations

from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vekst.signals import Signals
from vekst.signals.causes import request_id, within_request

__all__ = ["Doorway"]

_ID: Final = "X-Request-Id"
_SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_OVER_TLS: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
_NOT_ASCII: Final = {
    "error": "QUERY_STRING_NOT_ASCII",
    "message": "The query string holds bytes beyond ASCII. Write each of them as % and two hexadecimal digits.",
}
_log = structlog.get_logger(__name__)


class Doorway:
    """An ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, signals: Signals) -> None:
        self._app = app
        self._tracing = signals.tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = request_id(headers.get(_ID))
        with within_request(name):
            if scope["type"] == "websocket":
                await self._app(scope, receive, send)
                return
            with self._tracing.serving(scope["method"], headers) as span:
                span.set_attributes({"vekst.request_id": name, "http.request.method": scope["method"]})
                answer = _Answer(send, name, over_tls=scope.get("scheme") == "https")
                try:
                    if scope["query_string"].isascii():
                        await self._app(scope, receive, answer)
                    else:
                        told = {**_NOT_ASCII, "requestId": name}
                        await JSONResponse(told, status_code=400)(scope, receive, answer)
                except Exception:  # noqa: BLE001 - whatever it is, the client is told no more than an id
                    _log.exception("request.crashed", path=_path(scope))
                    if answer.status is None:
                        told = {"error": "INTERNAL", "requestId": name}
                        await JSONResponse(told, status_code=500)(scope, receive, answer)
                span.update_name(f"{scope['method']} {_path(scope)}".strip())
                span.set_attribute("http.response.status_code", answer.status or 0)


def _path(scope: Scope) -> str:
    """The path, where the app has one like it: what is asked for else may hold anything, such as a token."""
    return str(scope["path"]) if "endpoint" in scope else ""


class _Answer:
    """Sends what the app sends, with the headers added that it did not choose itself."""

    def __init__(self, send: Send, name: str, *, over_tls: bool) -> None:
        self._send = send
        self._more = {_ID: name, **_SAFE, **(_OVER_TLS if over_tls else {})}
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for header, value in self._more.items():
                headers.setdefault(header, value)
        await self._send(message)
