from __future__ import annotations

import pytest

from tests.support.running import CALL, current, lengths, march, runner


class TestDates:
    def test_s1_an_events_date_is_the_one_on_the_learners_wall(self) -> None:
        """Hard case 3: in UTC both of these lie on the second of March."""
        learner = runner()
        learner.does(CALL, "2026-03-02T22:59Z")
        learner.does(CALL, "2026-03-02T23:00Z")
        assert current(learner, "2026-03-03T12:00") == 2

    def test_s1_two_devices_with_two_clocks_tell_one_instant(self) -> None:
        """Hard case 1."""
        learner = runner()
        learner.does(CALL, "2026-03-02T23:30+01:00")
        learner.does(CALL, "2026-03-02T17:30-05:00", source="tablet")
        assert current(learner, "2026-03-02T23:45+01:00") == 1

    def test_s1_a_journey_west_neither_breaks_a_run_nor_counts_a_date_twice(self) -> None:
        """Hard case 1."""
        learner = runner()
        learner.practises(*march(2, 3))
        learner.moves_to("America/New_York", "2026-03-03T18:00")
        learner.does(CALL, "2026-03-03T20:00-05:00")
        assert current(learner, "2026-03-03T20:00-05:00") == 2
        learner.does(CALL, "2026-03-04T23:30-05:00")
        assert current(learner, "2026-03-04T23:30-05:00") == 3
        learner.moves_to("Europe/Oslo", "2026-03-05T12:00")
        learner.does(CALL, "2026-03-05T21:00+01:00")
        assert current(learner, "2026-03-05T21:00+01:00") == 4

    def test_s1_a_change_of_zone_leaves_earlier_dates_as_they_were(self) -> None:
        learner = runner()
        learner.does(CALL, "2026-03-02T00:30")
        learner.does(CALL, "2026-03-03T00:30")
        learner.moves_to("America/New_York", "2026-03-03T09:00")
        assert lengths(learner, "2026-03-03T12:00") == (2, 2, 0)
        assert learner.days("s", "2026-03-01", "2026-03-03", "2026-03-03T12:00") == ["OPEN", "ACTIVE", "ACTIVE"]

    def test_s1_the_new_zone_holds_from_the_instant_of_the_change(self) -> None:
        learner = runner()
        learner.does(CALL, "2026-03-02T00:29:59")
        learner.moves_to("America/New_York", "2026-03-02T00:30")
        learner.does(CALL, "2026-03-02T00:30")
        assert learner.days("s", "2026-03-01", "2026-03-02", "2026-03-02T12:00") == ["ACTIVE", "ACTIVE"]

    def test_s1_a_zone_that_is_not_known_changes_nothing(self) -> None:
        learner = runner()
        learner.moves_to("Mars/Olympus", "2026-03-02T00:00")
        assert learner.standing.zone == "Europe/Oslo"


class TestDue:
    def test_s2_every_date_is_due_on_a_streak_of_days(self) -> None:
        learner = runner("day")
        learner.practises(*march(6, 7, 8, 9))
        assert lengths(learner, "2026-03-10T23:59") == (4, 4, 0)
        assert lengths(learner, "2026-03-11T00:00") == (0, 4, 0)

    def test_s2_weekends_ask_nothing_on_a_streak_of_workdays(self) -> None:
        """Hard case 4."""
        learner = runner("workday")
        learner.practises(*march(5, 6, 9, 10))
        assert current(learner, "2026-03-10T12:00") == 4

    def test_s2_public_holidays_ask_nothing(self) -> None:
        """Hard case 4: from Maundy Thursday to Easter Monday."""
        learner = runner("workday")
        learner.practises("2026-04-01", "2026-04-07")
        assert current(learner, "2026-04-07T12:00") == 2
        without = runner("workday", calendar="sunday-to-thursday")
        without.practises("2026-04-01", "2026-04-07")
        assert current(without, "2026-04-07T12:00") == 1

    def test_s2_part_time(self) -> None:
        """Hard case 4."""
        learner = runner("workday", calendar="part-time")
        learner.practises(*march(2, 4, 9))
        assert lengths(learner, "2026-03-11T23:59") == (3, 3, 0)
        assert lengths(learner, "2026-03-12T00:00") == (0, 3, 0)

    def test_s2_a_weekend_on_friday_and_saturday(self) -> None:
        """Hard case 4."""
        learner = runner("workday", calendar="sunday-to-thursday")
        learner.practises(*march(5, 8))
        assert current(learner, "2026-03-08T12:00") == 2
        learner.practises(*march(10))
        assert current(learner, "2026-03-10T12:00") == 1

    def test_s2_a_week_is_due_if_one_of_its_workdays_is(self) -> None:
        learner = runner("week")
        learner.practises("2026-03-02", "2026-03-15")
        assert lengths(learner, "2026-03-22T23:59") == (2, 2, 0)
        assert lengths(learner, "2026-03-23T00:00") == (0, 2, 0)

    def test_s2_a_week_without_a_workday_is_not_due(self) -> None:
        learner = runner("week")
        learner.practises("2026-12-14")
        learner.rests("2026-12-21", "2026-12-24", "2026-12-14T10:00")
        assert current(learner, "2026-12-28T00:00") == 1
        assert current(learner, "2027-01-04T00:00") == 0

    def test_s2_a_week_with_one_workday_left_is_due(self) -> None:
        learner = runner("week")
        learner.practises("2026-12-14")
        learner.rests("2026-12-21", "2026-12-23", "2026-12-14T10:00")
        assert current(learner, "2026-12-27T23:59") == 1
        assert current(learner, "2026-12-28T00:00") == 0

    def test_s2_weeks_are_iso_weeks_over_new_year(self) -> None:
        learner = runner("week")
        learner.practises("2026-12-27", "2026-12-28", "2027-01-03", "2027-01-04")
        assert lengths(learner, "2027-01-10T12:00") == (3, 3, 0)

    def test_s2_apias_30_december_2011_is_not_due(self) -> None:
        """Hard case 2."""
        learner = runner(zone="Pacific/Apia")
        learner.practises("2011-12-28", "2011-12-29", "2011-12-31")
        assert current(learner, "2011-12-31T12:00") == 3

    def test_s2_a_date_lost_on_a_flight_over_the_date_line_is_not_due(self) -> None:
        """Hard case 1: half past eleven on Monday in Pago Pago is half past midnight on Wednesday in Kiritimati."""
        learner = runner(zone="Pacific/Pago_Pago")
        learner.practises(*march(1, 2))
        learner.moves_to("Pacific/Kiritimati", "2026-03-02T23:30")
        learner.does(CALL, "2026-03-04T09:00+14:00")
        assert current(learner, "2026-03-04T10:00+14:00") == 3

    def test_s2_a_date_left_at_the_stroke_of_its_midnight_never_occurred(self) -> None:
        learner = runner(zone="Pacific/Pago_Pago")
        learner.practises(*march(1, 2))
        learner.moves_to("Pacific/Kiritimati", "2026-03-03T00:00")
        learner.does(CALL, "2026-03-04T09:00+14:00")
        assert current(learner, "2026-03-04T10:00+14:00") == 3

    def test_s2_a_date_of_which_an_hour_was_left_is_due(self) -> None:
        learner = runner(zone="Pacific/Pago_Pago")
        learner.practises(*march(1, 2))
        learner.moves_to("Pacific/Kiritimati", "2026-03-02T22:30")
        learner.does(CALL, "2026-03-04T09:00+14:00")
        assert current(learner, "2026-03-04T10:00+14:00") == 1

    def test_s2_a_date_that_comes_back_on_a_flight_can_still_be_practised(self) -> None:
        """Hard case 1: in Kiritimati Tuesday was missed; in Pago Pago it is Monday again, and Tuesday to come."""
        learner = runner(zone="Pacific/Kiritimati", milestones="{3: 1}")
        learner.practises(*march(2))
        learner.does(CALL, "2026-03-04T00:10")
        assert current(learner, "2026-03-04T00:15") == 1
        learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        assert lengths(learner, "2026-03-02T23:30-11:00") == (2, 2, 0)
        learner.does(CALL, "2026-03-03T09:00-11:00")
        assert lengths(learner, "2026-03-03T10:00-11:00") == (3, 3, 0)
        assert learner.found("MILESTONE", "s", occurrence="3").evidence == (1, 2, 4)
        assert lengths(learner, "2026-03-05T10:00-11:00") == (3, 3, 0)
        assert lengths(learner, "2026-03-06T00:00-11:00") == (0, 3, 0)

    def test_s2_a_date_that_comes_back_and_is_missed_is_missed_once_it_is_over(self) -> None:
        learner = runner(zone="Pacific/Kiritimati")
        learner.practises(*march(2))
        learner.does(CALL, "2026-03-04T00:10")
        learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        assert lengths(learner, "2026-03-03T23:59-11:00") == (2, 2, 0)
        assert lengths(learner, "2026-03-04T00:00-11:00") == (1, 2, 0)
        learner.does(CALL, "2026-03-05T09:00-11:00")
        assert lengths(learner, "2026-03-05T10:00-11:00") == (2, 2, 0)

    def test_s2_only_the_zone_of_the_time_says_whether_a_date_occurred(self) -> None:
        """Somebody who comes to Apia later had a 30 December 2011 of their own."""
        learner = runner()
        learner.practises("2011-12-29")
        learner.moves_to("Pacific/Apia", "2012-02-01T09:00")
        learner.does(CALL, "2011-12-31T09:00+01:00")
        assert learner.standing.streaks[0].longest == 1

    @pytest.mark.parametrize(
        ("zone", "before", "after"),
        [
            ("Africa/Cairo", "2026-04-23T23:59+02:00", "2026-04-24T01:00+03:00"),
            ("Asia/Beirut", "2026-03-28T23:59+02:00", "2026-03-29T01:00+03:00"),
            ("America/Sao_Paulo", "2018-11-03T23:59-03:00", "2018-11-04T01:00-02:00"),
            ("Australia/Lord_Howe", "2026-10-03T23:59+10:30", "2026-10-04T00:00+10:30"),
        ],
    )
    def test_dst_nights_separate_two_dates(self, zone: str, before: str, after: str) -> None:
        """Hard case 2: a skipped midnight is one all the same."""
        learner = runner(zone=zone)
        learner.does(CALL, before)
        learner.does(CALL, after)
        assert current(learner, after) == 2

    @pytest.mark.parametrize(
        ("zone", "first", "second"),
        [
            ("Africa/Cairo", "2026-10-29T23:30+03:00", "2026-10-29T23:30+02:00"),
            ("Asia/Beirut", "2026-10-24T23:30+03:00", "2026-10-24T23:30+02:00"),
            ("America/Sao_Paulo", "2018-02-17T23:30-02:00", "2018-02-17T23:30-03:00"),
            ("Australia/Lord_Howe", "2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30"),
        ],
    )
    def test_dst_nights_that_come_twice_are_one_date(self, zone: str, first: str, second: str) -> None:
        """Hard case 2."""
        learner = runner(zone=zone)
        learner.does(CALL, first)
        learner.does(CALL, second)
        assert current(learner, second) == 1


class TestActive:
    def test_s3_a_period_is_judged_on_its_own_events(self) -> None:
        learner = runner(counts="{count: {event: call.practised, at_least: 2}}")
        learner.practises(*march(2, 3, 3))
        assert learner.days("s", "2026-03-02", "2026-03-03", "2026-03-03T12:00") == ["OPEN", "ACTIVE"]

    def test_s3_a_token_action_keeps_no_streak_that_asks_for_quality(self) -> None:
        """Hard case 20."""
        learner = runner(counts="{count: {event: call.practised, where: {minutes: {min: 10}}, at_least: 1}}")
        learner.practises(*march(2), minutes=1)
        learner.practises(*march(3), minutes=10)
        learner.practises(*march(4))
        assert lengths(learner, "2026-03-04T12:00") == (1, 1, 0)

    @pytest.mark.parametrize(
        ("counts", "active"),
        [
            ("{sum: {event: call.practised, field: minutes, at_least: 15}}", 2),
            ("{distinct: {event: call.practised, field: customer, at_least: 2}}", 2),
            (
                "{all: [{days: {event: call.practised, at_least: 1}}, {days: {event: lesson.completed, at_least: 1}}]}",
                1,
            ),
            (
                "{any: [{days: {event: call.practised, at_least: 2}}, {days: {event: lesson.completed, at_least: 1}}]}",
                1,
            ),
            ("{some: {at_least: 1, of: [{count: {event: lesson.completed, at_least: 1}}]}}", 1),
        ],
    )
    def test_s3_counts_may_be_any_measure_and_its_combinations(self, counts: str, active: int) -> None:
        learner = runner(counts=counts)
        for day in march(2, 3):
            learner.practises(day, minutes=5, customer="a")
            learner.practises(day, minutes=10, customer="b")
        learner.does("lesson.completed", "2026-03-03T12:00")
        assert learner.streak("s", "2026-03-03T13:00").current == active

    def test_s3_days_of_a_week(self) -> None:
        learner = runner("week", counts="{days: {event: call.practised, at_least: 2}}")
        learner.practises("2026-03-02", "2026-03-02", "2026-03-09", "2026-03-10")
        assert learner.streak("s", "2026-03-11T09:00").current == 1

    def test_s3_a_late_event_makes_its_own_day_active(self) -> None:
        """Hard case 7: done offline, logged late; the run is as if nothing had been missing."""
        learner = runner()
        learner.practises(*march(2, 4))
        assert lengths(learner, "2026-03-04T12:00") == (1, 1, 0)
        learner.practises(*march(3))
        assert lengths(learner, "2026-03-04T12:00") == (3, 3, 0)

    def test_a_late_event_far_back_makes_a_run_older(self) -> None:
        """Hard case 7."""
        learner = runner()
        learner.practises(*march(20, 21))
        learner.practises(*march(*range(1, 20)))
        assert lengths(learner, "2026-03-21T12:00") == (21, 21, 0)


class TestRuns:
    def test_s4_active_periods_add_up_until_a_due_one_is_missed(self) -> None:
        learner = runner()
        learner.practises(*march(2, 3, 4, 6))
        assert lengths(learner, "2026-03-06T12:00") == (1, 3, 0)

    def test_s4_todays_period_is_never_a_miss(self) -> None:
        learner = runner()
        learner.practises(*march(2, 3))
        assert current(learner, "2026-03-04T23:59:59.999999") == 2
        assert current(learner, "2026-03-05T00:00") == 0

    def test_s4_practice_on_a_rest_day_counts_and_no_practice_does_not_break(self) -> None:
        learner = runner("workday")
        learner.practises(*march(6, 7, 9))
        assert current(learner, "2026-03-09T12:00") == 3

    def test_s4_a_missed_period_spends_a_freeze(self) -> None:
        """Hard case 6."""
        learner = runner(freezes="{start_with: 2}")
        learner.practises(*march(2, 4))
        assert lengths(learner, "2026-03-04T12:00") == (2, 2, 1)
        assert lengths(learner, "2026-03-06T00:00") == (2, 2, 0)
        assert lengths(learner, "2026-03-06T23:59") == (2, 2, 0)
        assert lengths(learner, "2026-03-07T00:00") == (1, 2, 0)
        assert lengths(learner, "2026-03-08T00:00") == (0, 2, 0)

    def test_s4_freezes_do_not_cover_sixty_days(self) -> None:
        """Hard case 6."""
        learner = runner(freezes="{start_with: 3}")
        learner.practises("2026-01-02", "2026-03-02")
        assert lengths(learner, "2026-03-02T12:00") == (1, 1, 3)

    def test_s4_nothing_is_spent_before_there_is_a_run(self) -> None:
        """Hard case 6."""
        learner = runner(freezes="{start_with: 1}")
        learner.does("lesson.completed", "2026-03-01T09:00")
        learner.practises(*march(10))
        assert lengths(learner, "2026-03-10T12:00") == (1, 1, 1)

    def test_s4_a_new_run_holds_its_own_freezes(self) -> None:
        learner = runner(freezes="{start_with: 1}")
        learner.practises(*march(2, 4, 10))
        assert lengths(learner, "2026-03-10T12:00") == (1, 2, 1)

    def test_s4_every_so_many_active_periods_earn_a_freeze_the_first_included(self) -> None:
        """Hard case 6."""
        learner = runner(freezes="{earn_one_per: 3}")
        held = []
        for day in range(2, 10):
            learner.practises(*march(day))
            held.append(lengths(learner, f"2026-03-{day:02}T12:00")[2])
        assert held == [0, 0, 1, 1, 1, 2, 2, 2]

    def test_s4_an_earned_freeze_bridges(self) -> None:
        learner = runner(freezes="{earn_one_per: 2}")
        learner.practises(*march(2, 3, 5, 6))
        assert lengths(learner, "2026-03-06T12:00") == (4, 4, 1)
        learner.practises(*march(9))
        assert lengths(learner, "2026-03-09T12:00") == (1, 4, 0)

    def test_s4_what_is_due_is_judged_before_a_freeze_that_comes_later(self) -> None:
        learner = runner(freezes="{earn_one_per: 3}")
        learner.practises(*march(2, 3, 5))
        assert lengths(learner, "2026-03-05T12:00") == (1, 2, 0)

    def test_s4_bridge_at_most_limits_missed_periods_in_a_row(self) -> None:
        freezes = "{start_with: 9, bridge_at_most: 2}"
        two, three = runner(freezes=freezes), runner(freezes=freezes)
        two.practises(*march(2, 5, 8))
        three.practises(*march(2, 6))
        assert lengths(two, "2026-03-08T12:00") == (3, 3, 5)
        assert lengths(three, "2026-03-06T12:00") == (1, 1, 9)
        assert lengths(three, "2026-03-09T00:00") == (1, 1, 7)
        assert lengths(three, "2026-03-10T00:00") == (0, 1, 0)

    def test_s4_a_rest_day_neither_spends_a_freeze_nor_parts_a_row(self) -> None:
        freezes = "{start_with: 9, bridge_at_most: 1}"
        one, two = runner("workday", freezes=freezes), runner("workday", freezes=freezes)
        one.practises(*march(6, 10))
        two.practises(*march(5, 10))
        assert lengths(one, "2026-03-10T12:00") == (2, 2, 8)
        assert lengths(two, "2026-03-10T12:00") == (1, 1, 9)

    def test_s4_without_freezes_none_are_held(self) -> None:
        learner = runner()
        learner.practises(*march(2))
        assert lengths(learner, "2026-03-02T12:00") == (1, 1, 0)

    def test_s5_the_longest_run_alive_counts_whichever_began_first(self) -> None:
        """The run from the 2nd holds no freeze when it meets the 5th; the one from the 4th still does."""
        learner = runner(freezes="{start_with: 1}")
        learner.practises(*march(2, 4, 6))
        assert lengths(learner, "2026-03-06T12:00") == (2, 2, 0)

    def test_s5_a_saturdays_practice_shortens_no_run(self) -> None:
        """Practice on a rest day comes before the miss, so it earns nothing that the miss could not have used."""
        without = runner("workday", freezes="{earn_one_per: 2, bridge_at_most: 1}")
        without.practises(*march(5, 6, 10, 11, 13))
        with_saturday = runner("workday", freezes="{earn_one_per: 2, bridge_at_most: 1}")
        with_saturday.practises(*march(5, 6, 7, 10, 11, 13))
        assert lengths(without, "2026-03-13T12:00") == (5, 5, 0)
        assert lengths(with_saturday, "2026-03-13T12:00") == (6, 6, 1)

    def test_s5_the_longest_ever_stays(self) -> None:
        learner = runner()
        learner.practises(*march(2, 3, 4, 10))
        assert lengths(learner, "2026-03-10T12:00") == (1, 3, 0)
