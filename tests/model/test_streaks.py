"""Examples of streaks (S1-S8), worked out by hand from the words of the contract."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.model import judge
from tests.model.writing import at, calls, event, move, pack, reached, rest


class TestStreaks:
    def read(
        self, events: list[dict[str, Any]], now: str, zone: str | None = None, **said: Any
    ) -> tuple[int, int, int]:
        streak = {"every": "day", "counts": calls(), **said}
        return judge(pack(streaks={"s": streak}), events, zone=zone).streaks(at(now))["s"]

    def keep(self, events: list[dict[str, Any]], now: str, **said: Any) -> datetime | None:
        streak = {"every": "day", "counts": calls(), **said}
        return judge(pack(streaks={"s": streak}), events).keep_until("s", at(now))

    def practise(self, *days: str) -> list[dict[str, Any]]:
        return [event(f"2026-{day}T09:00", score=5) for day in days]

    def test_s4_active_days_add_up_and_a_missed_day_ends_the_run(self) -> None:
        events = self.practise("03-02", "03-03", "03-04")
        assert self.read(events, "2026-03-04T23:59") == (3, 3, 0)
        assert self.read(events, "2026-03-05T23:59") == (3, 3, 0)
        assert self.read(events, "2026-03-06T00:00") == (0, 3, 0)

    def test_s3_a_period_is_active_by_its_own_events(self) -> None:
        events = [*self.practise("03-02"), *self.practise("03-03", "03-03")]
        assert self.read(events, "2026-03-03T23:00", counts=calls(2)) == (1, 1, 0)

    def test_s2_weekends_and_holidays_are_not_due_on_a_workday_streak(self) -> None:
        # Maundy Thursday 2 April to Easter Monday 6 April 2026 are holidays or a weekend in Norway.
        events = self.practise("04-01", "04-07")
        assert self.read(events, "2026-04-07T12:00", every="workday") == (2, 2, 0)
        assert self.read(events, "2026-04-07T12:00", every="day") == (1, 1, 0)

    def test_s4_practice_on_a_rest_day_counts(self) -> None:
        events = self.practise("03-06", "03-07", "03-09")
        assert self.read(events, "2026-03-09T12:00", every="workday") == (3, 3, 0)

    def test_s2_a_week_is_due_if_one_of_its_workdays_is(self) -> None:
        events = self.practise("03-02", "03-15")
        assert self.read(events, "2026-03-16T12:00", every="week") == (2, 2, 0)
        assert self.read(events, "2026-03-22T23:59", every="week") == (2, 2, 0)
        assert self.read(events, "2026-03-23T00:00", every="week") == (0, 2, 0)
        off = [*events, rest("2026-03-30T10:00", "2026-03-16", "2026-03-20")]
        assert self.read(off, "2026-03-30T12:00", every="week") == (0, 2, 0)
        assert self.read(off, "2026-03-29T12:00", every="week") == (2, 2, 0)

    def test_s4_a_freeze_is_spent_for_a_missed_day_and_none_left_ends_the_run(self) -> None:
        freezes = {"start_with": 1}
        events = self.practise("03-02", "03-04", "03-06")
        assert self.read(events[:2], "2026-03-04T12:00", freezes=freezes) == (2, 2, 0)
        # The run from the 2nd ends on the 5th; the one from the 4th bridges it.
        assert self.read(events, "2026-03-06T12:00", freezes=freezes) == (2, 2, 0)

    def test_s4_freezes_are_earned_by_active_periods_the_first_included(self) -> None:
        freezes = {"earn_one_per": 2}
        assert self.read(self.practise("03-02"), "2026-03-02T12:00", freezes={"earn_one_per": 1}) == (1, 1, 1)
        assert self.read(self.practise("03-02", "03-03"), "2026-03-03T12:00", freezes=freezes) == (2, 2, 1)
        assert self.read(self.practise("03-02", "03-03", "03-05"), "2026-03-05T12:00", freezes=freezes) == (3, 3, 0)

    def test_s4_bridge_at_most_limits_missed_days_in_a_row(self) -> None:
        events = self.practise("03-02", "03-05")
        assert self.read(events, "2026-03-05T12:00", freezes={"start_with": 5, "bridge_at_most": 2}) == (2, 2, 3)
        assert self.read(events, "2026-03-05T12:00", freezes={"start_with": 5, "bridge_at_most": 1}) == (1, 1, 5)
        assert self.read(events, "2026-03-05T12:00", freezes={"start_with": 5}) == (2, 2, 3)

    def test_s4_a_rest_day_between_does_not_break_a_row_of_missed_days(self) -> None:
        events = self.practise("03-06", "03-10")
        freezes = {"start_with": 5, "bridge_at_most": 1}
        assert self.read(events, "2026-03-10T12:00", every="workday", freezes=freezes) == (2, 2, 4)
        events = self.practise("03-05", "03-10")
        assert self.read(events, "2026-03-10T12:00", every="workday", freezes=freezes) == (1, 1, 5)

    def test_s5_every_active_period_may_begin_a_run(self) -> None:
        # From the 1st: its freeze goes on the 2nd, nothing bridges the 5th. From the 3rd the 5th is bridged.
        events = self.practise("03-01", "03-03", "03-04", "03-06", "03-07")
        assert self.read(events, "2026-03-07T12:00", freezes={"start_with": 1}) == (4, 4, 0)

    def test_s6_a_milestone_is_reached_once_when_longest_first_reaches_it(self) -> None:
        written = pack(streaks={"s": {"every": "day", "counts": calls(), "milestones": {2: 10}}})
        events = self.practise("03-02", "03-03", "03-05", "03-06")
        judged = judge(written, events)
        assert [one[:6] for one in judged.recognitions] == [("MILESTONE", "s", None, "2", 10, "effort")]
        assert reached(judged, "s") == at("2026-03-03T09:00")

    def test_s7_time_off_after_the_fact_mends_a_run_and_can_reach_a_milestone(self) -> None:
        written = pack(streaks={"s": {"every": "day", "counts": calls(), "milestones": {2: 10}}})
        events = [*self.practise("03-02", "03-04"), rest("2026-03-05T10:00", "2026-03-03", "2026-03-03")]
        judged = judge(written, events)
        assert judged.streaks(at("2026-03-05T11:00"))["s"] == (2, 2, 0)
        assert reached(judged, "s") == at("2026-03-05T10:00")

    def test_s7_time_off_declared_before(self) -> None:
        events = [rest("2026-03-01T10:00", "2026-03-03", "2026-03-08"), *self.practise("03-02", "03-09")]
        assert self.read(events, "2026-03-09T12:00") == (2, 2, 0)

    def test_s1_a_late_evening_belongs_to_the_local_date(self) -> None:
        events = [event("2026-03-02T23:30+01:00"), event("2026-03-03T00:30+01:00")]
        assert self.read(events, "2026-03-03T12:00") == (2, 2, 0)
        assert self.read(events, "2026-03-03T12:00", zone="Europe/London") == (1, 1, 0)

    def test_s1_a_zone_change_holds_from_its_own_place(self) -> None:
        tokyo = move("2026-03-02T12:00+01:00", "Asia/Tokyo")
        before, after = event("2026-03-01T23:00+01:00"), event("2026-03-02T23:00+01:00")
        # The second is 3 March 07:00 in Tokyo, so the 2nd was missed.
        assert self.read([before, tokyo, after], "2026-03-02T23:30+01:00") == (1, 1, 0)
        assert self.read([before, after], "2026-03-02T23:30+01:00") == (2, 2, 0)

    def test_s2_a_date_skipped_by_the_zone_is_not_due(self) -> None:
        events = [event("2011-12-29T12:00-10:00"), event("2011-12-31T12:00+14:00")]
        assert self.read(events, "2011-12-31T12:30+14:00", zone="Pacific/Apia") == (2, 2, 0)

    def test_s2_a_date_skipped_by_a_flight_over_the_date_line_is_not_due(self) -> None:
        # 23:30 of the 2nd in Pago Pago is 00:30 of the 4th in Kiritimati: there was no 3rd.
        flight = move("2026-03-02T23:30-11:00", "Pacific/Kiritimati")
        events = [event("2026-03-02T12:00-11:00"), flight, event("2026-03-04T12:00+14:00")]
        assert self.read(events, "2026-03-04T12:30+14:00", zone="Pacific/Pago_Pago") == (2, 2, 0)
        earlier = move("2026-03-02T22:30-11:00", "Pacific/Kiritimati")
        assert self.read([events[0], earlier, events[2]], "2026-03-04T12:30+14:00", zone="Pacific/Pago_Pago") == (
            1,
            1,
            0,
        )

    def test_a_date_lived_twice_is_not_over_until_its_last_end(self) -> None:
        # Active on the 4th in Kiritimati, then back to the 3rd in Pago Pago, which can still be used.
        back = move("2026-03-04T12:00+14:00", "Pacific/Pago_Pago")
        events = [event("2026-03-02T12:00+14:00"), event("2026-03-04T10:00+14:00"), back]
        assert self.read(events, "2026-03-03T13:00-11:00", zone="Pacific/Kiritimati") == (2, 2, 0)

    def test_s8_a_date_before_the_runs_first_asks_for_nothing(self) -> None:
        back = move("2026-03-04T12:00+14:00", "Pacific/Pago_Pago")
        written = pack(streaks={"s": {"every": "day", "counts": calls()}})
        judged = judge(written, [event("2026-03-04T10:00+14:00"), back], zone="Pacific/Kiritimati")
        assert judged.keep_until("s", at("2026-03-03T13:00-11:00")) == at("2026-03-06T00:00-11:00")

    def test_s8_keep_until_is_the_end_of_the_first_due_period_without_practice(self) -> None:
        friday = self.practise("03-06")
        assert self.keep(friday, "2026-03-06T12:00") == at("2026-03-08T00:00")
        assert self.keep(friday, "2026-03-06T12:00", every="workday") == at("2026-03-10T00:00")
        assert self.keep(friday, "2026-03-06T12:00", every="week") == at("2026-03-16T00:00")
        assert self.keep(friday, "2026-03-09T12:00") is None

    def test_s8_a_freeze_is_spent_before_the_run_ends(self) -> None:
        streak = {"every": "day", "counts": calls(), "freezes": {"start_with": 2, "bridge_at_most": 1}}
        judged = judge(pack(streaks={"s": streak}), self.practise("03-06"))
        assert judged.keep_until("s", at("2026-03-06T12:00")) == at("2026-03-08T00:00")
        assert judged.ends_at("s", at("2026-03-06T12:00")) == at("2026-03-09T00:00")
        assert judged.keep_until("s", at("2026-03-08T12:00")) == at("2026-03-09T00:00")

    def test_s8_a_freeze_earned_later_does_not_bridge_a_date_lived_again(self) -> None:
        # Active on the 1st and 3rd, back on the 2nd: when it ends, the run of the 1st holds no freeze yet.
        back = move("2026-03-03T02:00+14:00", "Pacific/Pago_Pago")
        events = [event("2026-03-01T12:00+14:00"), event("2026-03-03T01:00+14:00"), back]
        written = pack(streaks={"s": {"every": "day", "counts": calls(), "freezes": {"earn_one_per": 2}}})
        judged = judge(written, events, zone="Pacific/Kiritimati")
        assert judged.streaks(at("2026-03-02T12:00-11:00"))["s"] == (2, 2, 1)
        assert judged.keep_until("s", at("2026-03-02T12:00-11:00")) == at("2026-03-03T00:00-11:00")
        assert judged.ends_at("s", at("2026-03-02T12:00-11:00")) == at("2026-03-03T00:00-11:00")
        assert judged.streaks(at("2026-03-03T00:00-11:00"))["s"] == (1, 2, 0)

    def test_s8_a_night_of_dst_ends_at_its_own_midnight(self) -> None:
        assert self.keep(self.practise("03-28"), "2026-03-28T12:00") == datetime(2026, 3, 29, 22, tzinfo=UTC)

    def test_a_streak_of_outcomes_has_milestones_of_that_nature(self) -> None:
        streak = {"every": "day", "counts": {"count": {"event": "deal", "at_least": 1}}, "milestones": {1: 3}}
        judged = judge(pack(streaks={"s": streak}), [event("2026-03-02T09:00", "deal")])
        assert judged.points == (0, 3, 0)
