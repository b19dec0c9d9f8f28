"""The custom scalars of the schema: instants with an offset, dates, and JSON.

Input is read leniently on purpose: GraphQL refuses a whole request for one value that a scalar refuses, and one bad
event must never sink its batch. So a scalar hands on what it could not read, and the resolver refuses that event alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from vekst.domain.errors import InvalidInput

__all__ = ["JSON", "SCALARS", "Date", "DateTime", "Unread", "parse_instant", "read_date", "read_instant"]

DateTime = NewType("DateTime", object)
Date = NewType("Date", object)
JSON = NewType("JSON", object)

_INSTANT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?\s?([Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
# As nearly every client writes it, and Python reads it.
_USUAL: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that is not what it should be, and the code that says why."""

    code: str


def parse_instant(value: object) -> datetime | Unread:
    """The instant that a JSON value says, in UTC, or why it says none."""
    if isinstance(value, str) and _USUAL.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            return Unread("TIME_NOT_UNDERSTOOD")
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return Unread("TIME_NOT_UNDERSTOOD")
    day, minute, second, fraction, offset = match.groups()
    if offset is None:
        return Unread("TIME_WITHOUT_OFFSET")
    try:
        written = f"{day}T{minute}{second or ':00'}{(fraction or '.0')[:7]}"
        return datetime.fromisoformat(written + offset.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return Unread("TIME_NOT_UNDERSTOOD")


def _parse_date(value: object) -> date | Unread:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return Unread("DATE_NOT_UNDERSTOOD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        return Unread("DATE_NOT_UNDERSTOOD")


def _write_instant(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"not an aware datetime: {value!r}")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _write_date(value: object) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"not a date: {value!r}")
    return value.isoformat()


def read_instant(value: object, field: str) -> datetime:
    """The instant of a scalar; `InvalidInput` naming the field if it was none."""
    match value:
        case datetime():
            return value
        case Unread(code):
            raise InvalidInput(code, field=field)
        case _:
            raise InvalidInput("TIME_NOT_UNDERSTOOD", field=field)


def read_date(value: object, field: str) -> date:
    """The date of a scalar; `InvalidInput` naming the field if it was none."""
    match value:
        case date():
            return value
        case Unread(code):
            raise InvalidInput(code, field=field)
        case _:
            raise InvalidInput("DATE_NOT_UNDERSTOOD", field=field)


SCALARS: Final[dict[object, ScalarDefinition]] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant: ISO 8601 with an offset, such as 2026-03-02T09:00:00+01:00; one without an offset is refused. "
            "Answers are in UTC, to the microsecond where there is one."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_write_instant,
        parse_value=parse_instant,
    ),
    Date: strawberry.scalar(
        name="Date",
        description="A local date, such as 2026-03-02.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=_write_date,
        parse_value=_parse_date,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
