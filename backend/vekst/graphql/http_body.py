"""Reads GraphQL requests off HTTP: bounded bodies, JSON in UTF-8, and parameters of the right types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NoReturn

import orjson
from starlette.requests import Request as HttpRequest

from vekst.domain.errors import InvalidInput, TooMany
from vekst.graphql.request import Request

__all__ = [
    "BODY_AT_MOST",
    "QUERY_STRING_AT_MOST",
    "read_body",
    "read_get",
    "read_message",
    "read_object",
    "read_post",
]

BODY_AT_MOST: Final = 1_000_000
QUERY_STRING_AT_MOST: Final = 65_536
"""Bytes; not every server bounds what it takes, and a parameter costs far more to read than to send."""
_DRAINED_AT_MOST: Final = 64_000_000


async def read_body(http: HttpRequest, most: int = BODY_AT_MOST) -> bytes:
    """The body; `TooMany` for one that is larger, of which nothing is kept.

    The rest of a large body is taken off the line and dropped, up to a bound: a client that is still sending when the
    line closes would see a broken connection instead of the answer.
    """
    announced = http.headers.get("content-length", "")
    too_large = announced.isdigit() and int(announced) > most
    if too_large and (http.headers.get("expect") or int(announced) > _DRAINED_AT_MOST):
        raise TooMany("BODY_TOO_LARGE", limit=most)
    chunks: list[bytes] = []
    size = 0
    async for chunk in http.stream():
        size += len(chunk)
        too_large = too_large or size > most
        if too_large:
            chunks.clear()
        else:
            chunks.append(chunk)
        if size > _DRAINED_AT_MOST:
            break
    if too_large:
        raise TooMany("BODY_TOO_LARGE", limit=most)
    return b"".join(chunks)


def read_post(body: bytes) -> Request:
    """The request of a JSON body; `InvalidInput` says what is wrong with it."""
    document = _json(body, "BODY_NOT_JSON")
    if isinstance(document, list):
        raise InvalidInput("BATCHING_NOT_SUPPORTED")
    if not isinstance(document, dict):
        raise InvalidInput("BODY_NOT_JSON", detail="not an object")
    return _request(document, only_reads=False)


def read_message(content: str | bytes) -> dict[str, object]:
    """A message of a line, read as a body is; `InvalidInput` for what is no JSON object."""
    body = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    document = _json(body, "BODY_NOT_JSON")
    if not isinstance(document, dict):
        raise InvalidInput("BODY_NOT_JSON", detail="not an object")
    return document


def read_object(document: Mapping[str, object]) -> Request:
    """The request of an object that came over a line."""
    return _request(document, only_reads=False)


def read_get(parameters: Mapping[str, str]) -> Request:
    """The request of a query string, in which variables and extensions are JSON."""
    document: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            document[name] = _json(parameters[name].encode("utf-8", "surrogatepass"), "PARAMETER_NOT_JSON", name)
        else:
            document.pop(name, None)
    return _request(document, only_reads=True)


def _request(document: Mapping[str, object], *, only_reads: bool) -> Request:
    query = document.get("query")
    if query is not None and not isinstance(query, str):
        raise InvalidInput("QUERY_MISSING", field="query")
    name = document.get("operationName")
    if name is not None and not isinstance(name, str):
        raise InvalidInput("PARAMETER_NOT_A_TEXT", field="operationName", name="operationName")
    variables, extensions = (_object(document, key) for key in ("variables", "extensions"))
    digest = _digest(document, extensions or {})
    if not query and digest is None:
        raise InvalidInput("QUERY_MISSING", field="query")
    return Request(query or "", variables, name or None, only_reads, digest)


def _digest(document: Mapping[str, object], extensions: Mapping[str, object]) -> str | None:
    """The hash that names the operation: as a document's id, or as automatic persisted queries say it."""
    named = document.get("documentId")
    if isinstance(named, str):
        return named.removeprefix("sha256:").lower()
    persisted = extensions.get("persistedQuery")
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if persisted is not None and not isinstance(digest, str):
        raise InvalidInput("PARAMETER_NOT_A_TEXT", field="extensions", name="sha256Hash")
    return digest.lower() if isinstance(digest, str) else None


def _object(document: Mapping[str, object], name: str) -> dict[str, object] | None:
    value = document.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise InvalidInput("PARAMETER_NOT_AN_OBJECT", field=name, name=name)


def _json(body: bytes, code: str, name: str | None = None) -> object:
    """The value of the text: one bad character in one event must not sink its batch, so lone surrogates are let in."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        detail = str(error)
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(code, field=name, name=name, detail=detail) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
