"""Examples of criteria and of improvement (I1-I4), worked out by hand from the words of the contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import pytest

from tests.model import judge
from tests.model.writing import at, badge, calls, event, holds_on, reached, told


class TestCriteria:
    def test_count_needs_as_many_events_of_the_type(self) -> None:
        assert not holds_on(calls(2), event("2026-03-02T09:00"), event("2026-03-02T10:00", "lesson"))
        assert holds_on(calls(2), event("2026-03-02T09:00"), event("2026-03-02T10:00"))

    def test_a_list_of_types_counts_any_of_them(self) -> None:
        both = {"count": {"event": ["call", "lesson"], "at_least": 2}}
        assert holds_on(both, event("2026-03-02T09:00"), event("2026-03-02T10:00", "lesson"))

    def test_at_most_lets_no_more_of_each_window_count(self) -> None:
        capped = calls(3, at_most={"times": 2, "per": "day"})
        monday = [event(f"2026-03-02T{hour}:00") for hour in (10, 11, 12)]
        assert not holds_on(capped, *monday)
        assert holds_on(capped, *monday, event("2026-03-03T10:00"))

    def test_sum_adds_in_decimals(self) -> None:
        node = {"sum": {"event": "call", "field": "score", "at_least": 0.3}}
        assert holds_on(node, event("2026-03-02T09:00", score=0.1), event("2026-03-02T10:00", score=0.2))
        assert not holds_on(node, event("2026-03-02T09:00", score=0.1), event("2026-03-02T10:00", score=0.1999))

    def test_distinct_compares_by_value_and_a_flag_is_not_a_number(self) -> None:
        node = {"distinct": {"event": "call", "field": "x", "at_least": 3}}
        assert not holds_on(node, *[event("2026-03-02T09:00", x=x) for x in (1, 1.0, "a", "a")])
        assert holds_on(node, *[event("2026-03-02T09:00", x=x) for x in (1, True, "1")])

    def test_days_counts_local_dates(self) -> None:
        node = {"days": {"event": "call", "at_least": 2}}
        assert not holds_on(node, event("2026-03-02T00:00"), event("2026-03-02T23:59"))
        assert holds_on(node, event("2026-03-02T23:59"), event("2026-03-03T00:00"))

    @pytest.mark.parametrize(
        ("where", "score", "fits"),
        [
            (6, 6.0, True),
            (1, True, False),
            (True, True, True),
            ([5, 6], 6, True),
            ([5, 6], 7, False),
            ({"min": 6, "max": 7}, 6, True),
            ({"min": 6, "max": 7}, 7, True),
            ({"min": 6, "max": 7}, 7.01, False),
            ({"min": 0}, True, False),
            ({"not": 6}, 5, True),
            ({"not": 6}, 6, False),
            ({"not": 6}, None, False),
            ({"present": True}, 0, True),
            ({"present": True}, None, False),
            ({"present": False}, None, True),
            ({"present": False}, 0, False),
            ({"min": 0}, None, False),
        ],
    )
    def test_where(self, where: Any, score: Any, *, fits: bool) -> None:
        data = {} if score is None else {"score": score}
        assert holds_on(calls(where={"score": where}), event("2026-03-02T09:00", **data)) is fits

    def test_several_fields_of_where_are_joined_by_and(self) -> None:
        node = calls(where={"score": 6, "topic": "a"})
        assert not holds_on(node, event("2026-03-02T09:00", score=6), event("2026-03-02T09:00", topic="a"))
        assert holds_on(node, event("2026-03-02T09:00", score=6, topic="a"))

    def test_recorded_by_keeps_only_events_so_recorded(self) -> None:
        node = calls(recorded_by="manager")
        assert not holds_on(node, event("2026-03-02T09:00", by="self"))
        assert holds_on(node, event("2026-03-02T09:00", by="manager"))

    def test_a_rolling_length_is_open_at_its_start(self) -> None:
        node = calls(2, within="7d")
        assert not holds_on(node, event("2026-03-02T09:00"), event("2026-03-09T09:00"))
        assert holds_on(node, event("2026-03-02T09:00:01"), event("2026-03-09T09:00"))

    def test_a_rolling_day_is_elapsed_time_on_a_dst_night(self) -> None:
        node = calls(2, within="1d")
        saturday = event("2026-03-28T12:00+01:00")
        assert holds_on(node, saturday, event("2026-03-29T12:59+02:00"))
        assert not holds_on(node, saturday, event("2026-03-29T13:00+02:00"))

    def test_a_calendar_window_ends_at_local_midnight(self) -> None:
        node = calls(2, within="week")
        sunday = event("2026-03-08T23:59")
        assert not holds_on(node, sunday, event("2026-03-09T00:01"))
        assert holds_on(node, sunday, event("2026-03-02T00:01"))

    def test_at_most_counts_within_the_interval_only(self) -> None:
        node = calls(2, within="24h", at_most={"times": 1, "per": "day"})
        assert holds_on(node, event("2026-03-02T20:00"), event("2026-03-03T08:00"))
        assert not holds_on(node, event("2026-03-02T08:00"), event("2026-03-02T20:00"))

    def test_all_any_and_some(self) -> None:
        call, lesson, deal = ({"count": {"event": kind, "at_least": 1}} for kind in ("call", "lesson", "deal"))
        events = [event("2026-03-02T09:00"), event("2026-03-02T09:00", "lesson")]
        assert holds_on({"all": [call, lesson]}, *events)
        assert not holds_on({"all": [call, deal]}, *events)
        assert holds_on({"any": [deal, lesson]}, *events)
        assert holds_on({"some": {"at_least": 2, "of": [call, lesson, deal]}}, *events)
        assert not holds_on({"some": {"at_least": 3, "of": [call, lesson, deal]}}, *events)

    def test_personal_best_needs_so_many_tries_before_it(self) -> None:
        node = {"personal_best": {"event": "call", "field": "score", "after": 2}}
        tries = [event(f"2026-03-02T{10 + k}:00", score=score) for k, score in enumerate([1, 2, 2, 3])]
        assert not holds_on(node, *tries[:3])
        judged = judge(badge(node), [*tries, event("2026-03-02T09:00")])
        assert reached(judged, "b") == at("2026-03-02T13:00")

    def test_personal_best_wants_three_tries_unless_told(self) -> None:
        node = {"personal_best": {"event": "call", "field": "score"}}
        tries = [event(f"2026-03-02T{10 + k}:00", score=k) for k in range(4)]
        assert not holds_on(node, *tries[:3])
        assert holds_on(node, *tries)


class TestImprovement:
    said: ClassVar[dict[str, Any]] = {
        "event": "call",
        "field": "score",
        "by": "10%",
        "recent": 2,
        "baseline": 3,
        "memory": "30d",
    }

    def found(self, scores: list[float], **said: Any) -> list[tuple[str, datetime]]:
        events = [event(f"2026-03-{k + 1:02}T09:00", score=score) for k, score in enumerate(scores)]
        written = badge({"improvement": {**self.said, **said}}, repeat="always")
        return [(one.occurrence, one.reached_at) for one in judge(written, events).recognitions]

    def test_i2_a_newcomer_warms_up_first(self) -> None:
        assert self.found([5, 5, 5, 9]) == []
        assert self.found([5, 5, 5, 9, 9]) == [("#1", at("2026-03-05T09:00"))]

    def test_i2_the_bar_is_met_in_exact_decimals(self) -> None:
        assert self.found([1.1, 1.1, 1.1, 1.21, 1.21]) == [("#1", at("2026-03-05T09:00"))]
        assert self.found([1.1, 1.1, 1.1, 1.2099, 1.2099]) == []

    def test_i2_zero_is_no_improvement_on_zero(self) -> None:
        assert self.found([0, 0, 0, 0, 0]) == []

    def test_i3_playing_low_to_rise_later_earns_nothing(self) -> None:
        assert self.found([9, 9, 9, 1, 1, 1, 9, 9]) == []

    def test_i1_a_baseline_older_than_memory_is_forgotten(self) -> None:
        assert self.found([9, 9, 9, 1, 1, 1, 9, 9], memory="4d") == []
        assert self.found([9, 9, 9, 1, 1, 1, 9, 9], memory="3d") == [("#1", at("2026-03-08T09:00"))]

    def test_i1_i2_a_recognised_level_is_the_next_bar_and_its_values_are_used_up(self) -> None:
        assert [name for name, _ in self.found([5, 5, 5, 9, 9, 9, 9])] == ["#1"]
        assert self.found([5, 5, 5, 6, 6, 7, 7]) == [("#1", at("2026-03-05T09:00")), ("#2", at("2026-03-07T09:00"))]

    def test_i4_otherwise_the_first_one_counts(self) -> None:
        events = [event(f"2026-03-{k + 1:02}T09:00", score=score) for k, score in enumerate([5, 5, 5, 6, 6, 7, 7])]
        judged = judge(badge({"improvement": self.said}), events)
        assert told(judged) == {"BADGE b once"}
        assert reached(judged, "b") == at("2026-03-05T09:00")
