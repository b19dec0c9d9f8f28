"""How commands answer: lines for people, one JSON document for machines, both on standard output."""

from __future__ import annotations

import json
from collections.abc import Mapping

__all__ = ["answer"]


def answer(as_json: bool, document: Mapping[str, object], *lines: str) -> None:
    """Print the lines, or the document when JSON was asked for."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print(*lines, sep="\n")
