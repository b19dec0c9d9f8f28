"""The ASGI endpoint `/graphql`: GraphQL over HTTP as its draft wants it, with nothing before it but the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from time import perf_counter
from typing import Any, Final

import orjson
import structlog
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vekst.domain.claims import Verifier
from vekst.domain.errors import InvalidInput, TooMany, VekstError
from vekst.factory import Factory
from vekst.graphql.authentication import authenticate
from vekst.graphql.context import Context
from vekst.graphql.execution import Answer, Operations, Request
from vekst.graphql.faults import masked, new_error_id, told
from vekst.graphql.http_body import read_body, read_get, read_post
from vekst.graphql.languages import Languages, accepted_languages
from vekst.graphql.media import GRAPHQL_RESPONSE, JSON, answer_type, is_json
from vekst.graphql.metrics import GraphQLMetrics
from vekst.graphql.page import try_page, wants_page

__all__ = ["GraphQLEndpoint"]

LOG: Final = structlog.get_logger(__name__)
_METHODS: Final = "GET, POST"


class GraphQLEndpoint:
    """One endpoint; the factory is there once the process has started. `page` shows browsers one to try queries on."""

    def __init__(
        self,
        operations: Operations,
        factory: Callable[[], Factory],
        verifier: Verifier,
        metrics: GraphQLMetrics,
        clock: Callable[[], datetime],
        *,
        page: bool = False,
    ) -> None:
        self._operations = operations
        self._factory = factory
        self._verifier = verifier
        self._metrics = metrics
        self._clock = clock
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        http = HttpRequest(scope, receive)
        accept = http.headers.get("accept", "")
        if self._page and wants_page(http.method, accept) and "query" not in http.query_params:
            await try_page()(scope, receive, send)
            return
        started = perf_counter()
        media = answer_type(accept)
        languages = Languages(accepted_languages(http.headers.get("accept-language", "")))
        try:
            answer = await self._answer(http, media, languages)
        except ClientDisconnect:
            return
        except Exception:
            error_id = new_error_id()
            LOG.exception("graphql.crashed", error_id=error_id)
            answer = Answer(500, {"errors": [masked(error_id, languages.messages)]})
        self._metrics.answered(answer.kind, answer.status, perf_counter() - started)
        await _response(answer, media or GRAPHQL_RESPONSE)(scope, receive, send)

    async def _answer(self, http: HttpRequest, media: str | None, languages: Languages) -> Answer:
        locale = languages.messages
        if http.method not in ("GET", "POST"):
            return _refused(405, InvalidInput("METHOD_NOT_ALLOWED"), locale, {"Allow": _METHODS})
        if media is None:
            return _refused(406, InvalidInput("ANSWER_NOT_ACCEPTABLE"), locale)
        if http.method == "POST" and not is_json(http.headers.get("content-type")):
            return _refused(415, InvalidInput("MEDIA_TYPE_NOT_SUPPORTED"), locale, {"Accept-Post": JSON})
        try:
            request = await _read(http)
        except TooMany as error:
            return _refused(413, error, locale)
        except InvalidInput as error:
            return _refused(400, error, locale)
        factory = self._factory()
        caller = await authenticate(http.headers.get("authorization"), self._verifier, factory)
        if caller.actor is not None:
            languages = languages.then(caller.actor.locale)
        context = Context(factory, caller, languages, self._clock(), self._metrics)
        try:
            await context.settle_language()
            return _for_media(await self._operations.run(request, context), media)
        finally:
            await context.close()


async def _read(http: HttpRequest) -> Request:
    if http.method == "GET":
        return read_get(http.query_params)
    return read_post(await read_body(http))


def _for_media(answer: Answer, media: str) -> Answer:
    """Clients of plain JSON take any status but 200 for a broken line: a request that was understood gets 200."""
    if media == JSON and answer.status == 400:
        return answer.with_status(200)
    return answer


def _refused(status: int, error: VekstError, locale: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"errors": [told(error, locale)]}, headers=headers or {})


def _response(answer: Answer, media: str) -> Response:
    return Response(
        _encoded(answer.body),
        answer.status,
        {**answer.headers, "Cache-Control": "no-store", "Vary": "Accept, Accept-Language, Authorization"},
        media_type=f"{media}; charset=utf-8",
    )


def _encoded(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        # A text that a client sent may hold half a surrogate pair; escaped, it goes back as it came.
        return json.dumps(body, ensure_ascii=True, allow_nan=False).encode("ascii")
