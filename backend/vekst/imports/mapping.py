"""Mapping documents: which column of a foreign file is which part of a progress event; read before the first row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from vekst.domain.calendars import has_zone
from vekst.domain.events import RESERVED_PREFIX, RESERVED_SOURCES, RecordedBy

__all__ = [
    "PLACEHOLDER",
    "Column",
    "Constant",
    "DataPart",
    "Instant",
    "Mapping",
    "Person",
    "Scalar",
    "Skip",
    "TypeByColumns",
    "TypeRule",
    "When",
    "as_text",
]

PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
"""A column's name in a text such as `Agent {resource}`."""

Scalar = str | int | float | bool | None


def as_text(value: Scalar) -> str:
    """A value as a CSV file would have it, so that a `when` reads the same whatever the format."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return str(value)


def _zone(name: str) -> str:
    if not has_zone(name):
        raise ValueError(f"{name!r} is no IANA zone (such as Europe/Oslo)")
    return name


def _source(name: str) -> str:
    if name in RESERVED_SOURCES:
        raise ValueError(f"the source {name!r} is reserved; name the system that the file comes from")
    return name


def _event_type(name: str) -> str:
    if name.startswith(RESERVED_PREFIX):
        raise ValueError(f"types that begin with {RESERVED_PREFIX!r} are reserved")
    return name


def _texts(value: object) -> object:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(as_text(one) if isinstance(one, Scalar) else one for one in values)


def _in_a_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1)]
ZoneName = Annotated[str, AfterValidator(_zone)]
EventTypeName = Annotated[str, Field(min_length=1), AfterValidator(_event_type)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Person(_Document):
    """Whose event it is: the column with the person's key; `create` adds people who are not there yet."""

    column: Name
    create: bool = False
    name: Name | None = None
    zone: ZoneName | None = None

    def columns(self) -> Iterator[str]:
        """The columns this part reads."""
        yield self.column
        yield from PLACEHOLDER.findall(self.name or "")


class Instant(_Document):
    """When it happened: ISO 8601 with an offset, unless `zone` or `format` (strptime's, `unix`, `unix-ms`) say else."""

    column: Name
    zone: ZoneName | None = None
    format: Name | None = None


When = Annotated[dict[Name, Texts], Field(min_length=1)]
"""Column to value, or to a list of values: all the columns must hold one of theirs."""


class TypeRule(_Document):
    """One line of the table from columns to an event type."""

    when: When
    type: EventTypeName


class TypeByColumns(_Document):
    """The event type by the first rule that holds; `otherwise` for the rest, which are refused without it."""

    columns: tuple[Name, ...] = ()
    map: tuple[TypeRule, ...] = Field(min_length=1)
    otherwise: EventTypeName | None = None

    @model_validator(mode="after")
    def _rules_stay_in_columns(self) -> Self:
        if self.columns:
            for rule in self.map:
                for column in rule.when:
                    if column not in self.columns:
                        raise ValueError(f"a rule asks for {column!r}, which is not among `columns`; add it there")
        return self

    def read(self) -> tuple[str, ...]:
        """The columns that the rules look at, each once."""
        return self.columns or tuple(dict.fromkeys(column for rule in self.map for column in rule.when))


class Column(_Document):
    """A field filled from a column; without `as` the value is taken as the file has it. An empty value is left out."""

    column: Name
    as_: Literal["number", "text", "flag"] | None = Field(default=None, alias="as")


class Constant(_Document):
    """A field with the same value on every event."""

    value: str | int | float | bool


def _data_part(value: object) -> str:
    return "<constant>" if isinstance(value, Constant) or (isinstance(value, dict) and "value" in value) else "<column>"


def _event_type_part(value: object) -> str:
    return "<text>" if isinstance(value, str) else "<table>"


DataPart = Annotated[
    Annotated[Column, BeforeValidator(_as_column), Tag("<column>")] | Annotated[Constant, Tag("<constant>")],
    Discriminator(_data_part),
]
EventType = Annotated[
    Annotated[EventTypeName, Tag("<text>")] | Annotated[TypeByColumns, Tag("<table>")], Discriminator(_event_type_part)
]


class Skip(_Document):
    """Rows that are left out on purpose, and why; they are counted apart from the refused ones."""

    when: When
    because: Name


class Mapping(_Document):
    """A mapping file as a whole."""

    format: Literal["csv", "jsonl", "xes"]
    source: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_source)]
    person: Annotated[Person, BeforeValidator(_as_column)]
    id: Annotated[tuple[Name, ...], BeforeValidator(_in_a_list), Field(min_length=1)]
    at: Annotated[Instant, BeforeValidator(_as_column)]
    type: EventType
    data: dict[Name, DataPart] = Field(default_factory=dict)
    skip: tuple[Skip, ...] = ()
    recorded_by: Annotated[RecordedBy, Field(strict=False)] = RecordedBy.SYSTEM
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "latin-1", "cp1252"] = "utf-8"

    def columns(self) -> tuple[str, ...]:
        """Every column the mapping reads, each once, in the order of the file."""
        read = [*self.person.columns(), *self.id, self.at.column]
        if isinstance(self.type, TypeByColumns):
            read += self.type.read()
        read += [part.column for part in self.data.values() if isinstance(part, Column)]
        read += [column for skip in self.skip for column in skip.when]
        return tuple(dict.fromkeys(read))
