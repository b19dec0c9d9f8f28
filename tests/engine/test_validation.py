from __future__ import annotations

from datetime import date

import pytest

from tests.support.judging import pack_of
from vekst.domain.events import FieldValue, RecordedBy
from vekst.domain.receipts import Problem
from vekst.engine.validation import event_problems, time_off_days

PACK = pack_of("""
events:
  talk:
    title: Talk
    nature: feedback
    recorded_by: [manager]
    fields:
      minutes: {type: number, min: 0.5, max: 90, required: true}
      change: {type: number}
      note: {type: text}
      brave: {type: flag}
      channel: {type: choice, of: [phone, video]}
""")


def problem(data: dict[str, FieldValue], kind: str = "talk", by: RecordedBy = RecordedBy.MANAGER) -> Problem | None:
    return event_problems(PACK, kind, data, by)


def test_a_fitting_event_has_no_problem() -> None:
    assert problem({"minutes": 5}) is None
    assert problem({"minutes": 90, "change": -3.5, "note": "æøå", "brave": False, "channel": "video"}) is None
    assert problem({"minutes": 0.5, "change": None, "note": "", "brave": None, "channel": None}) is None


@pytest.mark.parametrize("kind", ["vekst.voided", "vekst.time-off", "vekst.", "vekst.other"])
def test_reserved_types_are_refused(kind: str) -> None:
    assert problem({}, kind) == Problem("RESERVED_TYPE", "type", {"type": kind})


def test_an_unknown_type_is_refused_with_the_nearest_known_one() -> None:
    assert problem({}, "tallk") == Problem("UNKNOWN_TYPE", "type", {"type": "tallk", "nearest": "talk"})
    assert problem({}, "x") == Problem("UNKNOWN_TYPE", "type", {"type": "x", "nearest": None})


@pytest.mark.parametrize("by", [RecordedBy.SELF, RecordedBy.SYSTEM])
def test_only_those_whom_the_type_names_may_record_it(by: RecordedBy) -> None:
    assert problem({"minutes": 5}, by=by) == Problem(
        "NOT_RECORDED_BY", "type", {"type": "talk", "recorded_by": by.value}
    )


def test_the_default_recorders_are_oneself_and_a_system() -> None:
    def codes(by: RecordedBy) -> str | None:
        found = event_problems(PACK, "call.reflected", {}, by)
        return found.code if found else None

    assert [codes(by) for by in RecordedBy] == [None, "NOT_RECORDED_BY", None]


def test_an_unknown_field_is_refused_with_the_nearest_known_one_even_if_empty() -> None:
    nearest = Problem("UNKNOWN_FIELD", "data.minute", {"name": "minute", "nearest": "minutes"})
    assert problem({"minutes": 5, "minute": 5}) == nearest
    assert problem({"minutes": 5, "minute": None}) == nearest


def test_a_required_field_must_be_there() -> None:
    missing = Problem("MISSING_FIELD", "data.minutes", {"name": "minutes"})
    assert problem({}) == missing
    assert problem({"minutes": None}) == missing


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("minutes", "5", "NOT_A_NUMBER"),
        ("minutes", True, "NOT_A_NUMBER"),
        ("note", 5, "NOT_A_TEXT"),
        ("note", True, "NOT_A_TEXT"),
        ("brave", 1, "NOT_A_FLAG"),
        ("brave", "true", "NOT_A_FLAG"),
        ("channel", 1, "NOT_A_TEXT"),
    ],
)
def test_a_value_must_have_its_fields_type(name: str, value: FieldValue, code: str) -> None:
    assert problem({"minutes": 5, name: value}) == Problem(code, f"data.{name}", {"name": name})


@pytest.mark.parametrize("value", [0.499999999, 90.1, -1, 10**16, 10**400, float("nan"), float("inf"), float("-inf")])
def test_a_number_must_be_within_its_fields_range(value: float) -> None:
    assert problem({"minutes": value}) == Problem(
        "NUMBER_OUT_OF_RANGE", "data.minutes", {"name": "minutes", "min": 0.5, "max": 90}
    )


def test_numbers_have_a_size_that_keeps_them_exact() -> None:
    for value in (10**15, -(10**15)):
        assert problem({"minutes": 5, "change": value}) is None
        beyond = problem({"minutes": 5, "change": value + (1 if value > 0 else -1)})
        assert beyond == Problem("NUMBER_OUT_OF_RANGE", "data.change", {"name": "change", "min": None, "max": None})


def test_texts_have_a_size() -> None:
    assert problem({"minutes": 5, "note": "å" * 2_000}) is None
    too_long = problem({"minutes": 5, "note": "å" * 2_001})
    assert too_long == Problem("TEXT_TOO_LONG", "data.note", {"name": "note", "most": 2_000})


def test_a_choice_must_be_one_of_its_own() -> None:
    assert problem({"minutes": 5, "channel": "Phone"}) == Problem(
        "NOT_A_CHOICE", "data.channel", {"name": "channel", "choices": "phone, video", "value": "Phone"}
    )
    cut = problem({"minutes": 5, "channel": "x" * 500})
    assert cut is not None
    assert cut.params["value"] == "x" * 80


class TestTimeOffDays:
    def test_s7_both_dates_as_ordinals(self) -> None:
        first, last = date(2026, 3, 2).toordinal(), date(2026, 3, 8).toordinal()
        assert time_off_days({"from": "2026-03-02", "until": "2026-03-08"}) == (first, last)
        assert time_off_days({"from": "2026-03-02", "until": "2026-03-02"}) == (first, first)

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"from": "2026-03-02"},
            {"until": "2026-03-02"},
            {"from": "2026-03-03", "until": "2026-03-02"},
            {"from": "2026-02-30", "until": "2026-03-02"},
            {"from": None, "until": "2026-03-02"},
            {"from": 5, "until": 6},
        ],
    )
    def test_data_that_do_not_say_them_say_nothing(self, data: dict[str, FieldValue]) -> None:
        assert time_off_days(data) is None
