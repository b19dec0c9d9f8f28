"""How errors are told in an answer: expected ones by code in the caller's language, all others masked under an id."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from graphql import GraphQLError

from vekst.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, TooMany, Unavailable, VekstError
from vekst.domain.texts import cure, text

__all__ = ["Discreet", "masked", "new_error_id", "told", "told_all"]

_LOG: Final = structlog.get_logger(__name__)

_KINDS: Final = (NotSignedIn, NotAllowed, InvalidInput, TooMany, Unavailable, NotFound)

Told = dict[str, Any]
"""One entry of `errors` in an answer."""

Discreet = Callable[[str], str]
"""What may be said of a message of GraphQL's own."""


def told(error: VekstError, locale: str) -> Told:
    """An expected error: `code` says its kind, `reason` exactly what."""
    if error.code == "PERSISTED_QUERY_NOT_FOUND":
        # Clients know these words, and send the text along.
        return {"message": "PersistedQueryNotFound", "extensions": {"code": error.code, "reason": error.code}}
    kind = next((kind.code for kind in _KINDS if isinstance(error, kind)), VekstError.code)
    extensions: Told = {"code": kind, "reason": error.code}
    if error.field:
        extensions["field"] = error.field
    if words := cure(error.code, locale, **error.params):
        extensions["cure"] = words
    return {"message": text(error.code, locale, **error.params), "extensions": extensions}


def masked(error_id: str, locale: str) -> Told:
    """An unexpected error: the caller is told the id under which the log says what it was."""
    extensions = {"code": "INTERNAL", "reason": "INTERNAL", "errorId": error_id}
    if words := cure("INTERNAL", locale, error_id=error_id):
        extensions["cure"] = words
    return {"message": text("INTERNAL", locale, error_id=error_id), "extensions": extensions}


def new_error_id() -> str:
    """An id for one error."""
    return secrets.token_hex(6)


def told_all(
    errors: Iterable[GraphQLError], locale: str, *, code: str, discreet: Discreet, operation: str | None = None
) -> list[Told]:
    """The errors of an operation; those of the request itself are told under `code`, with GraphQL's detail."""
    return [{**_told(error, locale, code, discreet, operation), **_whereabouts(error)} for error in errors]


def _told(error: GraphQLError, locale: str, code: str, discreet: Discreet, operation: str | None) -> Told:
    cause = error.original_error
    if isinstance(cause, VekstError):
        return told(cause, locale)
    if cause is None or _is_coercion(error):
        kind = TooMany if code == "OPERATION_TOO_LARGE" else InvalidInput
        return told(kind(code, detail=discreet(error.message)), locale)
    error_id = new_error_id()
    _LOG.error("graphql.failed", error_id=error_id, operation=operation, path=error.path, exc_info=cause)
    return masked(error_id, locale)


def _is_coercion(error: GraphQLError) -> bool:
    """Whether GraphQL itself refused a value of the request: such an error has no place in the answer."""
    return error.path is None


def _whereabouts(error: GraphQLError) -> Told:
    place: Told = {}
    if error.locations:
        place["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        place["path"] = error.path
    return place
