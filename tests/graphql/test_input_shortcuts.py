"""The short ways in which a batch of events is read give what the long ones give."""

from collections.abc import Mapping
from typing import Any

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types import get_object_definition
from strawberry.types.arguments import convert_argument

from vekst.graphql.mutations.progress import ProgressEventInput, RecordProgressInput
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
