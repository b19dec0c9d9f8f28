"""How the value of a field is got: as an attribute, by the resolver itself, or by Strawberry around the resolver."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getattr_static
from operator import attrgetter
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    VariableNode,
    get_argument_values,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
    is_union_type,
)
from graphql.execution.values import VariableValues
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from vekst.graphql.compiled.run import Place, Run, Selected
from vekst.graphql.schema import VekstSchema
from vekst.graphql.variables import has_variables

__all__ = ["Resolve", "attribute_of", "origin_of", "resolver_of"]

Resolve = Callable[[Run, Any, Place], object]
"""Gets the value of a field of an object; it may have to be awaited."""

_Arguments = Callable[[Run], dict[str, Any]]
_NO_VARIABLES: Final = VariableValues({}, {})


def origin_of(kind: object) -> type | None:
    """The class whose instances the schema's type promises."""
    definition = getattr(kind, "extensions", {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    origin = getattr(definition, "origin", None)
    return origin if isinstance(origin, type) else None


def attribute_of(selected: Selected) -> str | None:
    """The attribute that the field shows as it is; None where there is more to the field."""
    field, origin = _strawberry(selected.definition), origin_of(selected.parent)
    if field is None or origin is None or not field.is_basic_field or field.default_resolver is not getattr:
        return None
    name = field.python_name
    if name not in getattr(origin, "__dataclass_fields__", {}) or hasattr(getattr_static(origin, name, 0), "__get__"):
        return None
    # It becomes a part of source code.
    return name if name.isidentifier() else None


def resolver_of(selected: Selected, schema: VekstSchema) -> Resolve:
    """What gets the field's value, with everything that Strawberry puts around the resolver of such a field."""
    if (attribute := attribute_of(selected)) is not None:
        read = attrgetter(attribute)
        return lambda _run, source, _place: read(source)
    field = _strawberry(selected.definition)
    if field is not None and _stands_alone(field, selected.definition):
        return _direct(field, selected, schema)
    return _around(selected)


def _strawberry(definition: GraphQLField) -> StrawberryField | None:
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    # A field of another class may do more than one knows here.
    return field if type(field) is StrawberryField else None


def _stands_alone(field: StrawberryField, definition: GraphQLField) -> bool:
    """Whether Strawberry would only call the resolver: no permissions, no refusals of a union, no inputs to build."""
    resolver = field.base_resolver
    return (
        resolver is not None
        and not field.extensions
        and not field.is_subscription
        and resolver.self_parameter is not None
        and resolver.root_parameter is None
        and resolver.parent_parameter is None
        and not is_union_type(get_named_type(definition.type))
        and all(is_leaf_type(get_nullable_type(argument.type)) for argument in definition.args.values())
    )


def _direct(field: StrawberryField, selected: Selected, schema: VekstSchema) -> Resolve:
    resolver = field.base_resolver
    if resolver is None:
        raise ValueError(f"{field.name} has no resolver")
    call: Callable[..., object] = resolver.wrapped_func  # type: ignore[assignment]  # bound when the schema was built
    name_of = schema.config.name_converter.from_argument
    names = {name_of(argument): argument.python_name for argument in field.arguments}
    arguments, informed = _arguments_of(selected), resolver.info_parameter
    make_info = schema.config.info_class

    def resolve(run: Run, source: object, place: Place) -> object:
        given = {names[name]: value for name, value in arguments(run).items()} if names else {}
        if informed is not None:
            given[informed.name] = make_info(_raw_info=run.info(selected, place), _field=field)
        return call(source, **given)

    if not names and informed is None:
        return lambda _run, source, _place: call(source)
    return resolve


def _around(selected: Selected) -> Resolve:
    resolve: Callable[..., object] | None = selected.definition.resolve
    arguments = _arguments_of(selected)

    def resolved(run: Run, source: object, place: Place) -> object:
        get = resolve or run.executor.field_resolver
        return get(source, run.info(selected, place), **arguments(run))

    return resolved


def _arguments_of(selected: Selected) -> _Arguments:
    """The arguments by name: what is constant is worked out now, and variables are put in as they are."""
    definition, node = selected.definition, selected.details[0].node

    def exact(run: Run) -> dict[str, Any]:
        executor = run.executor
        return get_argument_values(definition, node, executor.variable_values, None, executor.hide_suggestions)

    if not definition.args:
        return lambda _run: {}
    values = {argument.name.value: argument.value for argument in node.arguments or ()}
    variables = {
        name: (value.name.value, is_non_null_type(definition.args[name].type), definition.args[name].out_name or name)
        for name, value in values.items()
        if isinstance(value, VariableNode)
    }
    constant = {name: each for name, each in definition.args.items() if name not in variables}
    if has_variables(values[name] for name in constant if name in values):
        return exact
    constants = _constants(definition, node, constant)
    if constants is None:
        return exact

    def arguments(run: Run) -> dict[str, Any]:
        given = constants.copy()
        for variable, needed, name in variables.values():
            # What was left out, or is null where that can't be, is the general case.
            if (value := run.variables.get(variable)) is None and (needed or variable not in run.variables):
                return exact(run)
            given[name] = value
        return given

    return arguments


def _constants(definition: GraphQLField, node: FieldNode, args: dict[str, GraphQLArgument]) -> dict[str, Any] | None:
    """The arguments that no request changes; None where they can't be kept: wrong ones, and what could be changed."""
    try:
        found = get_argument_values(GraphQLField(definition.type, args=args), node, _NO_VARIABLES)
    except GraphQLError:
        return None
    return None if any(isinstance(value, list | dict) for value in found.values()) else found
