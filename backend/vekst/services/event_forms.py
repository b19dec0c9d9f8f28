"""What an event must be like before the pack has its say: an id that can be kept; data that is flat and small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from vekst.domain.events import FieldValue
from vekst.domain.receipts import NewEvent, Problem
from vekst.domain.storable import is_storable

__all__ = ["DATA_AT_MOST", "ID_AT_MOST", "form_problem", "is_plain_id", "json_text", "storable_json"]

ID_AT_MOST: Final = 200
"""Characters of an event's id."""
DATA_AT_MOST: Final = 16_384
"""Bytes of an event's data as JSON."""
_TYPE_AT_MOST: Final = 200
_NUL: Final = b"\\u0000"
_WRITE: Final = msgspec.json.Encoder().encode


def form_problem(event: NewEvent) -> Problem | None:
    """The first thing that keeps the event from being stored under any pack, or None."""
    if not event.id or len(event.id) > ID_AT_MOST or not is_storable(event.id):
        return Problem("ID_NOT_VALID", "id", {"most": ID_AT_MOST})
    if not event.type or len(event.type) > _TYPE_AT_MOST or not is_storable(event.type):
        return Problem("TYPE_NOT_VALID", "type", {"most": _TYPE_AT_MOST})
    for name, value in event.data.items():
        if not is_storable(name):
            return Problem("TEXT_NOT_STORABLE", "data", {})
        problem = _value_problem(name, value)
        if problem is not None:
            return problem
    if len(json_text(event.data).encode()) > DATA_AT_MOST:
        return Problem("DATA_TOO_LARGE", "data", {"most": DATA_AT_MOST})
    return None


def is_plain_id(text: str) -> bool:
    """Whether the id can be kept, seen without looking at every character; False where one has to."""
    return text.isascii() and 0 < len(text) <= ID_AT_MOST and "\0" not in text


def storable_json(data: Mapping[str, FieldValue]) -> str | None:
    """The data as JSON if all of it can surely be kept; None where one has to look closer."""
    try:
        written = _WRITE(data)
    except UnicodeEncodeError:
        return None
    return None if len(written) > DATA_AT_MOST or _NUL in written else written.decode()


def json_text(data: Mapping[str, FieldValue]) -> str:
    """The data as JSON."""
    return _WRITE(data).decode()


def _value_problem(name: str, value: object) -> Problem | None:
    where = f"data.{name}"
    if isinstance(value, str):
        return None if is_storable(value) else Problem("TEXT_NOT_STORABLE", where, {"name": name})
    if isinstance(value, bool) or value is None:
        return None
    if not isinstance(value, int | float):
        return Problem("VALUE_NOT_FLAT", where, {"name": name})
    # More than 64 bits, or no number at all, would not come back as it went in. Numbers of hundreds of digits can be
    # compared, where functions of floats fail; and no comparison holds with what is no number.
    if not abs(value) < 2**63:
        return Problem("NUMBER_OUT_OF_RANGE", where, {"name": name, "min": None, "max": None})
    return None
