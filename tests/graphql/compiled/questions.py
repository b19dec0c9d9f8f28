"""Valid operations made up from the schema: fields, aliases, fragments, directives and variables of all kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)
from hypothesis import strategies as st

__all__ = ["Question", "questions"]

_DEPTH: Final = 5
_WRONG: Final = st.sampled_from([None, 5, 1.5, True, "wrong", [], {}, [None], 2**40, {"nothing": 1}])


@dataclass(frozen=True)
class Question:
    """The text of an operation, and values for its variables, which may be wrong or left out."""

    text: str
    variables: dict[str, Any]


@dataclass
class _Writer:
    """Writes one operation, and remembers the fragments and variables that it uses."""

    schema: GraphQLSchema
    draw: Callable[[st.SearchStrategy[Any]], Any]
    fragments: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    names: int = 0

    def chance(self, of: int) -> bool:
        return bool(self.draw(st.integers(0, of - 1)) == 0)

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def selections(self, kind: GraphQLNamedType, depth: int) -> str:
        fields: dict[str, GraphQLField] = getattr(kind, "fields", {})
        usable = [name for name, each in fields.items() if depth or not is_composite_type(get_named_type(each.type))]
        few = 1 if depth == _DEPTH else 2
        chosen = self.draw(st.lists(st.sampled_from(["__typename", *usable]), min_size=few, max_size=5))
        parts = [self.field(name, fields.get(name), depth) for name in chosen]
        if depth and (is_abstract_type(kind) or self.chance(5)):
            parts.append(self.fragment(kind, depth))
        return f"{{ {' '.join(parts)} }}"

    def field(self, name: str, definition: GraphQLField | None, depth: int) -> str:
        if definition is None:
            return f"{self.name('t')}: __typename{self.directives()}"
        arguments = [
            f"{key}: {self.argument(argument)}"
            for key, argument in definition.args.items()
            if is_required_argument(argument) or self.chance(2)
        ]
        named = get_named_type(definition.type)
        below = self.selections(named, depth - 1) if is_composite_type(named) else ""
        # Without an alias, the same field may come twice, and its selections are merged.
        alias = f"{self.name('a')}: " if arguments or self.chance(3) else ""
        given = f"({', '.join(arguments)})" if arguments else ""
        return f"{alias}{name}{given}{self.directives()} {below}"

    def fragment(self, kind: GraphQLNamedType, depth: int) -> str:
        members = list(self.schema.get_possible_types(kind)) if is_abstract_type(kind) else [kind]
        on = self.draw(st.sampled_from([*members, kind]))
        body = self.selections(on, depth - 1)
        if self.chance(2):
            name = self.name("F")
            self.fragments.append(f"fragment {name} on {on.name} {body}")
            return f"...{name}{self.directives()} " * (2 if self.chance(4) else 1)
        return f"... on {on.name}{self.directives()} {body}"

    def directives(self) -> str:
        if not self.chance(6):
            return ""
        condition = self.draw(st.sampled_from(["true", "false", "variable"]))
        if condition == "variable":
            declared = self.draw(st.sampled_from(["Boolean!", "Boolean = true", "Boolean! = false"]))
            condition = self.variable(declared, st.booleans(), missing="=" in declared)
        return f" @{self.draw(st.sampled_from(['skip', 'include']))}(if: {condition})"

    def argument(self, argument: GraphQLArgument) -> str:
        if self.chance(3):
            return self.literal(argument.type, nullable=True)
        optional = not isinstance(argument.type, GraphQLNonNull)
        return self.variable(str(argument.type), _inputs(argument.type), missing=optional)

    def variable(self, declared: str, values: st.SearchStrategy[Any], *, missing: bool) -> str:
        name = self.name("v")
        self.declared.append(f"${name}: {declared}")
        if not (missing and self.chance(4)) and not self.chance(40):
            self.variables[name] = self.draw(_WRONG if self.chance(30) else values)
        return f"${name}"

    def literal(self, kind: GraphQLInputType, *, nullable: bool = False) -> str:
        match kind:
            case GraphQLNonNull():
                return self.literal(kind.of_type)
            case _ if nullable and self.chance(5):
                return "null"
            case GraphQLList():
                return f"[{', '.join(self.literal(kind.of_type) for _ in range(self.draw(st.integers(0, 2))))}]"
            case GraphQLEnumType():
                return str(self.draw(st.sampled_from(sorted(kind.values))))
            case GraphQLInputObjectType():
                parts = [f"{name}: {self.literal(each.type)}" for name, each in kind.fields.items()]
                return f"{{ {', '.join(parts)} }}"
            case _:
                return {"Int": "3", "Float": "1.5", "Boolean": "true"}.get(kind.name, '"2026-03-02T09:00:00Z"')


def _inputs(kind: GraphQLInputType) -> st.SearchStrategy[Any]:
    match kind:
        case GraphQLNonNull():
            return _given(kind.of_type)
        case _:
            return st.none() | _given(kind)


def _given(kind: GraphQLInputType) -> st.SearchStrategy[Any]:
    match kind:
        case GraphQLList():
            return st.lists(_inputs(kind.of_type), max_size=2) | _inputs(kind.of_type)
        case GraphQLEnumType():
            return st.sampled_from(sorted(kind.values))
        case GraphQLInputObjectType():
            required = {
                n: _inputs(each.type) for n, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)
            }
            optional = {n: _inputs(each.type) for n, each in kind.fields.items() if n not in required}
            return st.fixed_dictionaries(required, optional=optional)
        case _:
            return _SCALARS.get(getattr(kind, "name", ""), _TEXT)


_TEXT: Final = st.sampled_from(["", "kari", "2026-03-02", "2026-03-02T09:00:00+01:00", "\ud800"])
_SCALARS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "Int": st.integers(-5, 200) | st.just(3.0),
    "Float": st.floats(allow_nan=False, allow_infinity=False),
    "Boolean": st.booleans(),
    "ID": _TEXT | st.integers(),
    "JSON": st.sampled_from([{"minutes": 5}, [], "text", 5, None]),
}


@st.composite
def questions(draw: Callable[[st.SearchStrategy[Any]], Any], schema: GraphQLSchema) -> Question:
    """An operation on the schema; queries more often than mutations."""
    writer = _Writer(schema, draw)
    kind, root = draw(st.sampled_from([("query", schema.query_type)] * 4 + [("mutation", schema.mutation_type)]))
    assert isinstance(root, GraphQLObjectType)
    body = writer.selections(root, _DEPTH)
    declared = f"({', '.join(writer.declared)})" if writer.declared else ""
    return Question(f"{kind} Q{declared} {body} {' '.join(writer.fragments)}", writer.variables)
