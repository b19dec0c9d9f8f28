"""Operations that know the schema: valid ones made by walking it, and then one thing in them that is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from tests.fuzz.nasty import nasty, nasty_text

__all__ = ["NAMES", "Operation", "Operations"]

_SCHEMA: Final = Path(__file__).parents[2] / "schema" / "schema.graphql"
NAMES: Final = ("kari", "nora", "north", "learning-streaks", "discovery", "brave-caller", "call.practised", "1", "crm")
_TIMES: Final = ("2026-06-01T12:00:00Z", "2026-10-25T02:30:00+01:00", "2020-01-01T00:00:00Z")
_KNOWN: Final = 200
_LONG: Final = 30_000
_STOP: Final = 0.3
"""How likely a walk through variables ends where it is, and does not go deeper."""
_DATES: Final = ("2026-06-01", "2026-12-24", "2026-10-25")
_SCALARS: Final[dict[str, tuple[Any, ...]]] = {
    "Int": (0, 1, 5, 20),
    "Float": (0, 1.5, 20),
    "Boolean": (True, False),
    "DateTime": _TIMES,
    "Date": _DATES,
    "JSON": ({"minutes": 5}, {}),
}


@dataclass(slots=True)
class Operation:
    """The text of an operation, and its variables."""

    kind: str
    text: str
    variables: dict[str, Any]
    grown: bool = False
    """Whether a part of it was multiplied: another fault in each of so many would be more than can be held."""

    def body(self) -> dict[str, Any]:
        """As it is sent over HTTP."""
        return {"query": self.text, "variables": self.variables}


@dataclass(slots=True)
class _Writing:
    """An operation that is being written."""

    chance: Random
    ids: list[str]
    types: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)


class Operations:
    """Makes operations of the exported schema; `ids` are node ids that exist."""

    def __init__(self, ids: list[str]) -> None:
        self._schema = build_schema(_SCHEMA.read_text(encoding="utf-8"))
        self.ids = ids
        # A server knows most of what it is sent: the text of an operation seldom changes, its variables always do.
        chance = Random("known")
        made = [self._made(chance) for _ in range(_KNOWN)]
        self._known = [(each.kind, each.text, json.dumps(each.variables)) for each in made]

    def valid(self, chance: Random) -> Operation:
        """An operation that passes the schema, known already or new."""
        if chance.random() < 0.1:
            return self._made(chance)
        kind, text, variables = chance.choice(self._known)
        return Operation(kind, text, json.loads(variables))

    def _made(self, chance: Random) -> Operation:
        """An operation with one to three root fields."""
        kind = chance.choice(("query", "query", "mutation", "mutation", "mutation", "subscription"))
        root = {
            "query": self._schema.query_type,
            "mutation": self._schema.mutation_type,
            "subscription": self._schema.subscription_type,
        }[kind]
        assert root is not None
        writing = _Writing(chance, self.ids)
        names = [
            chance.choice(sorted(root.fields)) for _ in range(1 if kind == "subscription" else chance.choice((1, 1, 3)))
        ]
        selections = " ".join(
            f"f{number}: {self._field(writing, name, root.fields[name], depth=3)}" for number, name in enumerate(names)
        )
        declared = ", ".join(f"${name}: {type_}" for name, type_ in writing.types.items())
        return Operation(kind, f"{kind} Q{f'({declared})' if declared else ''} {{ {selections} }}", writing.variables)

    def wrong(self, chance: Random) -> Operation:
        """An operation in which one thing, or a few, are wrong."""
        operation = self.valid(chance)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            if not operation.grown:
                chance.choice(_FAULTS)(chance, operation)
        return operation

    def _field(self, writing: _Writing, name: str, field_: GraphQLField, *, depth: int) -> str:
        arguments = []
        for key, argument in field_.args.items():
            if isinstance(argument.type, GraphQLNonNull) or writing.chance.random() < 0.5:
                variable = f"v{len(writing.types)}"
                writing.types[variable] = str(argument.type)
                writing.variables[variable] = self._value(writing, argument.type, key)
                arguments.append(f"{key}: ${variable}")
        given = f"({', '.join(arguments)})" if arguments else ""
        return f"{name}{given}{self._selection(writing, field_.type, depth)}"

    def _selection(self, writing: _Writing, type_: GraphQLOutputType, depth: int) -> str:
        named = get_named_type(type_)
        if is_leaf_type(named):
            return ""
        if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
            inside = [
                f"... on {each.name} {self._fields(writing, each, depth)}"
                for each in self._schema.get_possible_types(named)
            ]
            return f" {{ __typename {' '.join(inside)} }}"
        assert isinstance(named, GraphQLObjectType)
        return f" {self._fields(writing, named, depth)}"

    def _fields(self, writing: _Writing, type_: GraphQLObjectType, depth: int) -> str:
        written = ["__typename"]
        # Fields of one answer may be merged, so each has an alias of its own where it has arguments.
        for name in writing.chance.sample(sorted(type_.fields), min(len(type_.fields), 3)):
            field_ = type_.fields[name]
            if is_leaf_type(get_named_type(field_.type)) and not field_.args:
                written.append(name)
            elif depth > 0 and writing.chance.random() < 0.5:
                alias = f"g{len(writing.types)}{depth}{len(written)}"
                written.append(f"{alias}: {self._field(writing, name, field_, depth=depth - 1)}")
        if type_.name == "RecordProgress":
            written.append("receipts { status }")
        return f"{{ {' '.join(written)} }}"

    def _value(self, writing: _Writing, type_: GraphQLInputType, name: str) -> Any:
        chance = writing.chance
        if isinstance(type_, GraphQLNonNull):
            return self._value(writing, type_.of_type, name)
        if isinstance(type_, GraphQLList):
            return [self._value(writing, type_.of_type, name) for _ in range(chance.choice((1, 1, 2, 3)))]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                key: self._value(writing, each.type, key)
                for key, each in type_.fields.items()
                if isinstance(each.type, GraphQLNonNull) or chance.random() < 0.5
            }
        if isinstance(type_, GraphQLEnumType):
            return chance.choice(sorted(type_.values))
        if type_.name == "ID" and name not in {"id", "person"}:
            return chance.choice((*writing.ids, *NAMES))
        return chance.choice(_SCALARS.get(type_.name, NAMES))


def _replace(chance: Random, operation: Operation, change: Callable[[Any, Any], None]) -> None:
    """Change something in the variables, found by walking down from their top: what lies deep is not even looked at."""
    holder: Any = operation.variables
    if not holder:
        operation.variables[nasty_text(chance)] = nasty(chance)
        return
    while True:
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        inside = holder[key]
        if not isinstance(inside, dict | list) or not inside or chance.random() < _STOP:
            change(holder, key)
            return
        holder = inside


def _wrong_value(chance: Random, operation: Operation) -> None:
    def change(holder: Any, key: Any) -> None:
        holder[key] = nasty(chance)

    _replace(chance, operation, change)


def _left_out(chance: Random, operation: Operation) -> None:
    def change(holder: Any, key: Any) -> None:
        del holder[key]

    _replace(chance, operation, change)


def _unknown_key(chance: Random, operation: Operation) -> None:
    def change(holder: Any, key: Any) -> None:
        if isinstance(holder[key], dict):
            holder[key][nasty_text(chance)] = nasty(chance)
        else:
            holder[key] = {nasty_text(chance): holder[key]}

    _replace(chance, operation, change)


def _wrapped(chance: Random, operation: Operation) -> None:
    def change(holder: Any, key: Any) -> None:
        for _ in range(chance.choice((1, 5, 200))):
            holder[key] = [holder[key]]

    _replace(chance, operation, change)


def _many(chance: Random, operation: Operation) -> None:
    def change(holder: Any, key: Any) -> None:
        operation.grown = True
        many = 5_000 if chance.random() < 0.02 else 501
        holder[key] = [holder[key]] * (many if _is_small(holder[key]) else 3)

    _replace(chance, operation, change)


def _is_small(value: Any) -> bool:
    """Whether it stays small when it is there five thousand times."""
    if isinstance(value, dict | list):
        return len(value) <= 4 and not any(isinstance(each, dict | list) for each in value) and len(str(value)) < 100
    return len(str(value)) < 100


def _other_token(chance: Random, operation: Operation) -> None:
    """One word of the text becomes another, or something that is no word."""
    words = list(re.finditer(r"\w+|[^\w\s]", operation.text))
    word = chance.choice(words)
    other = chance.choice(
        (chance.choice(words)[0], nasty_text(chance)[:40], "", "__schema", "id", "$v0", "@skip", "null")
    )
    operation.text = operation.text[: word.start()] + other + operation.text[word.end() :]


def _literals(chance: Random, operation: Operation) -> None:
    """The variables stand in the text, as some clients write them; wrong ones among them."""
    if operation.variables:
        name = chance.choice(sorted(operation.variables))
        literal = chance.choice(
            ('"\\uD800"', '"""\\u0000"""', "1e400", "9" * 300, "[" * 100 + "]" * 100, "{a: 1, a: 2}", "$x", "A", "null")
        )
        operation.text = operation.text.replace(f": ${name}", f": {literal}")


def _repeated(chance: Random, operation: Operation) -> None:
    """More of the same than any app asks for; what is long already gets no longer."""
    if len(operation.text) > _LONG:
        return
    head, _, rest = operation.text.partition("{")
    times = 400 if chance.random() < 0.05 else chance.choice((2, 31))
    operation.text = f"{head}{{" + rest.rpartition("}")[0] * times + "}"


_FAULTS: Final[tuple[Callable[[Random, Operation], None], ...]] = (
    *(_wrong_value,) * 12,
    *(_left_out,) * 3,
    *(_unknown_key,) * 3,
    _wrapped,
    _many,
    _other_token,
    _other_token,
    _literals,
    _repeated,
)
