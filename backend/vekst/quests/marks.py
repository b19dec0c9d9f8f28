"""Marks: what a rule says, without words and points, as a short hash.

By it a checkpoint finds the accumulators of a rule again. A rule that is written otherwise has another mark, even where
it means the same: it then begins where the events begin that are still there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from hashlib import blake2b

from pydantic import BaseModel

__all__ = ["mark"]


def mark(kind: str, key: str, *parts: object) -> str:
    """The mark of the rule of that kind and key which these parts of its document make."""
    text = json.dumps([kind, key, [_plain(part) for part in parts]], sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(value: object) -> object:
    """The value as JSON; the name of a model's class says what kind of node it is."""
    match value:
        case BaseModel():
            return [type(value).__name__, {name: _plain(getattr(value, name)) for name in type(value).model_fields}]
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case set() | frozenset():
            return sorted((_plain(each) for each in value), key=str)
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return str(value)
