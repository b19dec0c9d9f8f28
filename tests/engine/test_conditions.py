from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.judging import Learner
from vekst.domain.events import FieldValue, RecordedBy


def matches(where: str, data: Mapping[str, FieldValue] | None = None, by: RecordedBy = RecordedBy.SELF) -> bool:
    """Whether one practised call with the data earns a badge that asks for one with the conditions."""
    learner = Learner(f"badges: {{b: {{title: B, earn: {{count: {{event: call.practised, {where}, at_least: 1}}}}}}}}")
    learner.records("call.practised", "2026-03-02T09:00", data or {}, by=by)
    return learner.has("BADGE", "b")


@pytest.mark.parametrize(
    ("where", "fitting", "unfitting"),
    [
        ("{customer: Fjord}", ["Fjord"], ["fjord", "Fjord ", "", None]),
        ("{customer: '6'}", ["6"], [6, 6.0]),
        ("{score: 6}", [6, 6.0], [6.1, "6", None]),
        ("{score: 6.5}", [6.5], [6, 7, "6.5"]),
        ("{score: 6.0}", [6, 6.0], [5]),
        ("{score: 1}", [1, 1.0], [True]),
        ("{score: 0}", [0, 0.0, -0.0], [False, None, ""]),
        ("{brave: true}", [True], [False, 1, 1.0, "true", None]),
        ("{brave: false}", [False], [True, 0, None, ""]),
        ("{channel: [phone, video]}", ["phone", "video"], ["mail", None]),
        ("{score: [1, 2.5]}", [1, 1.0, 2.5], [True, 2, "1"]),
        ("{brave: [true]}", [True], [1]),
        ("{score: {min: 6}}", [6, 6.0, 10**15], [5.999999999, -6, "7", True, None]),
        ("{score: {max: 6}}", [6, 0, -1, 5.5], [6.000000001, "5", False, None]),
        ("{score: {min: 6, max: 8.5}}", [6, 8.5, 7], [5.9, 8.6, None]),
        ("{score: {min: 1}}", [1], [True]),
        ("{score: {max: 0.3}}", [0.3, 0.1], [0.4]),
        ("{channel: {not: phone}}", ["video", ""], ["phone", None]),
        ("{score: {not: 6}}", [5, 6.1, "6", False], [6, 6.0, None]),
        ("{brave: {not: true}}", [False, 1], [True, None]),
        ("{score: {present: true}}", [0, 5, False, ""], [None]),
        ("{score: {present: false}}", [None], [0, 5, False, ""]),
    ],
)
def test_a_field_fits_by_value_and_an_absent_one_only_present_false(
    where: str, fitting: list[FieldValue], unfitting: list[FieldValue]
) -> None:
    name = where[1:].partition(":")[0]
    assert [value for value in fitting if not matches(f"where: {where}", {name: value})] == []
    assert [value for value in unfitting if matches(f"where: {where}", {name: value})] == []


def test_a_field_that_was_left_out_is_as_absent_as_one_without_a_value() -> None:
    assert matches("where: {score: {present: false}}")
    assert not matches("where: {score: {present: true}}")
    assert not matches("where: {score: {max: 6}}")


def test_several_fields_are_joined_by_and() -> None:
    where = "where: {score: {min: 6}, channel: phone}"
    assert matches(where, {"score": 6, "channel": "phone"})
    assert not matches(where, {"score": 5, "channel": "phone"})
    assert not matches(where, {"score": 6, "channel": "video"})
    assert not matches(where, {"score": 6})


def test_no_conditions_fit_everything() -> None:
    assert matches("where: {}")
    assert matches("where: {}", {"score": 6})


@pytest.mark.parametrize(
    ("recorders", "fitting"),
    [
        ("self", {RecordedBy.SELF}),
        ("manager", {RecordedBy.MANAGER}),
        ("system", {RecordedBy.SYSTEM}),
        ("[manager, system]", {RecordedBy.MANAGER, RecordedBy.SYSTEM}),
    ],
)
def test_recorded_by_keeps_only_events_so_recorded(recorders: str, fitting: set[RecordedBy]) -> None:
    assert {by for by in RecordedBy if matches(f"recorded_by: {recorders}", by=by)} == fitting


def test_recorded_by_and_where_are_joined_by_and() -> None:
    both = "recorded_by: manager, where: {score: 6}"
    assert matches(both, {"score": 6}, RecordedBy.MANAGER)
    assert not matches(both, {"score": 5}, RecordedBy.MANAGER)
    assert not matches(both, {"score": 6}, RecordedBy.SELF)
