"""Values without parts: which of them go into the answer as they are, in one expression of Python each.

An expression tests `value` and gives what JSON is made of: itself where orjson writes the same text as the type's own
way of writing it, which is true of instants in UTC and of dates too. Everything else is left to the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final

from graphql import GraphQLBoolean, GraphQLEnumType, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLLeafType, GraphQLString

from vekst.graphql.scalars import SCALARS, Date, DateTime

__all__ = ["NAMES", "ShortWay", "short_way"]


@dataclass(frozen=True, slots=True)
class ShortWay:
    """The test under which a value is usual, and the expression of what is then written."""

    test: str
    written: str = "value"
    names: tuple[tuple[str, object], ...] = ()
    """What the expressions speak of, by name, besides `NAMES`."""


NAMES: Final[dict[str, object]] = {"UTC": UTC, "date": date, "datetime": datetime}
"""What all expressions may speak of."""

_TEXT: Final = ShortWay("value.__class__ is str")
_BUILT_IN: Final = {
    GraphQLString: _TEXT,
    GraphQLID: _TEXT,
    GraphQLBoolean: ShortWay("value.__class__ is bool"),
    GraphQLInt: ShortWay("value.__class__ is int and -2147483648 <= value <= 2147483647"),
    # Neither infinite nor no number at all; and whole numbers that a float holds exactly.
    GraphQLFloat: ShortWay(
        "value - value == 0.0 if value.__class__ is float"
        " else value.__class__ is int and -9007199254740992 <= value <= 9007199254740992",
        "float(value)",
    ),
}
_OWN: Final = {
    SCALARS[DateTime].name: ShortWay("value.__class__ is datetime and value.tzinfo is UTC"),
    SCALARS[Date].name: ShortWay("value.__class__ is date"),
}


def short_way(kind: GraphQLLeafType, number: int) -> ShortWay | None:
    """The short way of a scalar or an enum, names of its own made with that number; None where there is none."""
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind, number)
    return _BUILT_IN.get(kind) or _OWN.get(kind.name)


def _enum(kind: GraphQLEnumType, number: int) -> ShortWay | None:
    members: Any = getattr(kind, "wrapped_cls", None)
    if not (isinstance(members, type) and issubclass(members, Enum)):
        return None
    written = {member.name: kind.coerce_output_value(member) for member in members}
    enum, names = f"enum{number}", f"names{number}"
    return ShortWay(
        f"value.__class__ is {enum}",
        "value._name_" if all(name == text for name, text in written.items()) else f"{names}[value._name_]",
        ((enum, members), (names, written)),
    )
