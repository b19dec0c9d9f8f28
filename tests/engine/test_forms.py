"""The quick first look at events says the same as the careful one."""

import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.judging import pack_of
from vekst.domain.events import RecordedBy
from vekst.engine.forms import fitting
from vekst.engine.pack import EventType
from vekst.engine.validation import LARGEST_NUMBER, TEXT_AT_MOST, event_problems

PACK = pack_of("""
events:
  talk:
    title: Talk
    nature: feedback
    recorded_by: [manager, system]
    fields:
      minutes: {type: number, min: 0.5, max: 90, required: true}
      whole-hours: {type: number, min: 0.2, max: 0.8}
      change: {type: number}
      note: {type: text}
      brave: {type: flag}
      channel: {type: choice, of: [phone, video]}
""")
TYPES = PACK.event_types
NAMES = [*TYPES["talk"].fields, "Minutes", "field_0"]
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0.2, 0.5, 0.8, 90, 91, LARGEST_NUMBER, -LARGEST_NUMBER, LARGEST_NUMBER + 1, 2**63, 10**40]),
)
VALUES = st.one_of(
    st.none(), st.booleans(), NUMBERS, st.sampled_from(["phone", "video", "fax"]), st.text(), st.lists(st.integers())
)
LIKELY = st.fixed_dictionaries(
    {"minutes": st.sampled_from([0.5, 1, 90.0])},
    optional={
        "change": NUMBERS,
        "note": st.text(),
        "brave": st.booleans(),
        "channel": st.sampled_from(["phone", None]),
    },
)


def fits(event_type: EventType, data: Mapping[str, Any], recorded_by: RecordedBy) -> bool:
    """Whether the quick look finds nothing that one would have to look at closer."""
    tells = fitting(event_type, recorded_by)
    return tells is not None and tells(data)


@given(
    kind=st.sampled_from(sorted(TYPES)),
    data=LIKELY | st.dictionaries(st.sampled_from(NAMES), VALUES),
    by=st.sampled_from(RecordedBy),
)
def test_an_event_fits_exactly_when_it_has_no_problem(kind: str, data: Mapping[str, Any], by: RecordedBy) -> None:
    assert fits(TYPES[kind], data, by) is (event_problems(PACK, kind, data, by) is None)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, "\ud800"])
def test_what_is_no_number_does_not_fit(value: Any) -> None:
    assert not fits(TYPES["talk"], {"minutes": 1, "change": value}, RecordedBy.MANAGER)


@pytest.mark.parametrize(("length", "fit"), [(TEXT_AT_MOST, True), (TEXT_AT_MOST + 1, False)])
def test_a_text_is_measured_in_characters(length: int, fit: bool) -> None:
    assert fits(TYPES["talk"], {"minutes": 1, "note": "å" * length}, RecordedBy.MANAGER) is fit
