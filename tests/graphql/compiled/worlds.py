"""Made-up worlds behind the real schema: every resolver answers with something of its type, or with anything else.

What a resolver answers depends on nothing but the seed, the object and the field, so that one operation finds the
same world each time it is run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from random import Random
from typing import Any, Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
)

from vekst.domain.errors import InvalidInput, NotAllowed
from vekst.graphql.compiled.resolvers import origin_of
from vekst.graphql.schema import build_schema

__all__ = ["World"]

_ODD: Final[tuple[Any, ...]] = (
    None,
    7,
    "seven",
    2.5,
    float("inf"),
    2**40,
    True,
    [],
    [None],
    {},
    object,
    ValueError("as a value"),
)


class _Later:
    """A value that is to be awaited, which an attribute may hold too."""

    def __init__(self, value: object, turns: int) -> None:
        self._value = value
        self._turns = turns

    def __repr__(self) -> str:
        # Errors tell what they met; where it lies in memory must not tell two runs apart.
        return "later"

    def __await__(self) -> Generator[Any, None, Any]:
        for _ in range(self._turns):
            yield from asyncio.sleep(0).__await__()
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


class World:
    """Answers for every field of the schema; `trouble` is how many of a thousand are not what was promised."""

    def __init__(self, seed: int, trouble: int) -> None:
        self._seed = seed
        self._trouble = trouble
        self._schema: GraphQLSchema = build_schema().core

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the schema's resolvers answer from this world."""
        for kind in self._schema.type_map.values():
            if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
                for name, field in kind.fields.items():
                    resolver = field.extensions["strawberry-definition"].base_resolver
                    if resolver is not None:
                        monkeypatch.setattr(resolver, "wrapped_func", self._resolver(name, field, resolver.is_async))

    def _resolver(self, name: str, field: GraphQLField, is_async: bool) -> Any:
        def answer(source: Any, given: dict[str, Any]) -> object:
            given.pop("info", None)
            about = f"{getattr(source, 'seed', self._seed)}.{name}{sorted(given.items(), key=str)}"
            random = Random(about)
            if random.randrange(1000) < self._trouble:
                raise random.choice((InvalidInput("CURSOR_NOT_VALID", field="after"), NotAllowed(), RuntimeError("x")))
            return self._value(field.type, about)

        def at_once(source: Any = None, **given: Any) -> object:
            return answer(source, given)

        async def later(source: Any = None, **given: Any) -> object:
            for _ in range(Random(f"{getattr(source, 'seed', self._seed)}.{name}").randrange(3)):
                await asyncio.sleep(0)
            return answer(source, given)

        return later if is_async else at_once

    def _value(self, kind: GraphQLOutputType, about: str) -> object:
        random = Random(about)
        if random.randrange(1000) < self._trouble:
            return self._odd(kind, random, about)
        match kind:
            case GraphQLNonNull():
                return self._promised(kind.of_type, random, about)
            case _:
                return None if random.randrange(5) == 0 else self._promised(kind, random, about)

    def _odd(self, kind: GraphQLOutputType, random: Random, about: str) -> object:
        match random.randrange(4):
            case 0:
                return None
            case 1:
                return _Later(self._value(kind, f"{about}later"), random.randrange(3))
            case 2:
                return _Later(RuntimeError("later"), random.randrange(3))
            case _:
                return random.choice(_ODD)

    def _promised(self, kind: GraphQLOutputType, random: Random, about: str) -> object:
        match kind:
            case GraphQLList():
                items = [self._value(kind.of_type, f"{about}[{n}]") for n in range(random.randrange(4))]
                return tuple(items) if random.randrange(1000) < self._trouble else items
            case GraphQLEnumType():
                members: type[Enum] = kind.wrapped_cls  # type: ignore[attr-defined]  # Strawberry's own
                return random.choice(list(members))
            case GraphQLInterfaceType() | GraphQLUnionType():
                return self._object(random.choice(list(self._schema.get_possible_types(kind))), about)
            case GraphQLObjectType():
                return self._object(kind, about)
            case _:
                return _leaf(str(kind), random)

    def _object(self, kind: GraphQLObjectType, about: str) -> object:
        origin = origin_of(kind)
        assert origin is not None
        made: Any = object.__new__(origin)
        made.__dict__["seed"] = about
        for name, field in kind.fields.items():
            attribute = field.extensions["strawberry-definition"]
            if attribute.base_resolver is None:
                made.__dict__[attribute.python_name] = self._value(field.type, f"{about}.{name}")
        return made


def _leaf(name: str, random: Random) -> object:
    match name:
        case "String" | "ID":
            return random.choice(("", "Kari", "æøå", "\u2028", "emoji 🎈"))
        case "Int":
            return random.choice((0, 1, -5, 2**31 - 1))
        case "Float":
            return random.choice((0.0, 0.5, 3, 1e300))
        case "Boolean":
            return random.choice((True, False))
        case "Date":
            return date(2026, 1, 1) + timedelta(days=random.randrange(400))
        case "DateTime":
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=random.choice((0, 1, 120_000, 10**13)))
            return random.choice((at, at.astimezone(timezone(timedelta(hours=2)))))
        case _:
            return random.choice(({"a": [1, None]}, "text", 5))
