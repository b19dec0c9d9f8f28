"""Keeps the schema to itself: outside development, what GraphQL says of a document names nothing that was not asked.

GraphQL's messages name the type of a field whose selection is missing, or the arguments that a field wants. Who guesses
names one by one would be told the rest by them. What the document says itself may be said back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    TokenKind,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from vekst.graphql.faults import Discreet

__all__ = ["Discretion", "names_of", "names_said"]

_QUOTED: Final = re.compile(r"'([^'\s]*)'")
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_HIDDEN: Final = "'…'"


class Discretion:
    """What may be said of one schema, about one document and its variables."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._names = frozenset(names_of(schema))

    def towards(self, document: DocumentNode | None, variables: Mapping[str, object] | None) -> Discreet:
        """Puts a gap for every quoted name of the schema that neither document nor variables say."""
        unsaid = self._names - (names_said(document, variables) if document else frozenset())

        def shown(quoted: re.Match[str]) -> str:
            return quoted[0] if unsaid.isdisjoint(_NAME.findall(quoted[1])) else _HIDDEN

        return lambda message: _QUOTED.sub(shown, message)


def names_of(schema: GraphQLSchema) -> Iterator[str]:
    """The names that the schema chose itself: of types but its roots, and of fields, arguments, values, directives."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for kind in schema.type_map.values():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        if kind not in roots:
            yield kind.name
        yield from _names_in(kind)
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield directive.name
            yield from directive.args


def _names_in(kind: GraphQLNamedType) -> Iterator[str]:
    match kind:
        case GraphQLObjectType() | GraphQLInterfaceType():
            for name, field in kind.fields.items():
                yield name
                yield from field.args
        case GraphQLInputObjectType():
            yield from kind.fields
        case GraphQLEnumType():
            yield from kind.values


def names_said(document: DocumentNode, variables: Mapping[str, object] | None) -> frozenset[str]:
    """The names in the document, outside its texts and comments, and the keys in its variables."""
    said = set(_keys(variables or {}))
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind is TokenKind.NAME:
            said.add(token.value or "")
        token = token.next
    return frozenset(said)


def _keys(value: object) -> Iterator[str]:
    """All keys in the value; variables may be nested deeper than calls can be."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case Mapping() as each:
                yield from each
                waiting.extend(each.values())
            case list() as each:
                waiting.extend(each)
            case _:
                pass
