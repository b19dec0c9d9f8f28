"""What an operation costs: how many values its answer may hold at most, known before anything of it is run.

Every field counts one, and what is in a list counts as often as the list may have entries: as many as the operation
asks for by `first`, or the usual page; for lists without it, a stated number. What does not hang on variables is
added up once for a document; the rest is a short sum for each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    value_from_ast_untyped,
)

from vekst.graphql.types.nodes import PAGE_AT_MOST, PAGE_USUAL
from vekst.graphql.variables import has_variables

__all__ = ["LIST_SIZE", "SIZES", "Cost", "Size"]

Variables = dict[str, Any]

LIST_SIZE: Final = 10
"""How many entries a list counts as that is neither a page nor among `SIZES`: one of a pack's skills, badges, steps."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many entries a list may have: by its arguments, the `usual` number without them, never more than `most`."""

    usual: int
    most: int
    read: Callable[[Mapping[str, Any]], int | None] = lambda _arguments: None

    def of(self, arguments: Mapping[str, Any]) -> int:
        """The number for these arguments; what can't be read is refused later, by who reads it."""
        asked = self.read(arguments)
        return self.usual if asked is None else min(max(asked, 1), self.most)


def _number(name: str, *, each: int = 1, beside: int = 0) -> Callable[[Mapping[str, Any]], int | None]:
    """Reads a number that is asked for, such as `first`."""

    def read(arguments: Mapping[str, Any]) -> int | None:
        asked = arguments.get(name)
        if not isinstance(asked, int | float) or isinstance(asked, bool) or asked != asked // 1:
            return None
        return int(asked) * each + beside

    return read


def _length(arguments: Mapping[str, Any]) -> int | None:
    ids = arguments.get("ids")
    return len(ids) if isinstance(ids, list) else 1


def _dates(arguments: Mapping[str, Any]) -> int | None:
    try:
        first, last = (date.fromisoformat(arguments[name]) for name in ("from", "to"))
    except (KeyError, TypeError, ValueError):
        return None
    return (last - first).days + 1


_PAGE: Final = Size(PAGE_USUAL, PAGE_AT_MOST, _number("first"))
SIZES: Final[Mapping[str, Size]] = {
    "Leaderboard.aroundMe": Size(7, 2 * PAGE_AT_MOST + 1, _number("neighbours", each=2, beside=1)),
    "Leaderboard.entries": Size(LIST_SIZE, PAGE_AT_MOST, _number("first")),
    "Learner.nextSteps": Size(LIST_SIZE, PAGE_AT_MOST, _number("first")),
    "Query.changes": Size(PAGE_AT_MOST, PAGE_AT_MOST, _number("first")),
    "Query.nodes": Size(PAGE_AT_MOST, PAGE_AT_MOST, _length),
    "RecordProgress.receipts": Size(500, 500),
    "StreakStanding.days": Size(400, 400, _dates),
    "Team.members": Size(50, 50),
    "TeamGrowth.people": Size(50, 50),
}
"""Lists that are longer or shorter than others, and pages of which another number is usual."""


class _Asked:
    """One request: its variables, and what fragments come to with them."""

    __slots__ = ("known", "variables")

    def __init__(self, variables: Variables) -> None:
        self.variables = variables
        self.known: dict[object, int] = {}


_Varying = Callable[[_Asked], int]
_Amount = int | _Varying
"""A number; as a function where it hangs on variables."""


class Cost:
    """What one operation of a valid document costs."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        root = schema.get_root_type(operation.operation)
        self._amount: _Amount = _Pricing(schema, document).selections(root, operation.selection_set) if root else 0

    def with_variables(self, variables: Mapping[str, Any] | None) -> int:
        """The cost for a request with these variables."""
        if isinstance(self._amount, int):
            return self._amount
        return self._amount(_Asked({**self._defaults, **(variables or {})}))


class _Pricing:
    """Adds up selections; every fragment once, so that fragments in fragments take no longer than they are long."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[object, _Amount] = {}

    def selections(self, kind: GraphQLNamedType, selected: SelectionSetNode | None, page: _Amount = 0) -> _Amount:
        """What the selections come to on an object of that type; `page` is the size of its lists, if it is a page."""
        return _sum(
            _if_included(each, self._selection(kind, each, page)) for each in (selected.selections if selected else ())
        )

    def _selection(self, kind: GraphQLNamedType, node: SelectionNode, page: _Amount) -> _Amount:
        match node:
            case FieldNode():
                return self._field(kind, node, page)
            case InlineFragmentNode():
                return self.selections(self._narrowed(kind, node), node.selection_set, page)
            case FragmentSpreadNode():
                return self._fragment(kind, node.name.value, page)
            case _:
                return 0

    def _field(self, kind: GraphQLNamedType, node: FieldNode, page: _Amount) -> _Amount:
        name = node.name.value
        field = None if name.startswith("__") else self._schema.get_field(kind, name)  # type: ignore[arg-type]
        if field is None:
            return 1
        is_list, inner = is_list_type(get_nullable_type(field.type)), get_named_type(field.type)
        size = self._size(f"{kind.name}.{name}", field, node)
        inside: _Amount = 0
        if is_composite_type(inner):
            inside = self.selections(inner, node.selection_set, 0 if is_list or size is None else size)
        if not is_list:
            return _sum((1, inside))
        times = size if size is not None else page or LIST_SIZE
        return _product(times, _sum((1, inside)))

    def _size(self, place: str, field: GraphQLField, node: FieldNode) -> _Amount | None:
        """How many entries the field itself says; None where nothing is said of them there."""
        size = SIZES.get(place, _PAGE if "first" in field.args else None)
        if size is None:
            return None
        arguments = {each.name.value: each.value for each in node.arguments or ()}

        def counted(asked: _Asked) -> int:
            values = {name: value_from_ast_untyped(value, asked.variables) for name, value in arguments.items()}
            return size.of(values)

        return counted if has_variables(node.arguments or ()) else counted(_Asked({}))

    def _fragment(self, kind: GraphQLNamedType, name: str, page: _Amount) -> _Amount:
        key = (name, page)
        if key not in self._known:
            definition = self._fragments[name]
            amount = self.selections(self._narrowed(kind, definition), definition.selection_set, page)
            self._known[key] = amount if isinstance(amount, int) else _once(key, amount)
        return self._known[key]

    def _narrowed(self, kind: GraphQLNamedType, node: InlineFragmentNode | FragmentDefinitionNode) -> GraphQLNamedType:
        condition = node.type_condition
        return self._schema.type_map[condition.name.value] if condition else kind


def _once(key: object, amount: _Varying) -> _Varying:
    """The same amount, added up once for each request however often it is spread."""

    def counted(asked: _Asked) -> int:
        if key not in asked.known:
            asked.known[key] = amount(asked)
        return asked.known[key]

    return counted


def _sum(amounts: Iterable[_Amount]) -> _Amount:
    fixed, varying = 0, []
    for amount in amounts:
        if isinstance(amount, int):
            fixed += amount
        else:
            varying.append(amount)
    return (lambda asked: fixed + sum(each(asked) for each in varying)) if varying else fixed


def _product(times: _Amount, amount: _Amount) -> _Amount:
    if isinstance(times, int) and isinstance(amount, int):
        return times * amount
    return lambda asked: _value(times, asked) * _value(amount, asked)


def _value(amount: _Amount, asked: _Asked) -> int:
    return amount if isinstance(amount, int) else amount(asked)


def _if_included(node: SelectionNode, amount: _Amount) -> _Amount:
    """The amount, or nothing where `@skip` or `@include` leaves the selection out."""
    switches = [each for each in node.directives or () if each.name.value in ("skip", "include")]
    if not switches:
        return amount

    def included(asked: _Asked) -> int:
        return 0 if any(_leaves_out(each, asked.variables) for each in switches) else _value(amount, asked)

    varies = has_variables(switches) or not isinstance(amount, int)
    return included if varies else included(_Asked({}))


def _leaves_out(directive: DirectiveNode, variables: Variables) -> bool:
    [argument] = directive.arguments or ()
    value = value_from_ast_untyped(argument.value, variables)
    return value is not Undefined and value is (directive.name.value == "skip")
