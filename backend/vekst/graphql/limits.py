"""What one operation may ask for: its depth, aliases and directives are counted before anything else looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
)

__all__ = ["Limits", "limits_rule"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one operation.

    `cost` is how many values its answer may hold at most; `seconds` is how long it may run, `per_minute` how many one
    caller may ask for, and `organisation_per_minute` how many all of an organisation may. Of `cost` and of the last two
    0 is no limit.
    """

    characters: int = 16_000
    tokens: int = 1_000
    comments: int = 200
    depth: int = 12
    aliases: int = 30
    directives: int = 30
    cost: int = 50_000
    seconds: float = 10.0
    per_minute: int = 600
    organisation_per_minute: int = 30_000


class _Extent(NamedTuple):
    """What a selection amounts to, fragments spread out."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: _Extent) -> _Extent:
        """Both, one beside the other."""
        return _Extent(max(self.depth, other.depth), self.aliases + other.aliases, self.directives + other.directives)


class _Measure:
    """Measures selections; every fragment once, so that fragments in fragments cost no more than they are long."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Extent] = {}

    def selections(self, selection_set: SelectionSetNode | None) -> _Extent:
        """The extent of a selection set."""
        extent = _Extent()
        for selection in selection_set.selections if selection_set else ():
            match selection:
                case FieldNode():
                    extent = extent.beside(self._field(selection))
                case InlineFragmentNode():
                    extent = extent.beside(self.selections(selection.selection_set))
                case FragmentSpreadNode():
                    extent = extent.beside(self._fragment(selection.name.value))
                case _:
                    continue
            extent = extent._replace(directives=extent.directives + len(selection.directives or ()))
        return extent

    def _field(self, field: FieldNode) -> _Extent:
        inside = self.selections(field.selection_set)
        # Introspection is as deep as types are wrapped; where it is allowed at all, that is not the caller's choice.
        deeper = 0 if field.name.value.startswith("__") else inside.depth
        return _Extent(deeper + 1, inside.aliases + (field.alias is not None), inside.directives)

    def _fragment(self, name: str) -> _Extent:
        if name not in self._known:
            self._known[name] = _Extent()  # a cycle ends here; another rule refuses it
            definition = self._fragments.get(name)
            self._known[name] = self.selections(definition.selection_set) if definition else _Extent()
        return self._known[name]


def limits_rule(limits: Limits) -> type[ASTValidationRule]:
    """The validation rule that keeps the limits."""

    class LimitsRule(ASTValidationRule):
        """Reports every limit that an operation of the document goes over."""

        context: ValidationContext

        def enter_document(self, document: DocumentNode, *_args: object) -> None:
            """Measure every operation."""
            fragments = {
                node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
            }
            measure = _Measure(fragments)
            for node in document.definitions:
                if isinstance(node, OperationDefinitionNode):
                    extent = measure.selections(node.selection_set)
                    on_operation = extent.directives + len(node.directives or ())
                    self._check("depth", extent.depth, limits.depth)
                    self._check("aliases", extent.aliases, limits.aliases)
                    self._check("directives", on_operation, limits.directives)

        def _check(self, what: str, found: int, most: int) -> None:
            if found > most:
                self.context.report_error(GraphQLError(f"{what}: {found}, at most {most}."))

    return LimitsRule
