"""The short ways in which a batch of events is read give what the long ones give."""

from collections.abc import Mapping
from typing import Any

import pytest
import strawberry
from graphql import OperationDefinitionNode, parse
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types import get_object_definition
from strawberry.types.arguments import convert_argument

from vekst.domain.receipts import NewEvent
from vekst.graphql.compiled.variables import Variables
from vekst.graphql.mutations.progress import ProgressEventInput, RecordProgressInput, _read
from vekst.graphql.scalars import SCALARS, DateTime
from vekst.graphql.schema import build_schema

NAMED = {"id": st.text(), "type": st.text(), "occurredAt": st.text()}
OPTIONAL = {
    "data": st.none() | st.dictionaries(st.text(), st.integers()) | st.lists(st.integers()),
    "person": st.none() | st.text(),
}
EVENTS = st.fixed_dictionaries(NAMED, optional=OPTIONAL)
TWO = st.integers(0, 99).map("{:02}".format)
INSTANTS = st.tuples(
    st.sampled_from(["2026-02-28", "2026-02-29", "0001-01-01", "9999-12-31", "2026-13-01"]),
    st.tuples(TWO, TWO, TWO).map(":".join),
    st.sampled_from(["", ".1", ".123456", ".999999"]),
    st.sampled_from(["Z", "+00:00", "-23:59", "+14:00", "+24:00", "+05:61"]),
)


def read(value: str) -> object:
    """The instant as a client's variable gives it, or why not."""
    parse = SCALARS[DateTime].parse_value
    assert parse is not None
    return parse(value)


@given(INSTANTS)
def test_an_instant_in_its_usual_form_is_read_as_in_any_other(parts: tuple[str, str, str, str]) -> None:
    day, time, fraction, offset = parts
    assert read(f"{day}T{time}{fraction}{offset}") == read(f"{day} {time}{fraction}{offset}")


@given(st.lists(EVENTS))
def test_a_batch_is_built_as_strawberry_builds_it(events: list[Mapping[str, Any]]) -> None:
    given_value = {"events": events}
    schema = build_schema()
    scalars, config = schema.schema_converter.scalar_registry, schema.config
    ours = convert_argument(given_value, RecordProgressInput, scalars, config)
    with pytest.MonkeyPatch.context() as patched:
        for kind in (ProgressEventInput, RecordProgressInput):
            patched.setattr(get_object_definition(kind, strict=True), "from_input", None)
        theirs = convert_argument(given_value, RecordProgressInput, scalars, config)
    assert ours == theirs
    assert isinstance(ours, RecordProgressInput)
    assert [event.data is strawberry.UNSET for event in ours.events] == ["data" not in event for event in events]


LIKELY = st.fixed_dictionaries(
    {"id": st.text(), "type": st.text(), "occurredAt": INSTANTS.map(lambda parts: "{}T{}{}{}".format(*parts))},
    optional={"data": st.none() | st.dictionaries(st.text(), st.integers()), "person": st.none() | st.text()},
)
WRONG = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers() | st.none(),
        "occurredAt": st.integers() | st.text(),
        "data": st.integers() | st.lists(st.integers()),
        "person": st.integers(),
        "more": st.none(),
        "\ud800": st.none(),
    },
)


@given(st.lists(LIKELY, min_size=1), st.none() | WRONG)
def test_a_list_that_is_read_in_one_go_is_what_it_is_read_one_by_one(
    events: list[dict[str, Any]], wrong: dict[str, Any] | None
) -> None:
    if wrong is not None:
        events[-1] = {**events[-1], **wrong}
    schema = build_schema().core
    [operation] = parse("mutation ($events: [ProgressEventInput!]!) { __typename }").definitions
    assert isinstance(operation, OperationDefinitionNode)
    definitions = operation.variable_definitions or ()
    quick = Variables(schema, definitions, hide_suggestions=True).read({"events": events})
    exact = get_variable_values(schema, definitions, {"events": events}, hide_suggestions=True)
    if not isinstance(exact, VariableValues) or not isinstance(quick, VariableValues):
        assert str(quick) == str(exact)
        return
    theirs = [_read(_built(event)) for event in exact.coerced["events"]]
    ours = [event if isinstance(event, NewEvent) else _read(_built(event)) for event in quick.coerced["events"]]
    assert ours == theirs
    if all(isinstance(event, NewEvent) for event in theirs):
        assert quick.coerced["events"] == theirs, "the short way was not taken"


def _built(event: Mapping[str, Any]) -> ProgressEventInput:
    batch = convert_argument(
        {"events": [event]}, RecordProgressInput, build_schema().schema_converter.scalar_registry, build_schema().config
    )
    assert isinstance(batch, RecordProgressInput)
    return batch.events[0]
