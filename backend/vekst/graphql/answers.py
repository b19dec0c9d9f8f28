"""How answers are written: bodies as JSON, refusals of a request that never became an operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2s
from typing import Any

import orjson

from vekst.domain.errors import VekstError
from vekst.graphql.execution import Answer
from vekst.graphql.faults import told
from vekst.graphql.lasting import AS_JSON

__all__ = ["encoded", "entity_tag", "refused"]


def refused(status: int, error: VekstError, locale: str, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer that says why a request is not run."""
    return Answer(status, {"errors": [told(error, locale)]}, headers=headers or {})


def encoded(body: Mapping[str, Any]) -> bytes:
    """The body as JSON in UTF-8."""
    try:
        return orjson.dumps(body, option=AS_JSON)
    except TypeError:
        # A text that a client sent may hold half a surrogate pair; escaped, it goes back as it came.
        return json.dumps(body, ensure_ascii=True, allow_nan=False, default=_written).encode("ascii")


def _written(value: object) -> object:
    """An instant, a date or a list written before of a compiled answer, as orjson writes it."""
    return orjson.loads(orjson.dumps(value, option=AS_JSON))


def entity_tag(body: bytes, media: str) -> str:
    """A tag of the answer that is the same for the same bytes, however they are compressed."""
    return f'W/"{blake2s(media.encode() + body, digest_size=12).hexdigest()}"'
