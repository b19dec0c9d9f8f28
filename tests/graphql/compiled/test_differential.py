"""Compiled operations answer to the byte as the standard executor does, whatever the resolvers come up with."""

from __future__ import annotations

import os
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, execute, get_operation_ast, parse, specified_rules, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.graphql.compiled.questions import Question, questions
from tests.graphql.compiled.worlds import World
from tests.graphql.operations import OPERATIONS, operation
from vekst.graphql.answers import encoded
from vekst.graphql.compiled import CompiledOperation
from vekst.graphql.schema import build_schema

# Where an error empties a place, graphql-core cancels what was begun below it, some of it before its first step.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning",
)

SCHEMA = build_schema()
EXAMPLES = int(os.environ.get("VEKST_TEST_OPERATIONS", "200"))
"""How many operations are made up."""

DELIVERED = [path for path in sorted(OPERATIONS.glob("*.graphql")) if "\nsubscription " not in path.read_text()]
"""The operations of the repository that have one answer."""


def told(result: ExecutionResult) -> bytes:
    """The result as bytes, with what each error rests on."""
    errors = [
        {**error.formatted, "cause": f"{error.original_error.__class__.__name__}: {error.original_error}"}
        for error in result.errors or ()
    ]
    return encoded({"data": result.data, "errors": errors})


async def standard(document: DocumentNode, variables: dict[str, Any], name: str | None = None) -> ExecutionResult:
    result = execute(
        SCHEMA.core,
        document,
        variable_values=variables,
        operation_name=name,
        executor_class=SCHEMA.execution_context_class,
        hide_suggestions=True,
    )
    return await result if isawaitable(result) else result


async def compiled(document: DocumentNode, variables: dict[str, Any]) -> ExecutionResult | None:
    asked = get_operation_ast(document)
    assert asked is not None
    made = CompiledOperation(SCHEMA, document, asked, hide_suggestions=True)
    first = await made.execute(variables, None)
    again = await made.execute(variables, None)
    assert (first is None) == (again is None)
    if first is not None and again is not None:
        assert told(first) == told(again)
    return first


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(question=questions(SCHEMA.core), seed=st.integers(0, 10_000), trouble=st.sampled_from([0, 0, 20, 150]))
async def test_any_operation_in_any_world(question: Question, seed: int, trouble: int) -> None:
    document = parse(question.text)
    assume(not validate(SCHEMA.core, document, specified_rules))
    with pytest.MonkeyPatch.context() as monkeypatch:
        World(seed, trouble).enter(monkeypatch)
        ours = await compiled(document, question.variables)
        theirs = await standard(document, question.variables)
    if ours is None:
        # A directive whose variable is null is an error where it is met, which the standard executor finds out.
        assert None in question.variables.values()
        return
    assert told(ours).decode() == told(theirs).decode()


@pytest.mark.parametrize("name", ["A", "B", "C"])
async def test_operations_of_one_document_may_call_their_variables_alike(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What decides for one operation is a list of ids, or a list of flags, for another."""
    document = parse(
        """
        query A($x: Boolean!) { me @include(if: $x) { ...Names @skip(if: $x) } }
        query B($x: [ID!]!) { nodes(ids: $x) { id ...Of } }
        query C($x: ID!, $y: Boolean!) { node(id: $x) { ...Of @include(if: $y) } }
        fragment Names on Learner { name person @include(if: $x) }
        fragment Of on Learner { zone }
        """
    )
    assert not validate(SCHEMA.core, document, specified_rules)
    values: dict[str, list[dict[str, Any]]] = {
        "A": [{"x": True}, {"x": False}],
        "B": [{"x": ["a", "b"]}, {"x": "a"}, {"x": []}],
        "C": [{"x": each, "y": flag} for each in "abcdefghijkl" for flag in (True, False)],
    }
    World(3, 0).enter(monkeypatch)
    asked = get_operation_ast(document, name)
    assert asked is not None
    made = CompiledOperation(SCHEMA, document, asked, hide_suggestions=True)
    for variables in values[name]:
        ours = await made.execute(variables, None)
        theirs = await standard(document, variables, name)
        assert ours is not None
        assert told(ours).decode() == told(theirs).decode()


@pytest.mark.parametrize("path", DELIVERED, ids=lambda path: path.stem)
@pytest.mark.parametrize("trouble", [0, 30, 300])
async def test_every_delivered_operation(path: Path, trouble: int, monkeypatch: pytest.MonkeyPatch) -> None:
    document = parse(operation(path.stem))
    asked = get_operation_ast(document)
    assert asked is not None
    variables = {node.variable.name.value: "kari" for node in asked.variable_definitions or ()}
    for seed in range(5):
        World(seed, trouble).enter(monkeypatch)
        for values in (variables, {}):
            ours, theirs = await compiled(document, values), await standard(document, values)
            assert ours is not None
            assert told(ours).decode() == told(theirs).decode()
