"""How answers are written: bodies as JSON, refusals of a request that never became an operation."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from hashlib import blake2s
from typing import Any, Final

import orjson

from vekst.domain.errors import VekstError
from vekst.graphql.execution import Answer
from vekst.graphql.faults import told

__all__ = ["compressed", "encoded", "entity_tag", "refused"]

_WORTH_COMPRESSING: Final = 1_000
_GZIP: Final = re.compile(
    r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q\s*=\s*(?P<q>[01](?:\.\d{0,3})?)\s*)?(?=,|$)", re.IGNORECASE
)


def refused(status: int, error: VekstError, locale: str, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer that says why a request is not run."""
    return Answer(status, {"errors": [told(error, locale)]}, headers=headers or {})


def encoded(body: Mapping[str, Any]) -> bytes:
    """The body as JSON in UTF-8."""
    try:
        return orjson.dumps(body)
    except TypeError:
        # A text that a client sent may hold half a surrogate pair; escaped, it goes back as it came.
        return json.dumps(body, ensure_ascii=True, allow_nan=False).encode("ascii")


def compressed(body: bytes, accept_encoding: str) -> tuple[bytes, dict[str, str]]:
    """The body as small as the client can read it, with the header that says how."""
    accepted = _GZIP.search(accept_encoding)
    if len(body) < _WORTH_COMPRESSING or accepted is None or float(accepted["q"] or 1) == 0:
        return body, {}
    # Bodies hold nothing secret beside what a caller chose, so their length tells nothing.
    return gzip.compress(body, compresslevel=5, mtime=0), {"Content-Encoding": "gzip"}


def entity_tag(body: bytes, media: str) -> str:
    """A tag of the answer that is the same for the same bytes, however they are compressed."""
    return f'W/"{blake2s(media.encode() + body, digest_size=12).hexdigest()}"'
