"""Valid queries made up from the schema, with ids, keys and cursors that were found on the way."""

from __future__ import annotations

import base64
import binascii
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

__all__ = ["Asked", "Place", "Pool", "Step", "Writer", "decoded"]

_DEPTH: Final = 7
_TELLING: Final = frozenset({"person", "name"})


@dataclass(frozen=True)
class Step:
    """A field of an answer, and what was asked of it."""

    type: str
    field: str
    arguments: dict[str, Any]


Place = tuple[Step, ...]
"""Where in an answer something is."""


@dataclass
class Pool:
    """What was found, by everybody together: what one knows, another may try."""

    ids: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    boards: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)

    def take(self, name: str, value: Any) -> None:
        """Keep what an answer holds under a name."""
        kept = {"id": self.ids, "person": self.persons, "cursor": self.cursors, "endCursor": self.cursors}.get(name)
        if kept is not None and isinstance(value, str) and value not in kept:
            kept.append(value)


@dataclass(frozen=True)
class Asked:
    """A query, and what each key of its answer stands for."""

    text: str
    keys: dict[str, Step]

    def found(self, data: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
        """Every value of the answer with its place."""
        match data:
            case dict() if data.keys() <= self.keys.keys():
                for key, value in data.items():
                    yield from self.found(value, (*place, self.keys[key]))
            case dict():
                # No selection but a value of the scalar JSON, whose keys were not asked for.
                yield place, json.dumps(data)
            case list():
                for each in data:
                    yield from self.found(each, place)
            case _:
                yield place, data


class Writer:
    """Writes queries; every field has an alias of its own, by which it is known again in the answer."""

    def __init__(self, schema: GraphQLSchema, pool: Pool, dice: random.Random) -> None:
        self._schema = schema
        self._pool = pool
        self._dice = dice
        self._keys: dict[str, Step] = {}
        self._telling = _telling(schema)

    def write(self, root: GraphQLObjectType, kind: str, never: frozenset[str]) -> Asked:
        """A query, or a subscription of one field that is none of `never`."""
        self._keys = {}
        if kind == "subscription":
            name = self._dice.choice(sorted(set(root.fields) - never))
            body = f"{{ {self._field(root, name, root.fields[name], _DEPTH)} }}"
        else:
            body = self._selections(root, _DEPTH)
        return Asked(f"{kind} {body}", self._keys)

    def _selections(self, kind: GraphQLNamedType, depth: int) -> str:
        if is_abstract_type(kind):
            members = sorted(each.name for each in self._schema.get_possible_types(kind))
            return f"{{ {' '.join(self._fragment(name, depth) for name in members)} }}"
        assert isinstance(kind, GraphQLObjectType)
        fields = {
            name: each
            for name, each in kind.fields.items()
            if depth or not is_composite_type(get_named_type(each.type))
        }
        if not fields:
            return f"{{ {self._alias(kind, '__typename', {})}: __typename }}"
        # What tells of people, or leads to it, is chosen more often.
        weights = [self._weight(name, each) for name, each in fields.items()]
        chosen = set(self._dice.choices(list(fields), weights, k=self._dice.randint(1, 4)))
        return f"{{ {' '.join(self._field(kind, name, fields[name], depth) for name in sorted(chosen))} }}"

    def _weight(self, name: str, definition: GraphQLField) -> int:
        named = get_named_type(definition.type)
        if is_composite_type(named):
            return 8 if named.name in self._telling else 1
        return 4 if name in _TELLING else 1

    def _fragment(self, name: str, depth: int) -> str:
        return f"... on {name} {self._selections(self._schema.type_map[name], depth - 1 if depth else 0)}"

    def _field(self, kind: GraphQLObjectType, name: str, definition: GraphQLField, depth: int) -> str:
        arguments = {
            key: self._argument(kind.name, name, key, each)
            for key, each in definition.args.items()
            if isinstance(each.type, GraphQLNonNull) or self._dice.random() < 0.5
        }
        given = ", ".join(f"{key}: {_literal(value)}" for key, value in arguments.items())
        named = get_named_type(definition.type)
        below = self._selections(named, max(0, depth - 1)) if is_composite_type(named) else ""
        called = f"{name}({given})" if given else name
        return f"{self._alias(kind, name, arguments)}: {called} {below}"

    def _alias(self, kind: GraphQLObjectType, name: str, arguments: dict[str, Any]) -> str:
        alias = f"k{len(self._keys)}"
        self._keys[alias] = Step(kind.name, name, arguments)
        return alias

    def _argument(self, kind: str, field_name: str, key: str, argument: GraphQLArgument) -> Any:
        dice, pool = self._dice, self._pool
        named = get_named_type(argument.type)
        if isinstance(named, GraphQLEnumType):
            return _Word(dice.choice(sorted(named.values)))
        values: dict[str, list[Any]] = {
            "id": [*pool.ids, "nothing"],
            "ids": [dice.choices([*pool.ids, "nothing"], k=4)],
            "person": [*pool.persons, "nobody"],
            "team": [*pool.teams, "nowhere"],
            "key": [*(pool.teams if field_name == "team" else pool.boards), "nothing"],
            "first": [0, 1, 2, 5, 100],
            "neighbours": [0, 1, 5, 100],
            "after": pool.cursors or [None],
            "since": pool.cursors or [None],
            "period": [None, "2026-W07", "2026-02"],
            "from": ["2026-11-01", "2026-03-02"],
            "to": ["2026-12-05", "2026-03-02"],
        }
        assert key in values, f"say what values {kind}.{field_name}({key}:) may have"
        return dice.choice(values[key])


@cache
def _telling(schema: GraphQLSchema) -> frozenset[str]:
    """The types that tell of people, and those that lead to them."""
    fields = {name: dict(getattr(kind, "fields", {})) for name, kind in schema.type_map.items()}
    found = {name for name, own in fields.items() if not _TELLING.isdisjoint(own)}
    while True:
        abstract = {
            name
            for name, kind in schema.type_map.items()
            if is_abstract_type(kind) and any(each.name in found for each in schema.get_possible_types(kind))
        }
        more = {
            name
            for name, own in fields.items()
            if any(get_named_type(each.type).name in found for each in own.values())
        }
        if abstract | more <= found:
            return frozenset(found)
        found |= abstract | more


class _Word(str):
    """A value that is written without quotes."""

    __slots__ = ()


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, _Word) else json.dumps(value)


def decoded(text: str) -> list[str]:
    """The parts of a node id or a cursor; none of any other text."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split(":")
    except (binascii.Error, ValueError):
        return []
