"""An operation that is compiled once and then run as often as it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import CoroutineType
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    Executor,
    FragmentDefinitionNode,
    GraphQLBoolean,
    GraphQLError,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    TypeNode,
    VariableNode,
    Visitor,
    default_field_resolver,
    default_type_resolver,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from vekst.graphql.compiled.errors import NotCompiledError
from vekst.graphql.compiled.run import Run
from vekst.graphql.compiled.selections import Function, Selections
from vekst.graphql.compiled.variables import Variables
from vekst.graphql.schema import VekstSchema

__all__ = ["CompiledOperation"]

_DIRECTIVES: Final = frozenset({"include", "skip"})
_FORMS_AT_MOST: Final = 8

_Form = Function | dict[str, Function]
"""The function of the whole, or for what is done in order, those of the fields."""


class CompiledOperation:
    """One operation of a valid document; `NotCompiledError` for one that is left to the standard executor.

    Where variables decide what is included, the operation has a form for each way they can stand, made when it is
    first asked for.
    """

    def __init__(
        self,
        schema: VekstSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        *,
        hide_suggestions: bool,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._hide_suggestions = hide_suggestions
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._details = {name: FragmentDetails(node) for name, node in self._fragments.items()}
        self._switches = _switches(document, operation)
        definitions = operation.variable_definitions or ()
        self._variables = Variables(schema.core, definitions, hide_suggestions=hide_suggestions)
        self._forms: dict[tuple[object, ...], _Form | None] = {}
        if not self._switches:
            self._forms[()] = self._form({})

    async def execute(self, given: Mapping[str, Any], context: object, root: object = None) -> ExecutionResult | None:
        """The result, as the standard executor would give it; None where it has to be asked this time."""
        variables = self._variables.read(given)
        if not isinstance(variables, VariableValues):
            return ExecutionResult(None, variables)
        form = self._chosen(variables.coerced)
        if form is None:
            return None
        executor = self._executor(variables, context, root)
        run = Run(executor)
        data: dict[str, Any] | None
        try:
            if isinstance(form, dict):
                data = await _one_after_the_other(form, run, root)
            else:
                found = form(run, root, None)
                data = await found if found.__class__ is CoroutineType else found
        except GraphQLError as error:
            executor.collected_errors.add(error, None)
            data = None
        return ExecutionResult(data, executor.collected_errors.errors or None)

    def _chosen(self, variables: Mapping[str, Any]) -> _Form | None:
        switches = self._switches
        standing = tuple(variables.get(name) for name in switches)
        if standing not in self._forms:
            if len(self._forms) >= _FORMS_AT_MOST:
                return None
            try:
                self._forms[standing] = self._form({name: variables[name] for name in switches if name in variables})
            except NotCompiledError:
                self._forms[standing] = None
        return self._forms[standing]

    def _form(self, switches: dict[str, Any]) -> _Form:
        selections = Selections(self._schema, self._operation, self._details, switches)
        return selections.fields() if self._operation.operation is OperationType.MUTATION else selections.whole()

    def _executor(self, variables: VariableValues, context: object, root: object) -> Executor[Any]:
        return self._schema.execution_context_class(
            self._schema.core,
            self._fragments,
            self._details,
            root,
            context,
            self._operation,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            hide_suggestions=self._hide_suggestions,
        )


async def _one_after_the_other(fields: Mapping[str, Function], run: Run, root: object) -> dict[str, Any]:
    """What mutations do: each is over before the next begins."""
    data: dict[str, Any] = {}
    for key, field in fields.items():
        run.late = False
        value = field(run, root, None)
        data[key] = await value if value.__class__ is CoroutineType else value
    return data


def _switches(document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """The variables that decide what is included; `NotCompiledError` for directives that say anything else.

    What other operations of the document decide by, this one may call by the same name and mean anything.
    """
    flags = {node.variable.name.value for node in operation.variable_definitions or () if _is_flag(node.type)}
    names: dict[str, None] = {}

    class Finder(Visitor):
        def enter_directive(self, node: DirectiveNode, *_args: object) -> None:
            if node.name.value not in _DIRECTIVES:
                raise NotCompiledError
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode) and argument.value.name.value in flags:
                    names.setdefault(argument.value.name.value)

    if operation.directives:
        raise NotCompiledError
    visit(document, Finder())
    return tuple(names)


def _is_flag(kind: TypeNode) -> bool:
    named = kind.type if isinstance(kind, NonNullTypeNode) else kind
    return isinstance(named, NamedTypeNode) and named.name.value == GraphQLBoolean.name
