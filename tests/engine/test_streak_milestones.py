from __future__ import annotations

from tests.support.judging import Learner
from tests.support.running import current, lengths, march, runner
from vekst.domain.recognitions import Identity, Nature, Recognition


class TestTimeOff:
    def test_s7_declared_before_it_asks_nothing(self) -> None:
        learner = runner()
        learner.practises(*march(2, 3))
        learner.rests("2026-03-04", "2026-03-06", "2026-03-03T20:00")
        assert current(learner, "2026-03-07T23:59") == 2
        learner.practises(*march(7))
        assert lengths(learner, "2026-03-07T23:59") == (3, 3, 0)

    def test_s7_illness_declared_afterwards_heals_the_run(self) -> None:
        """Hard case 5."""
        learner = runner()
        learner.practises(*march(2, 3, 4, 7))
        assert lengths(learner, "2026-03-07T12:00") == (1, 3, 0)
        learner.rests("2026-03-05", "2026-03-06", "2026-03-07T18:00")
        assert lengths(learner, "2026-03-07T18:00") == (4, 4, 0)

    def test_s7_both_dates_are_included_and_no_others(self) -> None:
        for first, last, length in (("05", "06", 4), ("06", "06", 1), ("05", "05", 1)):
            learner = runner()
            learner.practises(*march(2, 3, 4, 7))
            learner.rests(f"2026-03-{first}", f"2026-03-{last}", "2026-03-07T18:00")
            assert current(learner, "2026-03-07T18:00") == length

    def test_s7_several_times_off_add_up(self) -> None:
        learner = runner()
        learner.practises(*march(2, 5))
        learner.rests("2026-03-03", "2026-03-03", "2026-03-05T18:00")
        learner.rests("2026-03-04", "2026-03-04", "2026-03-05T19:00")
        assert current(learner, "2026-03-05T20:00") == 2

    def test_s7_practice_during_time_off_counts(self) -> None:
        learner = runner()
        learner.rests("2026-03-02", "2026-03-08", "2026-03-01T18:00")
        learner.practises(*march(3, 6))
        assert current(learner, "2026-03-08T12:00") == 2

    def test_s7_time_off_gives_freezes_back(self) -> None:
        learner = runner(freezes="{start_with: 1}")
        learner.practises(*march(2, 4))
        assert lengths(learner, "2026-03-04T12:00") == (2, 2, 0)
        learner.rests("2026-03-03", "2026-03-03", "2026-03-04T18:00")
        assert lengths(learner, "2026-03-04T18:00") == (2, 2, 1)

    def test_s7_on_workdays_and_weeks_too(self) -> None:
        workdays, weeks = runner("workday"), runner("week")
        for learner in (workdays, weeks):
            learner.practises("2026-03-06", "2026-03-16")
            assert current(learner, "2026-03-16T12:00") == 1
            learner.rests("2026-03-09", "2026-03-13", "2026-03-16T18:00")
            assert current(learner, "2026-03-16T18:00") == 2

    def test_s7_a_time_off_that_ends_before_it_begins_is_none(self) -> None:
        learner = runner()
        learner.practises(*march(2, 4))
        learner.rests("2026-03-04", "2026-03-03", "2026-03-04T18:00")
        assert current(learner, "2026-03-04T18:00") == 1


class TestMilestones:
    MILESTONES = "{2: 10, 3: 0, 5: 50}"

    def test_s6_a_milestone_is_earned_when_the_longest_run_first_reaches_it(self) -> None:
        learner = runner(milestones=self.MILESTONES)
        refs = learner.practises(*march(2, 3, 4, 5, 6, 7))
        assert learner.recognitions == [
            Recognition(
                Identity("MILESTONE", "s", "", str(length)),
                points,
                Nature.EFFORT,
                "craft",
                learner.at(f"2026-03-{1 + length:02}T09:00"),
                tuple(refs[:length]),
            )
            for length, points in ((2, 10), (3, 0), (5, 50))
        ]

    def test_s6_once_per_learner(self) -> None:
        learner = runner(milestones=self.MILESTONES)
        learner.practises(*march(2, 3, 10, 11, 12))
        assert learner.occurrences("MILESTONE", "s") == ["2", "3"]
        third = learner.found("MILESTONE", "s", occurrence="3")
        assert (third.reached_at, third.evidence) == (learner.at("2026-03-12T09:00"), (3, 4, 5))

    def test_s6_the_evidence_of_a_run_with_frozen_days_is_its_active_ones(self) -> None:
        learner = runner(milestones=self.MILESTONES, freezes="{start_with: 1}")
        learner.practises(*march(2, 4, 5))
        assert learner.found("MILESTONE", "s", occurrence="3").evidence == (1, 2, 3)

    def test_s6_the_evidence_holds_every_event_that_made_a_day_active(self) -> None:
        learner = runner(milestones="{2: 1}", counts="{count: {event: call.practised, at_least: 2}}")
        learner.practises(*march(2, 2, 3, 3, 3))
        assert learner.found("MILESTONE", "s", occurrence="2").evidence == (1, 2, 3, 4)

    def test_s6_s7_time_off_declared_afterwards_earns_it_at_its_own_moment(self) -> None:
        """Hard case 5."""
        learner = runner(milestones=self.MILESTONES)
        learner.practises(*march(2, 3, 5, 6, 7))
        learner.rests("2026-03-04", "2026-03-04", "2026-03-20T18:00")
        assert learner.occurrences("MILESTONE", "s") == ["2", "3", "5"]
        fifth = learner.found("MILESTONE", "s", occurrence="5")
        assert (fifth.reached_at, fifth.evidence) == (learner.at("2026-03-20T18:00"), (1, 2, 3, 4, 5))

    def test_s6_one_moment_may_reach_several(self) -> None:
        learner = runner(milestones="{3: 1, 4: 1, 5: 1}")
        learner.practises(*march(2, 3, 5, 6, 7))
        learner.rests("2026-03-04", "2026-03-04", "2026-03-07T18:00")
        assert [each.reached_at for each in learner.recognitions] == [
            learner.at("2026-03-07T09:00"),
            learner.at("2026-03-07T18:00"),
            learner.at("2026-03-07T18:00"),
        ]

    def test_s6_a_late_event_may_reach_one_with_its_own_time(self) -> None:
        """Hard case 7: judged in canonical order, the run reached three on the fourth."""
        learner = runner(milestones="{3: 1}")
        learner.practises(*march(2, 4))
        learner.practises(*march(3))
        third = learner.found("MILESTONE", "s", occurrence="3")
        assert third.reached_at == learner.at("2026-03-04T09:00")
        assert sorted(third.evidence) == [1, 2, 3]

    def test_a_milestone_moves_other_rules_in_the_same_moment(self) -> None:
        learner = Learner("""
        streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}, milestones: {2: 1}}}
        badges: {b: {title: B, earn: {streak: {key: s, at_least: 3}}}}
        """)
        learner.practises(*march(2, 3, 5))
        assert learner.earned == ["MILESTONE s 2"]
        learner.rests("2026-03-04", "2026-03-04", "2026-03-05T18:00")
        assert learner.earned == ["MILESTONE s 2", "BADGE b once"]
        assert learner.found("BADGE", "b").reached_at == learner.at("2026-03-05T18:00")
