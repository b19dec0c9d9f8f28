"""The quick way through objects of which nothing but attributes is asked for, such as all that a pack describes.

One function makes such an object with everything below it, as long as all of it is usual. Where something is not, the
function gives up, which nobody notices: attributes were read and nothing else was done. Then the functions that know
every case begin again with that object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, cast

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLOutputType, is_leaf_type

from vekst.graphql.compiled.leaves import NAMES, short_way
from vekst.graphql.compiled.resolvers import attribute_of, origin_of
from vekst.graphql.compiled.run import Selected

__all__ = ["Fields", "Plain", "plain_value"]

Plain = Callable[[Any], Any]
"""Makes what stands in the answer of a value; it raises where that is not plain."""

Fields = Callable[[GraphQLObjectType, Selected], dict[str, Selected | None]]
"""The fields that are selected below one on an object of that type, by key; None is the name of the type."""


class _UnusualError(Exception):
    pass


def plain_value(selected: Selected, fields: Fields) -> Plain | None:
    """The function for values of a field; None where more than attributes is asked for below it."""
    names = _names()
    written = _written(selected, 0, names, fields)
    return _made(f"def made(value):\n return {written}\n", names) if written else None


def _object(kind: GraphQLObjectType, selected: Selected, fields: Fields) -> Plain | None:
    origin = origin_of(kind)
    if origin is None:
        return None
    names = _names() | {"origin": origin}
    lines, parts = ["def made(source):\n if source.__class__ is not origin: unusual()\n"], []
    for number, (key, field) in enumerate(fields(kind, selected).items()):
        if field is None:
            parts.append(f"{key!r}: {kind.name!r}")
            continue
        attribute = attribute_of(field)
        written = _written(field, number, names, fields) if attribute else None
        if written is None:
            return None
        lines.append(f" value = source.{attribute}\n value{number} = {written}\n")
        parts.append(f"{key!r}: value{number}")
    return _made(f"{''.join(lines)} return {{{', '.join(parts)}}}\n", names)


def _written(field: Selected, number: int, names: dict[str, object], fields: Fields) -> str | None:
    """The expression of what is written for `value`; None where it takes more than that."""
    kind = field.definition.type
    nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    usual = _usual(nullable, field, number, names, fields)
    return f"None if value is None else {usual}" if usual and nullable is kind else usual


def _usual(
    kind: GraphQLOutputType, field: Selected, number: int, names: dict[str, object], fields: Fields
) -> str | None:
    if is_leaf_type(kind):
        way = short_way(kind, number)
        if way is None:
            return None
        names |= way.names
        return f"({way.written}) if ({way.test}) else unusual()"
    item = kind.of_type if isinstance(kind, GraphQLList) else kind
    item = item.of_type if isinstance(item, GraphQLNonNull) else item
    below = _object(item, field, fields) if isinstance(item, GraphQLObjectType) else None
    if below is None:
        return None
    names[f"below{number}"] = below
    if item is kind:
        return f"below{number}(value)"
    return f"[below{number}(each) for each in value] if value.__class__ is list else unusual()"


def _names() -> dict[str, object]:
    return {**NAMES, "unusual": _unusual}


def _made(text: str, names: dict[str, object]) -> Plain:
    exec(compile(text, "<compiled operation>", "exec"), names)  # noqa: S102 (no value of a request is ever in it)
    return cast("Plain", names["made"])


def _unusual() -> NoReturn:
    raise _UnusualError
