from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.judging import Learner
from vekst.engine.readings import StreakReading, StreakReadingState, streak_days

CALL = "call.practised"
NOT_STARTED, DONE, DUE, RESTING, ENDED = StreakReadingState


def runner(every: str = "day", freezes: str = "{}", zone: str = "Europe/Oslo") -> Learner:
    rules = f"""
    streaks:
      s:
        title: S
        every: {every}
        counts: {{count: {{event: call.practised, at_least: 1}}}}
        freezes: {freezes}
    """
    return Learner(rules, zone=zone)


def march(*days: int) -> list[str]:
    return [f"2026-03-{day:02}" for day in days]


class TestState:
    def test_nothing_has_begun(self) -> None:
        learner = runner(freezes="{start_with: 2}")
        assert learner.streak("s", "2026-03-02T12:00") == StreakReading("s", 0, 0, 0, NOT_STARTED, None, None)

    def test_done_then_due_then_ended(self) -> None:
        learner = runner()
        learner.practises(*march(2))
        end = learner.at("2026-03-04T00:00")
        assert learner.streak("s", "2026-03-02T12:00") == StreakReading("s", 1, 1, 0, DONE, end, end)
        assert learner.streak("s", "2026-03-03T00:00") == StreakReading("s", 1, 1, 0, DUE, end, end)
        assert learner.streak("s", "2026-03-04T00:00") == StreakReading("s", 0, 1, 0, ENDED, None, None)

    def test_a_date_that_asks_nothing_is_rest(self) -> None:
        learner = runner("workday")
        learner.practises(*march(6))
        end = learner.at("2026-03-10T00:00")
        assert learner.streak("s", "2026-03-07T12:00") == StreakReading("s", 1, 1, 0, RESTING, end, end)
        assert learner.streak("s", "2026-03-09T12:00") == StreakReading("s", 1, 1, 0, DUE, end, end)

    def test_rest_after_the_end_is_still_ended(self) -> None:
        learner = runner("workday")
        learner.practises(*march(5))
        assert learner.streak("s", "2026-03-07T12:00").state is ENDED

    def test_practice_begins_a_new_run_at_once(self) -> None:
        learner = runner()
        learner.practises(*march(2, 3, 9))
        read = learner.streak("s", "2026-03-09T10:00")
        assert (read.current, read.longest, read.state) == (1, 2, DONE)

    def test_a_week_is_done_until_it_is_over(self) -> None:
        learner = runner("week")
        learner.practises(*march(4))
        end = learner.at("2026-03-16T00:00")
        assert learner.streak("s", "2026-03-08T23:59") == StreakReading("s", 1, 1, 0, DONE, end, end)
        assert learner.streak("s", "2026-03-09T00:00") == StreakReading("s", 1, 1, 0, DUE, end, end)
        assert learner.streak("s", "2026-03-16T00:00") == StreakReading("s", 0, 1, 0, ENDED, None, None)


class TestDeath:
    """Hard case 22: a streak that has ended reads as ended from the instant it ended, without any new event."""

    @pytest.mark.parametrize(
        ("zone", "practised", "end"),
        [
            ("Europe/Oslo", "2026-03-02T09:00Z", "2026-03-03T23:00Z"),
            ("Europe/Oslo", "2026-03-28T09:00Z", "2026-03-29T22:00Z"),
            ("America/New_York", "2026-03-02T15:00Z", "2026-03-04T05:00Z"),
            ("Africa/Cairo", "2026-04-22T09:00Z", "2026-04-23T22:00Z"),
            ("Africa/Cairo", "2026-04-23T09:00Z", "2026-04-24T21:00Z"),
            ("Africa/Cairo", "2026-10-28T09:00Z", "2026-10-29T22:00Z"),
            ("Asia/Beirut", "2026-03-27T09:00Z", "2026-03-28T22:00Z"),
            ("America/Sao_Paulo", "2018-11-02T15:00Z", "2018-11-04T03:00Z"),
            ("Pacific/Apia", "2011-12-29T02:00Z", "2011-12-30T10:00Z"),
            ("Pacific/Apia", "2011-12-30T02:00Z", "2011-12-31T10:00Z"),
            ("Australia/Lord_Howe", "2026-10-03T02:00Z", "2026-10-04T13:00Z"),
        ],
    )
    def test_it_ends_with_the_local_day_to_the_microsecond(self, zone: str, practised: str, end: str) -> None:
        """Hard case 2: through DST nights, skipped midnights and a date that never was."""
        learner = runner(zone=zone)
        learner.does(CALL, practised)
        over = learner.at(end)
        last = over - timedelta(microseconds=1)
        alive, dead = learner.streak("s", last.isoformat()), learner.streak("s", end)
        assert (alive.current, alive.state, alive.keep_until, alive.ends_at) == (1, DUE, over, over)
        assert (dead.current, dead.state, dead.keep_until, dead.ends_at) == (0, ENDED, None, None)

    def test_reading_changes_nothing(self) -> None:
        learner = runner(freezes="{start_with: 1}")
        learner.practises(*march(2))
        assert learner.streak("s", "2026-04-01T12:00").current == 0
        assert learner.streak("s", "2026-03-03T12:00").current == 1


class TestKeepUntil:
    def test_s8_it_is_the_end_of_today_while_today_is_due_and_of_tomorrow_once_it_is_done(self) -> None:
        learner = runner()
        learner.practises(*march(2))
        assert learner.streak("s", "2026-03-03T08:00").keep_until == learner.at("2026-03-04T00:00")
        learner.practises(*march(3))
        assert learner.streak("s", "2026-03-03T10:00").keep_until == learner.at("2026-03-05T00:00")

    def test_s8_the_first_freeze_that_would_be_spent_comes_before_the_end(self) -> None:
        learner = runner(freezes="{start_with: 2}")
        learner.practises(*march(2))
        read = learner.streak("s", "2026-03-02T12:00")
        assert (read.keep_until, read.ends_at) == (learner.at("2026-03-04T00:00"), learner.at("2026-03-06T00:00"))
        read = learner.streak("s", "2026-03-04T12:00")
        assert (read.freezes, read.keep_until) == (1, learner.at("2026-03-05T00:00"))
        assert read.ends_at == learner.at("2026-03-06T00:00")

    def test_s8_bridge_at_most_ends_a_run_before_its_freezes_do(self) -> None:
        learner = runner(freezes="{start_with: 9, bridge_at_most: 2}")
        learner.practises(*march(2))
        assert learner.streak("s", "2026-03-02T12:00").ends_at == learner.at("2026-03-06T00:00")
        assert learner.streak("s", "2026-03-04T12:00").ends_at == learner.at("2026-03-06T00:00")
        assert learner.streak("s", "2026-03-05T12:00").keep_until == learner.at("2026-03-06T00:00")

    def test_s8_rest_days_are_stepped_over(self) -> None:
        learner = runner("workday")
        learner.practises("2026-04-01")
        assert learner.streak("s", "2026-04-01T12:00").keep_until == learner.at("2026-04-08T00:00")

    def test_s8_time_off_is_stepped_over(self) -> None:
        learner = runner()
        learner.rests("2026-03-03", "2026-03-20", "2026-03-01T09:00")
        learner.practises(*march(2))
        read = learner.streak("s", "2026-03-02T12:00")
        assert (read.keep_until, read.ends_at) == (learner.at("2026-03-22T00:00"),) * 2
        assert learner.streak("s", "2026-03-10T12:00").state is RESTING

    def test_s8_it_follows_the_learners_zone(self) -> None:
        """Hard case 1."""
        learner = runner()
        learner.practises(*march(2))
        learner.moves_to("America/New_York", "2026-03-02T18:00")
        assert learner.streak("s", "2026-03-02T19:00").keep_until == learner.at("2026-03-04T00:00-05:00")

    def test_s8_practice_beforehand_by_another_clock_is_stepped_over(self) -> None:
        """Hard case 1: after a flight back over the date line tomorrow was already practised."""
        learner = runner(zone="Pacific/Kiritimati")
        learner.practises(*march(2, 3))
        learner.moves_to("Pacific/Pago_Pago", "2026-03-03T10:00")
        read = learner.streak("s", "2026-03-02T10:00-11:00")
        assert (read.current, read.state) == (2, DONE)
        assert read.keep_until == learner.at("2026-03-05T00:00-11:00")

    def test_s8_a_date_lived_again_may_still_be_missed(self) -> None:
        """Hard case 1: Tuesday lies behind the last practice, and is yet to come."""
        none, one = runner(zone="Pacific/Kiritimati"), runner(zone="Pacific/Kiritimati", freezes="{start_with: 1}")
        for learner in (none, one):
            learner.practises(*march(2))
            learner.does(CALL, "2026-03-04T00:10")
            learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        tuesday_over, thursday_over = none.at("2026-03-04T00:00-11:00"), none.at("2026-03-06T00:00-11:00")
        read = none.streak("s", "2026-03-02T23:30-11:00")
        assert (read.current, read.keep_until, read.ends_at) == (2, tuesday_over, tuesday_over)
        read = one.streak("s", "2026-03-02T23:30-11:00")
        assert (read.current, read.freezes, read.keep_until, read.ends_at) == (2, 1, tuesday_over, thursday_over)
        one.does(CALL, "2026-03-03T09:00-11:00")
        read = one.streak("s", "2026-03-03T10:00-11:00")
        assert (read.current, read.freezes, read.keep_until) == (3, 1, thursday_over)
        assert read.ends_at == one.at("2026-03-07T00:00-11:00")

    def test_s8_a_date_lived_again_may_cost_a_freeze_and_then_nothing_for_years(self) -> None:
        learner = runner(zone="Pacific/Kiritimati", freezes="{start_with: 1}")
        learner.practises(*march(2))
        learner.does(CALL, "2026-03-04T00:10")
        learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        learner.rests("2026-03-05", "2036-03-05", "2026-03-04T00:21")
        read = learner.streak("s", "2026-03-02T23:30-11:00")
        assert (read.keep_until, read.ends_at) == (learner.at("2026-03-04T00:00-11:00"), None)

    def test_a_run_that_nothing_will_ask_for_never_ends(self) -> None:
        learner = runner("workday")
        learner.practises(*march(2))
        learner.rests("2026-03-03", "2036-03-03", "2026-03-02T18:00")
        read = learner.streak("s", "2026-03-02T19:00")
        assert (read.current, read.keep_until, read.ends_at) == (1, None, None)


class TestDays:
    def test_every_date_has_its_word(self) -> None:
        learner = runner("workday", freezes="{start_with: 1}")
        learner.practises(*march(2, 3, 5, 11, 12))
        found = learner.days("s", "2026-03-01", "2026-03-16", "2026-03-13T12:00")
        assert dict(zip(range(1, 17), found, strict=True)) == {
            1: "REST",
            2: "ACTIVE",
            3: "ACTIVE",
            4: "FROZEN",
            5: "ACTIVE",
            6: "OPEN",
            7: "REST",
            8: "REST",
            9: "OPEN",
            10: "OPEN",
            11: "ACTIVE",
            12: "ACTIVE",
            13: "DUE",
            14: "REST",
            15: "REST",
            16: "AHEAD",
        }

    def test_a_freeze_spent_lately_shows_while_the_run_is_alive(self) -> None:
        learner = runner(freezes="{start_with: 1}")
        learner.practises(*march(2, 3))
        assert learner.days("s", "2026-03-03", "2026-03-06", "2026-03-05T12:00") == ["ACTIVE", "FROZEN", "DUE", "AHEAD"]

    def test_too_many_in_a_row_were_not_bridged(self) -> None:
        learner = runner(freezes="{start_with: 9, bridge_at_most: 1}")
        learner.practises(*march(2, 4, 7))
        assert learner.days("s", "2026-03-02", "2026-03-07", "2026-03-07T12:00") == [
            "ACTIVE",
            "FROZEN",
            "ACTIVE",
            "OPEN",
            "OPEN",
            "ACTIVE",
        ]

    def test_freezes_spent_one_by_one_add_up(self) -> None:
        learner = runner(freezes="{earn_one_per: 3}")
        learner.practises(*march(1, 2, 3, 4, 5, 6, 8, 10, 12))
        found = learner.days("s", "2026-03-07", "2026-03-12", "2026-03-12T12:00")
        assert found == ["FROZEN", "ACTIVE", "FROZEN", "ACTIVE", "OPEN", "ACTIVE"]

    def test_an_earned_freeze_bridges_and_the_first_one_does_not_come_back(self) -> None:
        learner = runner(freezes="{earn_one_per: 2}")
        learner.practises(*march(2, 3, 5, 7))
        assert learner.days("s", "2026-03-02", "2026-03-07", "2026-03-07T12:00") == [
            "ACTIVE",
            "ACTIVE",
            "FROZEN",
            "ACTIVE",
            "OPEN",
            "ACTIVE",
        ]

    def test_a_week_shows_on_each_of_its_dates(self) -> None:
        learner = runner("week")
        learner.practises(*march(4))
        found = learner.days("s", "2026-03-01", "2026-03-16", "2026-03-10T12:00")
        assert found == ["OPEN", *["ACTIVE"] * 7, *["DUE"] * 7, "AHEAD"]

    def test_time_off_is_rest(self) -> None:
        learner = runner()
        learner.rests("2026-03-02", "2026-03-03", "2026-03-04T09:00")
        assert learner.days("s", "2026-03-01", "2026-03-04", "2026-03-04T12:00") == ["OPEN", "REST", "REST", "DUE"]

    def test_a_date_that_never_was_is_rest(self) -> None:
        """Hard case 2."""
        learner = runner(zone="Pacific/Apia")
        learner.practises("2011-12-29", "2011-12-31")
        found = learner.days("s", "2011-12-29", "2011-12-31", "2011-12-31T12:00")
        assert found == ["ACTIVE", "REST", "ACTIVE"]

    def test_today_is_the_learners_own(self) -> None:
        """Hard case 3."""
        learner = runner(zone="America/New_York")
        assert learner.days("s", "2026-03-01", "2026-03-03", "2026-03-03T04:59Z") == ["OPEN", "DUE", "AHEAD"]
        assert learner.days("s", "2026-03-01", "2026-03-03", "2026-03-03T05:00Z") == ["OPEN", "OPEN", "DUE"]

    def test_dates_are_told_with_their_names(self) -> None:
        learner = runner()
        days = streak_days(
            learner.pack,
            learner.standing,
            "s",
            first=date(2026, 2, 28),
            last=date(2026, 3, 1),
            now=learner.at("2026-03-01T12:00"),
        )
        assert [day.date for day in days] == [date(2026, 2, 28), date(2026, 3, 1)]

    def test_an_unknown_streak_is_refused(self) -> None:
        learner = runner()
        with pytest.raises(KeyError, match="other"):
            learner.days("other", "2026-03-01", "2026-03-01", "2026-03-01T12:00")
