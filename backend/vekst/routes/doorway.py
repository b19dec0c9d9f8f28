"""What every request passes: it gets an id for the logs and a span, its answer the headers that keep browsers safe."""

from __future__ import annotations

from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vekst.signals import Signals
from vekst.signals.causes import request_id, within_request

__all__ = ["Doorway"]

_ID: Final = b"x-request-id"
# As servers send them: names in lower case, in bytes.
_SAFE: Final = (
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_SAFE_OVER_TLS: Final = (*_SAFE, (b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
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
        name = request_id(headers.get("X-Request-Id"))
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
        self._more = [(_ID, name.encode("latin-1")), *(_SAFE_OVER_TLS if over_tls else _SAFE)]
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            chosen = {header for header, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(each for each in self._more if each[0] not in chosen)]
        await self._send(message)
