"""The ASGI endpoint `/graphql/stream`: the answers to one operation as server-sent events, one line per operation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from vekst.domain.errors import InvalidInput, NotSignedIn, TooMany, Unavailable
from vekst.graphql.answers import encoded, refused
from vekst.graphql.arrivals import COME_AGAIN, Arrivals
from vekst.graphql.context import Context
from vekst.graphql.endpoint import read_http
from vekst.graphql.execution import Admitted, Answer, Operations
from vekst.graphql.faults import masked, new_error_id, told
from vekst.graphql.languages import Languages, accepted_languages
from vekst.graphql.media import JSON

__all__ = ["EventStreamEndpoint"]

LOG: Final = structlog.get_logger(__name__)
_MEDIA: Final = "text/event-stream"
_METHODS: Final = "GET, POST"
_SIGN_OF_LIFE: Final = 15.0
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept-Language, Authorization"}


class EventStreamEndpoint:
    """GraphQL over server-sent events: `next` for each answer, `complete` at the end."""

    def __init__(self, operations: Operations, arrivals: Arrivals) -> None:
        self._operations = operations
        self._arrivals = arrivals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        http = HttpRequest(scope, receive)
        languages = Languages(accepted_languages(http.headers.get("accept-language", "")))
        try:
            response = await self._response(http, languages)
        except ClientDisconnect:
            return
        except Exception:
            error_id = new_error_id()
            LOG.exception("graphql.crashed", error_id=error_id)
            response = _plain(Answer(500, {"errors": [masked(error_id, languages.messages)]}))
        await response(scope, receive, send)

    async def _response(self, http: HttpRequest, languages: Languages) -> Response:
        locale = languages.messages
        if http.method not in ("GET", "POST"):
            return _plain(refused(405, InvalidInput("METHOD_NOT_ALLOWED"), locale, {"Allow": _METHODS}))
        request = await read_http(http, locale)
        if isinstance(request, Answer):
            return _plain(request)
        authorization = http.headers.get("authorization")
        try:
            context = await self._arrivals.context(authorization, languages)
        except (TooMany, Unavailable) as error:
            return _plain(refused(503, error, locale, COME_AGAIN))
        try:
            admitted = await self._operations.admit(request, context)
        except BaseException:
            await context.close()
            raise
        if isinstance(admitted, Answer):
            await context.close()
            return _plain(admitted)
        events = self._events(admitted, context, authorization)
        return StreamingResponse(events, headers=_HEADERS, media_type=f"{_MEDIA}; charset=utf-8")

    async def _events(self, admitted: Admitted, context: Context, authorization: str | None) -> AsyncGenerator[bytes]:
        """The text of the stream; between answers signs of life, at which the token is looked at again."""
        yield b":\n\n"
        try:
            with self._arrivals.metrics.streaming("sse"):
                async with aclosing(self._operations.answers(admitted, context)) as answers:
                    upcoming = asyncio.ensure_future(anext(answers, None))
                    due = time.monotonic() + self._patience(context)
                    try:
                        while True:
                            done, _ = await asyncio.wait({upcoming}, timeout=max(0, due - time.monotonic()))
                            # Where there is always something to tell, there would never be a lull to look in.
                            if not done or time.monotonic() >= due:
                                await self._check(authorization, context)
                                due = time.monotonic() + self._patience(context)
                            if not done:
                                yield b":\n\n"
                                continue
                            answer = upcoming.result()
                            if answer is None:
                                break
                            yield _event("next", encoded(answer.body))
                            upcoming = asyncio.ensure_future(anext(answers, None))
                    finally:
                        upcoming.cancel()
                        await asyncio.gather(upcoming, return_exceptions=True)
        except NotSignedIn as error:
            yield _event("next", encoded({"errors": [told(error, context.languages.messages)]}))
        except Exception:
            error_id = new_error_id()
            LOG.exception("graphql.stream_failed", error_id=error_id)
            yield _event("next", encoded({"errors": [masked(error_id, context.languages.messages)]}))
        finally:
            await context.close()
        yield _event("complete", b"")

    def _patience(self, context: Context) -> float:
        left = context.caller.seconds_left(self._arrivals.now())
        return min(_SIGN_OF_LIFE, max(left, 0.01))

    async def _check(self, authorization: str | None, context: Context) -> None:
        """`NotSignedIn` once the token has expired or its account is gone; while nobody can know, it goes on."""
        if context.caller.actor is None:
            return
        try:
            again = await self._arrivals.context(authorization, context.languages)
        except (TooMany, Unavailable):
            return
        await again.close()
        _ = again.actor


def _event(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


def _plain(answer: Answer) -> Response:
    return Response(encoded(answer.body), answer.status, {**_HEADERS, **answer.headers}, media_type=JSON)
