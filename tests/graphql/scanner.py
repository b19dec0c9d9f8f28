"""Guesses at a schema as field-guessing scanners do, and picks up every name that an answer gives away.

It is given more than a stranger has: a way to every type, and a list of words that holds every name there is. So it
gets to all places of which GraphQL has something to say, and what is said there is all that patience could learn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_introspection_type,
    is_required_argument,
)

from vekst.domain.texts import sources

__all__ = ["Probe", "given_away", "probes", "schema_names"]

_QUOTED: Final = re.compile(r"(?<![A-Za-z])'([^'\n]*)'|`([^`\n]*)`|\"([^\"\n]*)\"|“([^”\n]*)”|«([^»\n]*)»")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNLIKE_WORDS: Final = re.compile(r"[A-Za-z_]*[a-z][A-Z][A-Za-z_]*|[A-Za-z]+_[A-Za-z_]+")
_SPOKEN: Final = {
    "Query",
    "Mutation",
    "Subscription",
    "String",
    "Int",
    "Float",
    "Boolean",
    "ID",
    "skip",
    "include",
    "if",
}
"""Names that GraphQL gives every schema."""


_WRONG: Final = ("1.5", '"x"', "null", "[]", "{}", "WRONG", "$v")
"""Values, each of which is wrong somewhere; `$v` is a variable of another type."""


@dataclass(frozen=True)
class Probe:
    """One guess."""

    query: str
    variables: dict[str, Any]

    @property
    def names(self) -> set[str]:
        """The names that it says."""
        return set(_NAME.findall(f"{self.query} {list(self.variables)}"))


def schema_names(schema: GraphQLSchema) -> set[str]:
    """Every name of types, fields, arguments and values."""
    kinds = [kind for kind in schema.type_map.values() if not is_introspection_type(kind)]
    names = {kind.name for kind in kinds}
    for kind in kinds:
        for name, each in getattr(kind, "fields", {}).items():
            names |= {name, *getattr(each, "args", {})}
        names |= set(getattr(kind, "values", {}))
    return names - _SPOKEN


def given_away(errors: list[dict[str, Any]], probe: Probe, names: set[str]) -> set[str]:
    """The names of the schema in the errors, of those that the probe does not say itself.

    In running text a name counts where it is quoted or written as no word is: "value" and "field" are plain English.
    What our own sentences say of themselves, such as "use an `endCursor`", is the same whatever is guessed.
    """
    texts = list(_texts(errors))
    found = {name for text in texts for quoted in _QUOTED.findall(text) for name in _NAME.findall(" ".join(quoted))}
    found |= {name for text in texts for name in _UNLIKE_WORDS.findall(text)}
    found |= {name for error in errors for name in _NAME.findall(str(error.get("extensions", {}).get("field", "")))}
    return (found & names) - probe.names - {name for error in errors for name in _sentence(error)}


def _sentence(error: dict[str, Any]) -> list[str]:
    """The names in the sentence of an error and in its cure, before anything is filled in."""
    reason = error["extensions"]["reason"]
    return _NAME.findall(f"{sources().get(reason)} {sources().get(f'{reason} cure')}")


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


def probes(schema: GraphQLSchema) -> Iterator[Probe]:
    """Guesses at every type that can be reached, at every field of it and at every argument."""
    for kind, (before, after) in _ways(schema).items():
        for text, variables in _guesses(schema, kind):
            declared = "".join(f" ${name}: String" for name in variables)
            operation = before.split("{", 1)[0].strip()
            head = f"{operation} Q({declared.strip()})" if declared else operation
            yield Probe(f"{head} {{{before.split('{', 1)[1]} {text} {after}", variables)
    for name in sorted(schema_names(schema)):
        word = _misspelt(name)
        yield Probe(f"{{ {name} }}", {})
        yield Probe(f"{{ {word} }}", {})
        yield Probe(f"query ($x: {word}) {{ me {{ id @skip(if: $x) }} }}", {})
        yield Probe(f"{{ ... on {word} {{ x }} ... on {name} {{ {word} }} }}", {})
        yield Probe(f"fragment F on {name} {{ {word} }}", {})
    for text in (
        "{ __schema { types { name } } }",
        '{ __type(name: "Learner") { fields { name } } }',
        "{ __typename { x } __typename(x: 1) me { __typename @nothing } }",
        "subscription { recognitions { x } challenge { x } }",
        "subscription { __typename }",
        "{ me @include { id } }",
        "{ me",
        "",
        "query A { x } query B { y }",
    ):
        yield Probe(text, {})


def _guesses(schema: GraphQLSchema, kind: GraphQLNamedType) -> Iterator[tuple[str, dict[str, Any]]]:
    if is_abstract_type(kind):
        yield "nothing", {}
        yield "... on Int { x } ... on Nothing { x }", {}
    for name, field in getattr(kind, "fields", {}).items():
        named = get_named_type(field.type)
        yield _misspelt(name), {}
        yield name, {}
        yield f"{name} {{ x }}", {}
        yield f"{name}(wrong: 1) {{ __typename }}", {}
        yield f"a: __typename a: {_call(name, field)}", {}
        if is_abstract_type(named):
            yield f"{_call(name, field, '{ ... on Query { x } }')}", {}
        for argument, definition in field.args.items():
            body = "{ __typename }" if is_composite_type(named) else ""
            for value in (*_WRONG, *_wrong_objects(get_named_type(definition.type))):
                variables = {"v": "x"} if value == "$v" else {}
                yield f"{name}({argument}: {value}) {body}", variables
            yield f"{name}({_misspelt(argument)}: 1) {body}", {}


def _wrong_objects(kind: object) -> Iterator[str]:
    """Objects that do not fit an input type, each in one way."""
    if not isinstance(kind, GraphQLInputObjectType):
        return
    yield "{ wrong: 1 }"
    for name, each in kind.fields.items():
        for value in (*_WRONG, *_wrong_objects(get_named_type(each.type))):
            if value != "$v":
                yield f"{{ {name}: {value} }}"
        yield f"{{ {_misspelt(name)}: 1 }}"


def _call(name: str, field: GraphQLField, body: str = "{ __typename }") -> str:
    """The field with all that it requires."""
    given = [f"{key}: {_literal(each.type)}" for key, each in field.args.items() if is_required_argument(each)]
    arguments = f"({', '.join(given)})" if given else ""
    return f"{name}{arguments} {body if is_composite_type(get_named_type(field.type)) else ''}"


def _literal(kind: GraphQLInputType) -> str:
    match kind:
        case GraphQLNonNull():
            return _literal(kind.of_type)
        case GraphQLList():
            return "[]"
        case GraphQLInputObjectType():
            required = {n: each for n, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)}
            return "{ " + ", ".join(f"{n}: {_literal(each.type)}" for n, each in required.items()) + " }"
        case _:
            return "null" if is_enum_type(kind) else {"Int": "1", "Boolean": "true"}.get(kind.name, '"x"')


def _ways(schema: GraphQLSchema) -> dict[GraphQLNamedType, tuple[str, str]]:
    """How to get to a selection on each type: the text before, and after."""
    roots = [
        ("query", schema.query_type),
        ("mutation", schema.mutation_type),
        ("subscription", schema.subscription_type),
    ]
    ways: dict[GraphQLNamedType, tuple[str, str]] = {}
    open_ends: list[GraphQLNamedType] = []
    for word, root in roots:
        assert root is not None
        ways[root] = (f"{word} {{", "}")
        open_ends.append(root)
    while open_ends:
        kind = open_ends.pop(0)
        before, after = ways[kind]
        for name, field in getattr(kind, "fields", {}).items():
            named = get_named_type(field.type)
            if is_composite_type(named) and named not in ways:
                ways[named] = (f"{before} {_call(name, field, '{')}", f"}} {after}")
                open_ends.append(named)
        for member in schema.get_possible_types(kind) if is_abstract_type(kind) else ():
            if member not in ways:
                ways[member] = (f"{before} ... on {member.name} {{", f"}} {after}")
                open_ends.append(member)
    return ways


def _misspelt(name: str) -> str:
    return name[:-1] if len(name) > 3 else f"{name}x"
