"""One GraphQL request, whatever transport brought it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the text, or the SHA-256 `digest` of one that is known, or both to make it known."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    only_reads: bool = False
    digest: str | None = None
    registered: bool = False
    """Whether the operation is known beforehand: a trusted one, or one that was found under its digest."""
