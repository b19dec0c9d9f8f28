"""How an answer's bytes are made smaller: zstd or gzip, whichever the client would rather have."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Mapping
from typing import Final

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["compressed"]

_WORTH_COMPRESSING: Final = 1_000
_ALIASES: Final = {"x-gzip": "gzip"}
_CODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "zstd": lambda body: zstd.compress(body, level=3),
    "gzip": lambda body: gzip.compress(body, compresslevel=5, mtime=0),
}
"""The codings there are; of those that a client likes equally well, the first."""


def compressed(body: bytes, accept_encoding: str) -> tuple[bytes, dict[str, str]]:
    """The body as small as the client can read it, with the header that says how."""
    coding = _chosen(accept_encoding) if len(body) >= _WORTH_COMPRESSING else None
    if coding is None:
        return body, {}
    # Bodies hold nothing secret beside what a caller chose, so their length tells nothing.
    return _CODINGS[coding](body), {"Content-Encoding": coding}


def _chosen(accept_encoding: str) -> str | None:
    """The coding that the client likes best; None where it wants none, or would rather have the plain text."""
    wanted = _qualities(accept_encoding)
    others = wanted.get("*", 0.0)
    # A client that names no codings at all is left alone; one that likes plain text better gets that.
    best, chosen = wanted.get("identity", 0.0), None
    for coding in _CODINGS:
        quality = wanted.get(coding, others)
        if quality > best or (chosen is None and quality == best > 0):
            best, chosen = quality, coding
    return chosen


def _qualities(header: str) -> dict[str, float]:
    """How much each coding of an Accept-Encoding header is wanted; one that can't be read is not."""
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        if name:
            found[_ALIASES.get(name, name)] = _quality(parameters)
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0
