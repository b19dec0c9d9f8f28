"""The compiled operations of a process, the least recently used forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from graphql import DocumentNode, OperationDefinitionNode

from vekst.graphql.compiled.errors import NotCompiledError
from vekst.graphql.compiled.operation import CompiledOperation
from vekst.graphql.schema import VekstSchema

__all__ = ["CompiledOperations"]

_KEPT: Final = 128


class CompiledOperations:
    """Compiles operations when they are first asked for, and keeps them."""

    def __init__(self, schema: VekstSchema, *, hide_suggestions: bool, kept: int = _KEPT) -> None:
        self._schema = schema
        self._hide_suggestions = hide_suggestions
        self._most = kept
        self._kept: OrderedDict[tuple[str, str | None], CompiledOperation | None] = OrderedDict()

    def find(self, text: str, document: DocumentNode, operation: OperationDefinitionNode) -> CompiledOperation | None:
        """The operation of the document with that text; None for one that is left to the standard executor."""
        key = text, operation.name.value if operation.name else None
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            compiled = CompiledOperation(self._schema, document, operation, hide_suggestions=self._hide_suggestions)
        except NotCompiledError:
            compiled = None
        self._kept[key] = compiled
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return compiled
