"""Makes the functions of a compiled operation: one per object type and selection, written as Python and then run.

Which fields are selected on a type is found by graphql-core itself, so fragments and directives are its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any, Final, cast

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from vekst.graphql.compiled.errors import NotCompiledError
from vekst.graphql.compiled.leaves import NAMES, short_way
from vekst.graphql.compiled.plain import Plain, plain_value
from vekst.graphql.compiled.resolvers import Resolve, attribute_of, origin_of, resolver_of
from vekst.graphql.compiled.run import Place, Run, Selected
from vekst.graphql.lasting import Lasting
from vekst.graphql.schema import VekstSchema

__all__ = ["Function", "Selections"]

Function = Callable[[Run, Any, Place], Any]
"""Gives what stands in a place of the answer, from an object or a value; a coroutine where it is still to come."""

_FIELDS_AT_MOST: Final = 1_000
_BEGINNING: Final = "def made(run, source, place):\n data = {}\n try:\n"
_END: Final = (
    " except Exception:\n  run.abandoned(data.values())\n  raise\n return run.settled(data) if run.late else data\n"
)
_TYPE_NAME: Final = "__typename"


class Selections:
    """The functions of one operation, as its directives stand in these variables."""

    def __init__(
        self,
        schema: VekstSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        variables: dict[str, Any],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self._variables = VariableValues({}, variables)
        self._fields = 0

    def whole(self) -> Function:
        """The function of the whole operation."""
        return self._object(*self._root())

    def fields(self) -> dict[str, Function]:
        """The functions of the operation's fields by key, for who takes one after the other."""
        kind, grouped = self._root()
        return {key: self._field(key, kind, details) for key, details in grouped.items()}

    def _root(self) -> tuple[GraphQLObjectType, GroupedFieldSet]:
        kind = self._schema.core.get_root_type(self._operation.operation)
        if kind is None:
            raise NotCompiledError
        try:
            grouped, *_ = collect_fields(
                self._schema.core, self._fragments, self._variables, kind, self._operation, hide_suggestions=True
            )
        except GraphQLError as error:
            raise NotCompiledError from error
        return kind, grouped

    def _object(self, kind: GraphQLObjectType, grouped: GroupedFieldSet) -> Function:
        """The function for an object of that type."""
        names: dict[str, object] = dict(NAMES)
        lines: list[str] = []
        for number, (key, details) in enumerate(grouped.items()):
            self._fields += 1
            if self._fields > _FIELDS_AT_MOST:
                raise NotCompiledError
            if details[0].node.name.value == _TYPE_NAME:
                lines.append(f"  data[{key!r}] = {kind.name!r}\n")
                continue
            selected = Selected(key, kind, self._definition(kind, details), details)
            lines += _attribute(selected, number, names) or [f"  data[{key!r}] = field{number}(run, source, place)\n"]
            if f"executed{number}" not in names:
                names[f"field{number}"] = self._field(key, kind, details)
        return _made(_BEGINNING + "".join(lines or ["  pass\n"]) + _END, names)

    def _definition(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GraphQLField:
        name = details[0].node.name.value
        definition = self._schema.core.get_field(kind, name)
        if definition is None or name.startswith("__"):
            raise NotCompiledError
        return definition

    def _field(self, key: str, kind: GraphQLObjectType, details: FieldDetailsList) -> Function:
        """The function for a field of an object: the value is got, awaited if it is to be, and completed."""
        if details[0].node.name.value == _TYPE_NAME:
            return lambda _run, _source, _place: kind.name
        selected = Selected(key, kind, self._definition(kind, details), details)
        complete = self._value(selected.definition.type, selected)
        return _field(selected, resolver_of(selected, self._schema), complete)

    def _value(self, kind: GraphQLOutputType, selected: Selected, *, in_list: bool = False) -> Function:
        """The function that completes a value of that type."""
        nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        otherwise = _otherwise(kind, selected, in_list=in_list)
        if is_leaf_type(nullable):
            return _leaf(nullable, otherwise)
        if isinstance(nullable, GraphQLList):
            item = self._value(nullable.of_type, selected, in_list=True)
            general = _list(nullable.of_type, selected, item, otherwise)
        else:
            general = _shaped(self._shapes(nullable, selected), otherwise, nullable=nullable is kind)
        plain = None if in_list else plain_value(selected, self._below)
        return _quickly(plain, general) if plain else general

    def _shapes(self, kind: GraphQLOutputType, selected: Selected) -> dict[type, Function]:
        """The functions for objects of the type, or of those that it stands for, by the class of their instances."""
        members = self._schema.core.get_possible_types(kind) if is_abstract_type(kind) else [kind]
        return {
            origin: self._object(member, self._subfields(member, selected))
            for member in members
            if isinstance(member, GraphQLObjectType) and (origin := origin_of(member)) is not None
        }

    def _below(self, kind: GraphQLObjectType, selected: Selected) -> dict[str, Selected | None]:
        """The fields that are selected below one on an object of that type, by key; None is the name of the type."""
        return {
            key: None
            if details[0].node.name.value == _TYPE_NAME
            else Selected(key, kind, self._definition(kind, details), details)
            for key, details in self._subfields(kind, selected).items()
        }

    def _subfields(self, kind: GraphQLObjectType, selected: Selected) -> GroupedFieldSet:
        try:
            found = collect_subfields(
                self._schema.core,
                self._fragments,
                self._variables,
                self._operation,
                kind,
                selected.details,
                hide_suggestions=True,
            )
        except GraphQLError as error:
            raise NotCompiledError from error
        return found.grouped_field_set


def _attribute(selected: Selected, number: int, names: dict[str, object]) -> list[str]:
    """The lines that put an attribute into the answer: one without parts, or one that is not there; else none."""
    kind = selected.definition.type
    nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    attribute = attribute_of(selected)
    if attribute is None:
        return []
    way = short_way(nullable, number) if is_leaf_type(nullable) else None
    if way is None:
        key, field = repr(selected.key), f"field{number}(run, source, place)"
        lines = [f"  data[{key}] = None if source.{attribute} is None else {field}\n"]
        return lines if nullable is kind else []
    names |= way.names

    def executed(run: Run, source: object, place: Place) -> object:
        return run.executed(selected, source, place)

    names[f"executed{number}"] = executed
    written = way.written if nullable is not kind else f"None if value is None else {way.written}"
    test = way.test if nullable is not kind else f"value is None or ({way.test})"
    return [
        f"  value = source.{attribute}\n",
        f"  data[{selected.key!r}] = ({written}) if ({test}) else executed{number}(run, source, place)\n",
    ]


def _otherwise(kind: GraphQLOutputType, selected: Selected, *, in_list: bool) -> Function:
    """What completes a value that is not of the usual kind."""
    if in_list:
        return lambda run, value, place: run.completed_item(kind, selected, value, place)
    return lambda run, value, place: run.completed(kind, selected, value, place)


def _leaf(kind: GraphQLLeafType, otherwise: Function) -> Function:
    way = short_way(kind, 0)
    if way is None:
        return otherwise
    text = f"def made(run, value, place):\n return {way.written} if ({way.test}) else otherwise(run, value, place)\n"
    return _made(text, {**NAMES, **dict(way.names), "otherwise": otherwise})


def _quickly(plain: Plain, general: Function) -> Function:
    """The quick way, and the general one where that gives up."""

    def complete(run: Run, value: Any, place: Place) -> object:  # noqa: ANN401 - whatever a resolver gave
        try:
            return value.written(plain) if value.__class__ is Lasting else plain(value)
        except Exception:  # noqa: BLE001 (whatever it is, the general way meets it again)
            return general(run, value, place)

    return complete


def _shaped(shapes: dict[type, Function], otherwise: Function, *, nullable: bool) -> Function:
    find = shapes.get

    def complete(run: Run, value: object, place: Place) -> object:
        shape = find(value.__class__)
        if shape is not None:
            return shape(run, value, place)
        return None if value is None and nullable else otherwise(run, value, place)

    return complete


def _list(kind: GraphQLOutputType, selected: Selected, item: Function, otherwise: Function) -> Function:
    def complete(run: Run, values: list[Any], place: Place) -> object:
        if values.__class__ is not list and values.__class__ is not Lasting:
            return otherwise(run, values, place)
        found: list[Any] = []
        rest = enumerate(values)
        while True:
            try:
                for index, each in rest:
                    value = item(run, each, (place, index, None))
                    if run.late and value.__class__ is CoroutineType:
                        value = run.guarded(value, kind, selected, (place, index, None))
                    found.append(value)
            except Exception as error:  # noqa: BLE001 (any error has its place in the answer)
                index = len(found)
                found.append(None)
                try:
                    run.failed(error, kind, selected, (place, index, None))
                except Exception:
                    run.abandoned([*found, *values[index + 1 :]])
                    raise
            else:
                return run.settled_list(found) if run.late else found

    return complete


def _field(selected: Selected, resolve: Resolve, complete: Function) -> Function:
    kind, key, parent = selected.definition.type, selected.key, selected.parent.name

    async def awaited(run: Run, waiting: Awaitable[Any], here: Place) -> object:
        try:
            value = await waiting
            run.late = False
            value = complete(run, value, here)
            if value.__class__ is CoroutineType:
                value = await value
        except Exception as error:  # noqa: BLE001 (any error has its place in the answer)
            run.failed(error, kind, selected, here)
            return None
        return value

    def field(run: Run, source: object, place: Place) -> object:
        here = (place, key, parent)
        try:
            value: Any = resolve(run, source, here)
            if run.executor.is_awaitable(value):
                run.late = True
                return awaited(run, value, here)
            value = complete(run, value, here)
        except Exception as error:  # noqa: BLE001 (any error has its place in the answer)
            run.failed(error, kind, selected, here)
            return None
        if run.late and value.__class__ is CoroutineType:
            return run.guarded(value, kind, selected, here)
        return value

    return field


def _made(text: str, names: dict[str, object]) -> Function:
    """The function `made` of the source text, which is put together from names of the schema and of the operation."""
    exec(compile(text, "<compiled operation>", "exec"), names)  # noqa: S102 (no value of a request is ever in it)
    return cast("Function", names["made"])
