from __future__ import annotations

import pytest

from tests.support.judging import Learner
from vekst.domain.events import FieldValue

CALL = "call.practised"


def badge(earn: str) -> Learner:
    return Learner(f"badges: {{b: {{title: B, earn: {earn}}}}}")


def told(learner: Learner) -> tuple[str | None, tuple[int, ...]]:
    """When the badge was reached, in the learner's wall-clock time, and on which evidence."""
    if not learner.has("BADGE", "b"):
        return None, ()
    found = learner.found("BADGE", "b")
    assert found.evidence[-1] in {each.ref for each in learner.events if each.occurred_at == found.reached_at}
    return found.reached_at.isoformat(), found.evidence


def evidence(learner: Learner) -> tuple[int, ...]:
    return told(learner)[1]


def progress(learner: Learner, now: str = "2026-03-31T09:00") -> tuple[float, float] | None:
    following = learner.badge("b", now).next
    return None if following is None else (following.have, following.need)


class TestCount:
    def test_it_holds_at_the_event_that_completes_it(self) -> None:
        learner = badge("{count: {event: call.practised, at_least: 3}}")
        assert progress(learner) == (0, 3)
        learner.practises("2026-03-02", "2026-03-02")
        learner.does("lesson.completed", "2026-03-02T10:00")
        assert (evidence(learner), progress(learner)) == ((), (2, 3))
        learner.practises("2026-03-05", "2026-03-06")
        assert told(learner) == ("2026-03-05T08:00:00+00:00", (1, 2, 4))
        assert progress(learner) is None

    def test_one_is_enough_where_one_is_asked(self) -> None:
        learner = badge("{count: {event: call.practised, at_least: 1}}")
        learner.practises("2026-03-02")
        assert evidence(learner) == (1,)

    def test_events_of_any_of_several_types_count(self) -> None:
        learner = badge("{count: {event: [call.practised, lesson.completed], at_least: 3}}")
        learner.does("lesson.completed", "2026-03-02T08:00")
        learner.does("call.reflected", "2026-03-02T08:30")
        learner.practises("2026-03-02", "2026-03-03")
        assert evidence(learner) == (1, 3, 4)

    def test_at_most_lets_no_more_of_each_window_count(self) -> None:
        """Hard case 20: a burst of token actions is worth no more than its first few."""
        learner = badge("{count: {event: call.practised, at_least: 5, at_most: {times: 2, per: day}}}")
        learner.practises(*["2026-03-02"] * 4)
        assert progress(learner) == (2, 5)
        learner.practises(*["2026-03-03"] * 3)
        assert progress(learner) == (4, 5)
        learner.practises("2026-03-04")
        assert evidence(learner) == (1, 2, 5, 6, 8)

    @pytest.mark.parametrize(
        ("per", "days", "kept"),
        [
            ("week", ["2026-03-02", "2026-03-08", "2026-03-09"], (1, 3)),
            ("month", ["2026-03-01", "2026-03-31", "2026-04-01"], (1, 3)),
            ("quarter", ["2026-03-01", "2026-03-31", "2026-04-01"], (1, 3)),
            ("year", ["2026-03-01", "2026-12-31", "2027-01-01"], (1, 3)),
        ],
    )
    def test_at_most_per_any_window(self, per: str, days: list[str], kept: tuple[int, ...]) -> None:
        learner = badge(f"{{count: {{event: call.practised, at_least: 2, at_most: {{times: 1, per: {per}}}}}}}")
        learner.practises(*days)
        assert evidence(learner) == kept

    def test_evidence_shows_the_first_thousand_events(self) -> None:
        learner = badge("{count: {event: call.practised, at_least: 1002}}")
        for minute in range(1_002):
            learner.does(CALL, f"2026-03-02T{minute // 60:02}:{minute % 60:02}")
        found = learner.found("BADGE", "b")
        assert found.evidence == tuple(range(1, 1_001))
        assert found.reached_at == learner.events[-1].occurred_at


class TestSum:
    def test_values_add_up_exactly(self) -> None:
        learner = badge("{sum: {event: call.practised, field: minutes, at_least: 0.3}}")
        learner.practises("2026-03-02", minutes=0.1)
        assert progress(learner) == (0.1, 0.3)
        learner.practises("2026-03-03", minutes=0.2)
        assert evidence(learner) == (1, 2)

    def test_a_hair_less_is_not_enough(self) -> None:
        learner = badge("{sum: {event: call.practised, field: minutes, at_least: 10}}")
        learner.practises("2026-03-02", "2026-03-03", minutes=4.999999999)
        assert evidence(learner) == ()
        learner.practises("2026-03-04", minutes=0.000000002)
        assert evidence(learner) == (1, 2, 3)

    def test_only_numbers_above_zero_contribute(self) -> None:
        learner = badge("{sum: {event: call.practised, field: minutes, at_least: 3}}")
        values: list[FieldValue] = [0, None, "3", True, -5, 1, 2.0]
        for value in values:
            learner.practises("2026-03-02", minutes=value)
        learner.practises("2026-03-02")
        assert evidence(learner) == (6, 7)

    def test_sums_outgrow_64_bits_of_billionths(self) -> None:
        learner = badge("{sum: {event: call.practised, field: minutes, at_least: 100000000000001}}")
        learner.practises("2026-03-02", "2026-03-03", minutes=50_000_000_000_000)
        assert progress(learner) == (10**14, 10**14 + 1)
        learner.practises("2026-03-04", minutes=1)
        assert evidence(learner) == (1, 2, 3)


class TestDistinct:
    def test_each_value_counts_once_and_absent_ones_never(self) -> None:
        learner = badge("{distinct: {event: call.practised, field: customer, at_least: 3}}")
        for customer in ("a", "b", None, "a", "A", "c"):
            learner.practises("2026-03-02", customer=customer)
        assert evidence(learner) == (1, 2, 5)

    def test_numbers_are_different_by_value_and_neither_flags_nor_texts(self) -> None:
        learner = badge("{distinct: {event: call.practised, field: score, at_least: 6}}")
        values: list[FieldValue] = [1, 1.0, True, "1", "True", 1.5, 2, 0]
        for value in values:
            learner.practises("2026-03-02", score=value)
        assert evidence(learner) == (1, 3, 4, 5, 6, 7)

    def test_how_many_so_far(self) -> None:
        learner = badge("{distinct: {event: call.practised, field: customer, at_least: 3}}")
        learner.practises("2026-03-02", "2026-03-03", customer="a")
        assert progress(learner) == (1, 3)


class TestDays:
    def test_local_dates_count_once(self) -> None:
        learner = badge("{days: {event: call.practised, at_least: 3}}")
        for at in ("02T00:00", "02T23:59", "03T00:00", "03T12:00", "05T12:00"):
            learner.does(CALL, f"2026-03-{at}")
        assert evidence(learner) == (1, 3, 5)

    def test_a_date_is_the_learners_own(self) -> None:
        """Hard case 3: half past midnight in Oslo is still yesterday in UTC."""
        learner = badge("{days: {event: call.practised, at_least: 2}}")
        learner.does(CALL, "2026-03-02T22:30Z")
        learner.does(CALL, "2026-03-02T23:30Z")
        assert evidence(learner) == (1, 2)

    def test_a_date_lived_twice_counts_once(self) -> None:
        """Hard case 1: a flight over the date line, and the same two dates again."""
        learner = Learner(
            "badges: {b: {title: B, earn: {days: {event: call.practised, at_least: 4}}}}", zone="Pacific/Kiritimati"
        )
        learner.practises("2026-03-02", "2026-03-03")
        learner.does(CALL, "2026-03-04T00:10")
        learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        learner.does(CALL, "2026-03-02T23:30-11:00")
        learner.does(CALL, "2026-03-03T23:00-11:00")
        learner.does(CALL, "2026-03-04T23:00-11:00")
        assert progress(learner) == (3, 4)
        learner.does(CALL, "2026-03-05T01:00-11:00")
        assert evidence(learner) == (1, 2, 3, 8)


class TestCalendarWindows:
    @pytest.mark.parametrize(
        ("within", "apart", "together"),
        [
            ("day", ["2026-03-02T23:59", "2026-03-03T00:00"], ["2026-03-03T23:59"]),
            ("week", ["2026-03-08T23:59", "2026-03-09T00:00"], ["2026-03-15T23:59"]),
            ("month", ["2026-03-31T23:59", "2026-04-01T00:00"], ["2026-04-30T23:59"]),
            ("quarter", ["2026-03-31T23:59", "2026-04-01T00:00"], ["2026-06-30T23:59"]),
            ("year", ["2026-12-31T23:59", "2027-01-01T00:00"], ["2027-12-31T23:59"]),
        ],
    )
    def test_events_of_one_window_count_together(self, within: str, apart: list[str], together: list[str]) -> None:
        learner = badge(f"{{count: {{event: call.practised, at_least: 2, within: {within}}}}}")
        for at in apart:
            learner.does(CALL, at)
        assert evidence(learner) == ()
        for at in together:
            learner.does(CALL, at)
        assert evidence(learner) == (2, 3)

    def test_a_week_that_reaches_over_new_year_is_one_window(self) -> None:
        learner = badge("{days: {event: call.practised, at_least: 7, within: week}}")
        learner.practises(*[f"2026-12-{day}" for day in range(28, 32)], *[f"2027-01-0{day}" for day in range(1, 4)])
        assert evidence(learner) == (1, 2, 3, 4, 5, 6, 7)

    def test_a_sum_in_one_month(self) -> None:
        learner = badge("{sum: {event: call.practised, field: minutes, at_least: 60, within: month}}")
        learner.practises("2026-03-30", minutes=59.5)
        learner.practises("2026-04-01", minutes=30)
        learner.practises("2026-04-02", minutes=0)
        assert progress(learner, "2026-04-03T09:00") == (30, 60)
        learner.practises("2026-04-30", minutes=30)
        assert evidence(learner) == (2, 4)

    def test_different_values_in_one_day(self) -> None:
        learner = badge("{distinct: {event: call.practised, field: customer, at_least: 2, within: day}}")
        for day, customer in (("02", "a"), ("03", "b"), ("03", "b"), ("04", "a"), ("04", "c")):
            learner.practises(f"2026-03-{day}", customer=customer)
        assert evidence(learner) == (4, 5)

    def test_at_most_of_each_day_in_one_week(self) -> None:
        rule = "{count: {event: call.practised, at_least: 3, within: week, at_most: {times: 1, per: day}}}"
        learner = badge(rule)
        learner.practises("2026-03-02", "2026-03-02", "2026-03-02", "2026-03-08", "2026-03-09", "2026-03-11")
        assert evidence(learner) == ()
        learner.practises("2026-03-12")
        assert evidence(learner) == (5, 6, 7)

    def test_a_date_lived_twice_is_one_window(self) -> None:
        """Hard case 1."""
        rules = "badges: {b: {title: B, earn: {count: {event: call.practised, at_least: 2, within: day}}}}"
        learner = Learner(rules, zone="Pacific/Kiritimati")
        learner.practises("2026-03-02", "2026-03-03")
        learner.does(CALL, "2026-03-04T00:10")
        learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        learner.does(CALL, "2026-03-02T23:30-11:00")
        assert evidence(learner) == (1, 5)


class TestRollingWindows:
    def test_the_interval_is_open_where_it_begins_and_closed_where_it_ends(self) -> None:
        rule = "{count: {event: call.practised, at_least: 2, within: 48h}}"
        exactly, just_within = badge(rule), badge(rule)
        for learner, later in ((exactly, "2026-03-04T09:00"), (just_within, "2026-03-04T08:59:59.999999")):
            learner.does(CALL, "2026-03-02T09:00")
            learner.does(CALL, later)
        assert (evidence(exactly), evidence(just_within)) == ((), (1, 2))

    def test_old_events_slide_out(self) -> None:
        learner = badge("{count: {event: call.practised, at_least: 3, within: 48h}}")
        learner.practises("2026-03-02", "2026-03-03", "2026-03-05")
        assert progress(learner, "2026-03-05T09:00") == (1, 3)
        learner.practises("2026-03-06")
        assert progress(learner, "2026-03-06T09:00") == (2, 3)
        learner.does(CALL, "2026-03-06T10:00")
        assert evidence(learner) == (3, 4, 5)

    def test_seven_days_are_168_hours_in_spring(self) -> None:
        """Hard case 2: on Sunday the 29th the clocks lose an hour, so a week of the clock is only 167 hours."""
        learner = badge("{count: {event: call.practised, at_least: 2, within: 7d}}")
        learner.does(CALL, "2026-03-22T12:00")
        learner.does(CALL, "2026-03-29T12:59")
        assert evidence(learner) == (1, 2)

    def test_seven_days_are_168_hours_in_autumn(self) -> None:
        """Hard case 2: a week of the clock is 169 hours."""
        learner = badge("{count: {event: call.practised, at_least: 2, within: 7d}}")
        learner.does(CALL, "2026-10-18T12:00")
        learner.does(CALL, "2026-10-25T11:00")
        assert evidence(learner) == ()
        learner.does(CALL, "2026-10-25T10:59:59")
        assert evidence(learner) == (1, 3)

    def test_a_rolling_sum_forgets_what_slid_out(self) -> None:
        learner = badge("{sum: {event: call.practised, field: minutes, at_least: 10, within: 24h}}")
        for day, minutes in (("02", 9), ("03", 4), ("04", 5.5), ("04", 0), ("04", None)):
            learner.practises(f"2026-03-{day}", minutes=minutes)
        assert progress(learner, "2026-03-04T09:00") == (5.5, 10)
        learner.does(CALL, "2026-03-05T08:00", minutes=4.5)
        assert evidence(learner) == (3, 6)

    def test_a_rolling_sum_outgrows_64_bits_of_billionths(self) -> None:
        learner = badge("{sum: {event: call.practised, field: minutes, at_least: 100000000000001, within: 24h}}")
        learner.does(CALL, "2026-03-02T09:00", minutes=100_000_000_000_000)
        learner.does(CALL, "2026-03-02T10:00", minutes=1)
        assert evidence(learner) == (1, 2)

    def test_a_value_seen_again_stays_for_as_long_as_its_last_time(self) -> None:
        learner = badge("{distinct: {event: call.practised, field: customer, at_least: 3, within: 48h}}")
        for at, customer in (("02T09", "a"), ("03T09", "b"), ("03T20", "a"), ("03T21", None), ("04T10", "c")):
            learner.does(CALL, f"2026-03-{at}:00", customer=customer)
        assert evidence(learner) == (2, 3, 5)

    def test_different_dates_in_a_rolling_length(self) -> None:
        learner = badge("{days: {event: call.practised, at_least: 3, within: 48h}}")
        for at in ("02T08", "02T12", "03T09", "04T10"):
            learner.does(CALL, f"2026-03-{at}:00")
        assert evidence(learner) == (2, 3, 4)

    def test_a_date_counts_once_in_a_rolling_length(self) -> None:
        learner = badge("{days: {event: call.practised, at_least: 2, within: 48h}}")
        for at in ("02T08", "02T12", "02T13"):
            learner.does(CALL, f"2026-03-{at}:00")
        assert progress(learner, "2026-03-02T13:00") == (1, 2)

    def test_at_most_of_each_day_in_a_rolling_length(self) -> None:
        """The capped events of a date may be any of it: the interval may begin after its first ones."""
        learner = badge("{count: {event: call.practised, at_least: 3, within: 48h, at_most: {times: 2, per: day}}}")
        for at in ("02T08:00", "02T09:00", "02T10:00"):
            learner.does(CALL, f"2026-03-{at}")
        assert progress(learner, "2026-03-02T10:00") == (2, 3)
        learner.does(CALL, "2026-03-04T08:30")
        assert evidence(learner) == (2, 3, 4)


def test_where_narrows_every_measure() -> None:
    """Hard case 20: quality thresholds."""
    parts = [
        "{count: {event: call.practised, where: {score: {min: 6}}, at_least: 1}}",
        "{count: {event: call.practised, where: {score: {min: 6}}, at_least: 1, within: day}}",
        "{count: {event: call.practised, where: {score: {min: 6}}, at_least: 1, within: 24h}}",
        "{sum: {event: call.practised, where: {score: {min: 6}}, field: minutes, at_least: 1}}",
        "{distinct: {event: call.practised, where: {score: {min: 6}}, field: customer, at_least: 1}}",
        "{days: {event: call.practised, where: {score: {min: 6}}, at_least: 1}}",
    ]
    for part in parts:
        learner = badge(part)
        learner.practises("2026-03-02", score=5, minutes=9, customer="a")
        assert evidence(learner) == ()
        learner.practises("2026-03-03", score=6, minutes=9, customer="a")
        assert evidence(learner) == (2,)


class TestCombinations:
    A = "{count: {event: call.practised, at_least: 2}}"
    B = "{count: {event: lesson.completed, at_least: 1}}"
    C = "{count: {event: call.reflected, at_least: 1}}"

    def test_all_asks_for_every_part(self) -> None:
        learner = badge(f"{{all: [{self.A}, {self.B}]}}")
        learner.practises("2026-03-02", "2026-03-03", "2026-03-04")
        assert progress(learner) == (1, 2)
        learner.does("lesson.completed", "2026-03-05T09:00")
        assert evidence(learner) == (1, 2, 4)

    def test_any_asks_for_one_part_and_shows_the_nearest(self) -> None:
        learner = badge(f"{{any: [{self.A}, {self.B}]}}")
        learner.practises("2026-03-02")
        assert progress(learner) == (1, 2)
        learner.does("lesson.completed", "2026-03-05T09:00")
        assert evidence(learner) == (2,)

    def test_any_shows_the_nearest_part_in_the_authors_unit(self) -> None:
        learner = badge("{any: [{sum: {event: call.practised, field: minutes, at_least: 10}}, " + self.B + "]}")
        learner.practises("2026-03-02", minutes=4.5)
        assert progress(learner) == (4.5, 10)

    def test_some_asks_for_so_many_parts(self) -> None:
        learner = badge(f"{{some: {{at_least: 2, of: [{self.A}, {self.B}, {self.C}]}}}}")
        learner.does("call.reflected", "2026-03-02T08:00")
        learner.practises("2026-03-02")
        assert progress(learner) == (1, 2)
        learner.practises("2026-03-03")
        assert evidence(learner) == (1, 2, 3)

    def test_nested_trees(self) -> None:
        learner = badge(f"{{all: [{self.A}, {{any: [{self.B}, {self.C}]}}]}}")
        learner.does("call.reflected", "2026-03-02T08:00")
        learner.practises("2026-03-02")
        assert evidence(learner) == ()
        learner.practises("2026-03-03")
        assert evidence(learner) == (1, 2, 3)
