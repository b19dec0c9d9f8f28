"""The variables of a compiled operation: checked by functions made for their types.

What these functions do not take at once is handed to graphql-core, which finds out whether it is wrong and says how.
An input that comes in long lists may bring a function of its own, `read_usual`, which reads a whole list of it into
what its resolver takes, or leaves the list to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    VariableDefinitionNode,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from vekst.graphql.compiled.errors import NotCompiledError
from vekst.graphql.compiled.resolvers import origin_of

__all__ = ["Variables"]

_ERRORS_AT_MOST: Final = 50
"""As many as graphql-core's executor tells."""

_Coerce = Callable[[Any], Any]
"""The value in the type's own form; `Undefined` for one that the function does not take."""


class Variables:
    """The variables that an operation declares."""

    def __init__(
        self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode], *, hide_suggestions: bool
    ) -> None:
        self._schema = schema
        self._definitions = definitions
        self._hide_suggestions = hide_suggestions
        signatures = [get_variable_signature(schema, definition) for definition in definitions]
        self._coercers = tuple((each, _coercer(each.type)) for each in signatures if not isinstance(each, GraphQLError))
        if len(self._coercers) < len(definitions):
            raise NotCompiledError

    def read(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The values of a request's variables, or what is wrong with them."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, coerce in self._coercers:
            name = signature.name
            value = given.get(name, Undefined)
            if value is Undefined:
                if signature.default is not None or isinstance(signature.type, GraphQLNonNull):
                    return self._exactly(given)
                sources[name] = VariableValueSource(signature)
                continue
            found = coerce(value)
            if found is Undefined:
                return self._exactly(given)
            sources[name] = VariableValueSource(signature, value)
            coerced[name] = found
        return VariableValues(sources, coerced)

    def _exactly(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        return get_variable_values(
            self._schema,
            self._definitions,
            dict(given),
            max_errors=_ERRORS_AT_MOST,
            hide_suggestions=self._hide_suggestions,
        )


def _coercer(kind: GraphQLInputType, within: tuple[GraphQLInputObjectType, ...] = ()) -> _Coerce:
    """The function for a type; a type that holds itself has none, since only graphql-core counts how deep it goes."""
    if isinstance(kind, GraphQLNonNull):
        return _present(_coercer(kind.of_type, within))
    if isinstance(kind, GraphQLList):
        return _nullable(_list(_coercer(kind.of_type, within), _usual(kind.of_type)))
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of or kind in within or "out_type" in vars(kind):
            return _never
        return _nullable(_object(kind, (*within, kind)))
    named = get_named_type(kind)
    if named in (GraphQLString, GraphQLID):
        return lambda value: value if value.__class__ is str or value is None else Undefined
    if named is GraphQLBoolean:
        return lambda value: value if value.__class__ is bool or value is None else Undefined
    if named is GraphQLInt:
        return _nullable(
            lambda value: value if value.__class__ is int and -2147483648 <= value <= 2147483647 else Undefined
        )
    if isinstance(named, GraphQLEnumType):
        return _nullable(lambda value: coerce_input_value(value, named))
    if isinstance(named, GraphQLScalarType):
        return _nullable(_leaf(named.coerce_input_value))
    return lambda value: coerce_input_value(value, kind)


def _leaf(read: _Coerce) -> _Coerce:
    def coerce(value: object) -> object:
        try:
            return read(value)
        except Exception:  # noqa: BLE001 - whatever it is, graphql-core says how it is wrong
            return Undefined

    return coerce


def _never(_value: object) -> object:
    return Undefined


def _present(coerce: _Coerce) -> _Coerce:
    return lambda value: Undefined if value is None else coerce(value)


def _nullable(coerce: _Coerce) -> _Coerce:
    return lambda value: None if value is None else coerce(value)


def _usual(kind: GraphQLInputType) -> _Coerce:
    """The function that the type brings for lists of it; it answers None where it can't tell."""
    found = getattr(origin_of(get_nullable_type(kind)), "read_usual", None)
    return found if callable(found) else lambda _value: None


def _list(item: _Coerce, usual: _Coerce) -> _Coerce:
    def coerce(value: object) -> object:
        if not isinstance(value, list):
            return Undefined
        if (read := usual(value)) is not None:
            return read
        found = [item(each) for each in value]
        return Undefined if Undefined in found else found

    return coerce


def _object(kind: GraphQLInputObjectType, within: tuple[GraphQLInputObjectType, ...]) -> _Coerce:
    fields = [(name, each, _coercer(each.type, within)) for name, each in kind.fields.items()]
    known = frozenset(kind.fields)

    def coerce(value: object) -> object:
        if not isinstance(value, dict) or not known.issuperset(value):
            return Undefined
        coerced: dict[str, Any] = {}
        for name, field, coerce_field in fields:
            if name in value:
                found = coerce_field(value[name])
                if found is Undefined:
                    return Undefined
                coerced[field.out_name or name] = found
            elif _is_wanted(field):
                return Undefined
        return coerced

    return coerce


def _is_wanted(field: GraphQLInputField) -> bool:
    """Whether something stands in the field even where it is left out: a default, or an error."""
    return is_required_input_field(field) or field.default is not None or field.default_value is not Undefined
