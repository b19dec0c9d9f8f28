"""Translation: one record of a foreign file into one progress event, or the reason why not; pure, and fast per row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Final

from vekst.domain.calendars import zone
from vekst.domain.events import FieldValue
from vekst.domain.receipts import NewEvent
from vekst.imports.mapping import (
    PLACEHOLDER,
    Column,
    Constant,
    Instant,
    Mapping,
    Scalar,
    TypeByColumns,
    When,
    as_text,
)
from vekst.imports.records import Columns, Record

__all__ = ["LONGEST_NAME", "NewPerson", "RefusedRow", "SkippedRow", "Translator"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FLAGS: Final = {
    **dict.fromkeys(("true", "yes", "1", "y", "t"), True),
    **dict.fromkeys(("false", "no", "0", "n", "f"), False),
}
_ID_SEPARATOR: Final = ":"
LONGEST_NAME: Final = 200
"""Characters of a person's key or name."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be added on the way, if they are not there yet."""

    person: str
    name: str
    zone: str | None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """Why a row is no event: a stable code and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that the mapping leaves out on purpose."""

    because: str


class _NotAnEvent(Exception):
    """The row is refused; carries the reason up from the part that found it."""

    def __init__(self, code: str, text: str) -> None:
        self.refusal = RefusedRow(code, text)
        super().__init__(text)


class Translator:
    """What one mapping does to the records of its file."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._type_of = _type_reader(mapping.type)
        self._instant_of = _instant_reader(mapping.at)
        self._data = [(name, _field_reader(name, part)) for name, part in mapping.data.items()]

    def __call__(self, record: Record) -> NewEvent | SkippedRow | RefusedRow:
        """The event of the record, or why there is none."""
        columns, mapping = record.columns, self._mapping
        for skip in mapping.skip:
            if _holds(skip.when, columns):
                return SkippedRow(skip.because)
        try:
            return NewEvent(
                id=self._id_of(columns),
                type=self._type_of(columns),
                occurred_at=self._instant_of(columns.get(mapping.at.column)),
                data={name: value for name, read in self._data if (value := read(columns)) is not None},
                person=self._person_of(columns),
            )
        except _NotAnEvent as error:
            return error.refusal

    def new_person(self, record: Record) -> NewPerson:
        """The person of a record, as they are added when the mapping says `create`."""
        person = self._mapping.person
        key = self._person_of(record.columns)
        name = PLACEHOLDER.sub(lambda at: as_text(record.columns.get(at[1])), person.name) if person.name else key
        return NewPerson(key, name.strip()[:LONGEST_NAME] or key, person.zone)

    def _person_of(self, columns: Columns) -> str:
        key = as_text(columns.get(self._mapping.person.column)).strip()
        if not key:
            raise _NotAnEvent("NO_PERSON", f"`{self._mapping.person.column}` is empty: it is nobody's event")
        if len(key) > LONGEST_NAME or not key.isprintable():
            raise _NotAnEvent("WRONG_PERSON", f"`{self._mapping.person.column}` is {key[:80]!r}, which is no key")
        return key

    def _id_of(self, columns: Columns) -> str:
        parts = [as_text(columns.get(name)) for name in self._mapping.id]
        if not any(parts):
            raise _NotAnEvent("NO_ID", f"{', '.join(f'`{name}`' for name in self._mapping.id)} are empty")
        return _ID_SEPARATOR.join(parts)


def _holds(when: When, columns: Columns) -> bool:
    return all(as_text(columns.get(name)) in values for name, values in when.items())


def _type_reader(spec: str | TypeByColumns) -> Callable[[Columns], str]:
    if isinstance(spec, str):
        return lambda _: spec
    names = spec.read()

    @lru_cache(maxsize=4096)
    def known(values: tuple[str, ...]) -> str | None:
        columns: Columns = dict(zip(names, values, strict=True))
        return next((rule.type for rule in spec.map if _holds(rule.when, columns)), spec.otherwise)

    def read(columns: Columns) -> str:
        values = tuple(as_text(columns.get(name)) for name in names)
        found = known(values)
        if found is None:
            shown = ", ".join(f"{name} {value[:80]!r}" for name, value in zip(names, values, strict=True))
            raise _NotAnEvent("NO_TYPE", f"no rule of the mapping gives a type for {shown}")
        return found

    return read


def _instant_reader(spec: Instant) -> Callable[[Scalar], datetime]:
    def refuse(value: Scalar, why: str) -> _NotAnEvent:
        return _NotAnEvent("WRONG_TIME", f"`{spec.column}` is {as_text(value)[:80]!r}: {why}")

    parse = _PARSERS.get(spec.format or "iso") or _parser_of(spec.format or "")
    here = zone(spec.zone) if spec.zone else None

    def read(value: Scalar) -> datetime:
        if value is None or value == "":
            raise _NotAnEvent("NO_TIME", f"`{spec.column}` is empty: nobody knows when it was")
        try:
            at = parse(value)
            if at.tzinfo is None:
                if here is None:
                    raise refuse(value, "a time without an offset; give `at` a `zone` if all of them are local")
                at = at.replace(tzinfo=here)
            return at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise refuse(value, "not a time" + (f" of the form {spec.format}" if spec.format else "")) from None

    return read


def _from_iso(value: Scalar) -> datetime:
    return datetime.fromisoformat(as_text(value))


def _from_unix(value: Scalar) -> datetime:
    return _EPOCH + timedelta(seconds=_finite(value))


def _from_unix_milliseconds(value: Scalar) -> datetime:
    return _EPOCH + timedelta(milliseconds=_finite(value))


def _parser_of(form: str) -> Callable[[Scalar], datetime]:
    # A form without an offset gives a naive time on purpose: the mapping's zone is put to it afterwards.
    return lambda value: datetime.strptime(as_text(value), form)  # noqa: DTZ007 - see above


_PARSERS: Final[dict[str, Callable[[Scalar], datetime]]] = {
    "iso": _from_iso,
    "unix": _from_unix,
    "unix-ms": _from_unix_milliseconds,
}


def _finite(value: Scalar) -> float:
    number = float(as_text(value))
    if not isfinite(number):
        raise ValueError(value)
    return number


def _field_reader(name: str, part: Column | Constant) -> Callable[[Columns], FieldValue]:
    if isinstance(part, Constant):
        return lambda _: part.value
    column, convert = part.column, _CONVERSIONS[part.as_]

    def read(columns: Columns) -> FieldValue:
        value = columns.get(column)
        if value is None or value == "":
            return None
        try:
            return convert(value)
        except (ValueError, OverflowError, KeyError):
            shown = as_text(value)[:80]
            raise _NotAnEvent("WRONG_VALUE", f"`{column}` is {shown!r}, which is no {part.as_} for `{name}`") from None

    return read


def _as_number(value: Scalar) -> FieldValue:
    text = as_text(value).strip()
    return int(text) if text.lstrip("+-").isdecimal() else _finite(text)


def _as_flag(value: Scalar) -> FieldValue:
    return _FLAGS[as_text(value).strip().lower()]


def _as_it_is(value: Scalar) -> FieldValue:
    return value


_CONVERSIONS: Final[dict[str | None, Callable[[Scalar], FieldValue]]] = {
    None: _as_it_is,
    "text": as_text,
    "number": _as_number,
    "flag": _as_flag,
}
