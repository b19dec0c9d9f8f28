"""Prepares operations: parsed within limits, validated, and kept, so that a known operation costs neither again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from vekst.graphql.costs import Cost
from vekst.graphql.limits import Limits, limits_rule

__all__ = ["Documents", "Fault", "Prepared"]

_KEPT_CHARACTERS: Final = 256_000
_ERRORS_AT_MOST: Final = 10
_GIVEN_UP: Final = " Parsing aborted."
"""What the parser's errors end with that tell of a limit: of tokens, of comments, of what it can nest."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document: the code of the message, and the errors with their places."""

    code: str
    errors: tuple[GraphQLError, ...]
    is_of_schema: bool = False
    """Whether it is a fault by the schema, and not by itself."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that was parsed (or None), and what is wrong with it, or what its operations cost, by their names."""

    document: DocumentNode | None
    fault: Fault | None = None
    costs: Mapping[str | None, Cost] = field(default_factory=dict)


class Documents:
    """The operations seen lately, the least recently used forgotten first."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, development: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._hide_suggestions = not development
        closed = () if development else (NoSchemaIntrospectionCustomRule,)
        self._limits_rules = (limits_rule(limits),)
        self._rules = (*specified_rules, *closed)
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._kept_characters = 0

    def prepare(self, text: str) -> Prepared:
        """The document of that text, from what is kept or anew."""
        prepared = self._kept.get(text)
        if prepared is not None:
            self._kept.move_to_end(text)
            return prepared
        prepared = self._prepare(text)
        # A document that is wrong is not worth a place.
        if prepared.fault is None:
            self._keep(text, prepared)
        return prepared

    def _keep(self, text: str, prepared: Prepared) -> None:
        self._kept[text] = prepared
        self._kept_characters += len(text)
        while self._kept_characters > _KEPT_CHARACTERS:
            forgotten, _ = self._kept.popitem(last=False)
            self._kept_characters -= len(forgotten)

    def _prepare(self, text: str) -> Prepared:
        limits = self._limits
        if len(text) > limits.characters:
            error = GraphQLError(f"characters: {len(text)}, at most {limits.characters}.")
            return Prepared(None, Fault("OPERATION_TOO_LARGE", (error,)))
        try:
            document = parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.comments)
        except GraphQLError as error:
            return Prepared(None, _unparsed(error))
        if errors := validate(self._schema, document, self._limits_rules):
            return Prepared(document, Fault("OPERATION_TOO_LARGE", tuple(errors)))
        errors = validate(
            self._schema,
            document,
            self._rules,
            max_errors=_ERRORS_AT_MOST,
            hide_suggestions=self._hide_suggestions,
        )
        if errors:
            return Prepared(document, Fault("DOCUMENT_NOT_VALID", tuple(errors), is_of_schema=True))
        return Prepared(document, costs=self._costs(document))

    def _costs(self, document: DocumentNode) -> dict[str | None, Cost]:
        return {
            node.name.value if node.name else None: Cost(self._schema, document, node)
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }


def _unparsed(error: GraphQLError) -> Fault:
    """Why the text was not parsed: it is no document, or the parser gave up on one that is too large."""
    if not error.message.endswith(_GIVEN_UP):
        return Fault("DOCUMENT_NOT_VALID", (error,))
    said = error.message.removeprefix("Syntax Error: ").removesuffix(_GIVEN_UP)
    return Fault("OPERATION_TOO_LARGE", (GraphQLError(said, source=error.source, positions=error.positions),))
