"""The ASGI endpoint `/graphql`: GraphQL over HTTP as its draft wants it, with nothing before it but the server."""

from __future__ import annotations

from time import perf_counter
from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vekst.domain.errors import InvalidInput, TooMany, Unavailable
from vekst.graphql.answers import encoded, entity_tag, refused
from vekst.graphql.arrivals import COME_AGAIN, Arrivals
from vekst.graphql.compression import compressed
from vekst.graphql.execution import Answer, Operations
from vekst.graphql.faults import masked, new_error_id
from vekst.graphql.http_body import QUERY_STRING_AT_MOST, read_body, read_get, read_post
from vekst.graphql.languages import Languages, accepted_languages
from vekst.graphql.media import GRAPHQL_RESPONSE, JSON, answer_type, is_json
from vekst.graphql.page import try_page, wants_page
from vekst.graphql.request import Request

__all__ = ["GraphQLEndpoint", "read_http"]

LOG: Final = structlog.get_logger(__name__)
_METHODS: Final = "GET, POST"


class GraphQLEndpoint:
    """One endpoint; `page` shows browsers one to try queries on."""

    def __init__(self, operations: Operations, arrivals: Arrivals, *, page: bool = False) -> None:
        self._operations = operations
        self._arrivals = arrivals
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
        self._arrivals.metrics.answered(answer.kind, answer.status, perf_counter() - started)
        await _response(answer, media or GRAPHQL_RESPONSE, http)(scope, receive, send)

    async def _answer(self, http: HttpRequest, media: str | None, languages: Languages) -> Answer:
        locale = languages.messages
        if http.method not in ("GET", "POST"):
            return refused(405, InvalidInput("METHOD_NOT_ALLOWED"), locale, {"Allow": _METHODS})
        if media is None:
            return refused(406, InvalidInput("ANSWER_NOT_ACCEPTABLE"), locale)
        request = await read_http(http, locale)
        if isinstance(request, Answer):
            return request
        try:
            context = await self._arrivals.context(http.headers.get("authorization"), languages)
        except (TooMany, Unavailable) as error:
            return refused(503, error, locale, COME_AGAIN)
        try:
            return _for_media(await self._operations.run(request, context), media)
        finally:
            await context.close()


async def read_http(http: HttpRequest, locale: str) -> Request | Answer:
    """The GraphQL request of a GET or POST, or why it can't be read."""
    if http.method == "POST" and not is_json(http.headers.get("content-type")):
        return refused(415, InvalidInput("MEDIA_TYPE_NOT_SUPPORTED"), locale, {"Accept-Post": JSON})
    length = len(http.scope["query_string"])
    if length > QUERY_STRING_AT_MOST:
        detail = f"query string: {length} bytes, at most {QUERY_STRING_AT_MOST}."
        return refused(414, TooMany("OPERATION_TOO_LARGE", detail=detail), locale)
    try:
        return read_get(http.query_params) if http.method == "GET" else read_post(await read_body(http))
    except TooMany as error:
        return refused(413, error, locale)
    except InvalidInput as error:
        return refused(400, error, locale)


def _for_media(answer: Answer, media: str) -> Answer:
    """Clients of plain JSON take any status but 200 for a broken line: a request that was understood gets 200."""
    if media == JSON and answer.status == 400:
        return answer.with_status(200)
    return answer


def _response(answer: Answer, media: str, http: HttpRequest) -> Response:
    body = encoded(answer.body)
    headers = {
        "Cache-Control": "no-store",
        "Vary": "Accept, Accept-Encoding, Accept-Language, Authorization",
        **answer.headers,
    }
    if http.method == "GET" and answer.is_sound and _names_its_operation(http):
        # Kept by the caller alone, and asked about each time; what did not change is not sent again.
        headers |= {"Cache-Control": "private, no-cache", "ETag": (tag := entity_tag(body, media))}
        if tag in http.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
    body, encoding = compressed(body, http.headers.get("accept-encoding", ""))
    return Response(body, answer.status, {**headers, **encoding}, media_type=f"{media}; charset=utf-8")


def _names_its_operation(http: HttpRequest) -> bool:
    return "documentId" in http.query_params or "persistedQuery" in http.query_params.get("extensions", "")
