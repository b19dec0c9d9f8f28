"""Whether an event's type and data fit the pack; the answer is a problem with a code, never an exception."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Final

from vekst.domain.events import RESERVED_PREFIX, FieldValue, RecordedBy
from vekst.domain.receipts import Problem
from vekst.engine.pack import EventType, Field, Pack

__all__ = ["LARGEST_NUMBER", "TEXT_AT_MOST", "data_problem", "event_problems", "time_off_days"]

LARGEST_NUMBER: Final = 10**15
"""Numbers up to this size keep 15 digits, whichever way they travel."""
TEXT_AT_MOST: Final = 2_000


def event_problems(
    pack: Pack, type_key: str, data: Mapping[str, FieldValue], recorded_by: RecordedBy
) -> Problem | None:
    """The first thing that is wrong with a client's event under the pack, or None."""
    if type_key.startswith(RESERVED_PREFIX):
        return Problem("RESERVED_TYPE", "type", {"type": type_key})
    event_type = pack.event_types.get(type_key)
    if event_type is None:
        return Problem("UNKNOWN_TYPE", "type", {"type": type_key, "nearest": _nearest(type_key, pack.event_types)})
    if recorded_by not in event_type.recorded_by:
        return Problem("NOT_RECORDED_BY", "type", {"type": type_key, "recorded_by": recorded_by.value})
    return data_problem(event_type, data)


def data_problem(event_type: EventType, data: Mapping[str, FieldValue]) -> Problem | None:
    """The first field that is missing, unknown or not what it should be, or None."""
    for name, value in data.items():
        field = event_type.fields.get(name)
        if field is None:
            return Problem(
                "UNKNOWN_FIELD", f"data.{name}", {"name": name, "nearest": _nearest(name, event_type.fields)}
            )
        if value is not None:
            problem = _value_problem(name, field, value)
            if problem is not None:
                return problem
    for name, field in event_type.fields.items():
        if field.required and data.get(name) is None:
            return Problem("MISSING_FIELD", f"data.{name}", {"name": name})
    return None


def _value_problem(name: str, field: Field, value: FieldValue) -> Problem | None:
    where = f"data.{name}"
    if field.type == "flag":
        return None if isinstance(value, bool) else Problem("NOT_A_FLAG", where, {"name": name})
    if field.type == "number":
        return _number_problem(name, field, value)
    if not isinstance(value, str):
        return Problem("NOT_A_TEXT", where, {"name": name})
    if field.type == "choice" and value not in field.of:
        return Problem("NOT_A_CHOICE", where, {"name": name, "choices": ", ".join(field.of), "value": value[:80]})
    if len(value) > TEXT_AT_MOST:
        return Problem("TEXT_TOO_LONG", where, {"name": name, "most": TEXT_AT_MOST})
    return None


def _number_problem(name: str, field: Field, value: FieldValue) -> Problem | None:
    where = f"data.{name}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Problem("NOT_A_NUMBER", where, {"name": name})
    if not abs(value) <= LARGEST_NUMBER:  # which is also what is no number
        return Problem("NUMBER_OUT_OF_RANGE", where, {"name": name, "min": field.min, "max": field.max})
    if (field.min is not None and value < field.min) or (field.max is not None and value > field.max):
        return Problem("NUMBER_OUT_OF_RANGE", where, {"name": name, "min": field.min, "max": field.max})
    return None


def _nearest(name: str, known: Mapping[str, object]) -> str | None:
    return next(iter(get_close_matches(name, known, n=1)), None)


def time_off_days(data: Mapping[str, FieldValue]) -> tuple[int, int] | None:
    """The ordinals of the first and last date of a time off (S7), or None where the data does not say them."""
    try:
        first, last = (date.fromisoformat(str(data[name])).toordinal() for name in ("from", "until"))
    except (KeyError, ValueError):
        return None
    return (first, last) if first <= last else None
