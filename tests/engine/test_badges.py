from __future__ import annotations

import pytest

from tests.support.judging import Learner
from vekst.domain.recognitions import Identity, Nature, Recognition

CALL, LESSON = "call.practised", "lesson.completed"

TIERS = """
skills: {craft: {title: Craft, levels: [1000]}}
badges:
  brave-caller:
    title: Brave caller
    skill: craft
    tiers:
      - {tier: bronze, points: 20, earn: {count: {event: call.practised, at_least: 2}}}
      - {tier: silver, points: 60, earn: {days: {event: call.practised, at_least: 2}}}
      - {tier: gold, points: 90, earn: {count: {event: deal.closed, at_least: 1}}}
"""
REPEATED = "badges: {b: {title: B, repeat: %s, points: 3, earn: {count: {event: call.practised, at_least: 2}}}}"


class TestTiers:
    def test_q3_n1_each_tier_is_a_recognition_of_its_own(self) -> None:
        learner = Learner(TIERS)
        first, second, third = learner.practises("2026-03-02", "2026-03-02", "2026-03-03")
        deal = learner.does("deal.closed", "2026-03-04T09:00")
        same_day, next_day, last = (learner.at(f"2026-03-{day}T09:00") for day in ("02", "03", "04"))

        def tier(name: str) -> Identity:
            return Identity("BADGE", "brave-caller", name, "once")

        assert learner.recognitions == [
            Recognition(tier("bronze"), 20, Nature.EFFORT, "craft", same_day, (first, second)),
            Recognition(tier("silver"), 60, Nature.EFFORT, "craft", next_day, (first, third)),
            Recognition(tier("gold"), 90, Nature.OUTCOME, "craft", last, (deal,)),
        ]

    def test_one_event_may_bring_several_tiers(self) -> None:
        learner = Learner(TIERS)
        learner.practises("2026-03-02", "2026-03-03")
        assert learner.earned == ["BADGE brave-caller bronze once", "BADGE brave-caller silver once"]

    def test_a_higher_tier_does_not_wait_for_a_lower_one(self) -> None:
        learner = Learner(TIERS)
        learner.does("deal.closed", "2026-03-04T09:00")
        assert learner.earned == ["BADGE brave-caller gold once"]

    def test_q4_once_is_once(self) -> None:
        learner = Learner(TIERS)
        learner.practises(*[f"2026-03-{day:02}" for day in range(2, 12)])
        assert len(learner.earned) == 2

    def test_n1_a_badge_without_tiers_has_no_tier(self) -> None:
        learner = Learner("badges: {b: {title: B, earn: {count: {event: call.practised, at_least: 1}}, points: 7}}")
        learner.practises("2026-03-02")
        assert learner.found("BADGE", "b") == Recognition(
            Identity("BADGE", "b", "", "once"), 7, Nature.EFFORT, None, learner.at("2026-03-02T09:00"), (1,)
        )


class TestRepeat:
    @pytest.mark.parametrize(
        ("repeat", "days", "occurrences"),
        [
            (
                "day",
                ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-04"],
                ["2026-03-02", "2026-03-04"],
            ),
            ("week", ["2026-12-28", "2027-01-03", "2027-01-04", "2027-01-10"], ["2026-W53", "2027-W01"]),
            ("month", ["2026-01-01", "2026-01-31", "2026-02-01", "2026-03-01", "2026-03-31"], ["2026-01", "2026-03"]),
            ("quarter", ["2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30"], ["2026-Q1", "2026-Q2"]),
            ("year", ["2026-01-01", "2026-12-31", "2027-01-01", "2027-12-31"], ["2026", "2027"]),
        ],
    )
    def test_q4_each_window_is_judged_on_its_own_events(
        self, repeat: str, days: list[str], occurrences: list[str]
    ) -> None:
        learner = Learner(REPEATED % repeat)
        refs = learner.practises(*days)
        assert learner.occurrences("BADGE", "b") == occurrences
        first, last = learner.recognitions[0], learner.recognitions[-1]
        assert (first.evidence, last.evidence) == (tuple(refs[:2]), tuple(refs[-2:]))
        assert (first.points, first.reached_at) == (3, learner.at(f"{days[1]}T09:00"))

    def test_q4_a_window_gives_only_once(self) -> None:
        learner = Learner(REPEATED % "week")
        learner.practises(*[f"2026-03-{day:02}" for day in range(2, 9)])
        assert learner.occurrences("BADGE", "b") == ["2026-W10"]

    def test_q4_a_late_event_completes_the_window_that_it_belongs_to(self) -> None:
        """Hard case 7."""
        learner = Learner(REPEATED % "month")
        learner.practises("2026-01-10", "2026-02-10")
        assert learner.earned == []
        learner.practises("2026-01-20")
        assert learner.occurrences("BADGE", "b") == ["2026-01"]
        assert learner.recognitions[0].reached_at == learner.at("2026-01-20T09:00")

    def test_q4_the_window_is_one_of_local_dates(self) -> None:
        """Hard case 3: half past midnight on the first of April in Oslo is still March in UTC."""
        learner = Learner(REPEATED % "month")
        learner.does(CALL, "2026-03-31T22:30Z")
        learner.does(CALL, "2026-03-31T22:45Z")
        assert learner.occurrences("BADGE", "b") == ["2026-04"]

    def test_q4_tiers_repeat_apart(self) -> None:
        learner = Learner(TIERS.replace("skill: craft", "repeat: month"))
        learner.practises("2026-01-02", "2026-01-02", "2026-02-02", "2026-02-03")
        assert learner.earned == [
            "BADGE brave-caller bronze 2026-01",
            "BADGE brave-caller bronze 2026-02",
            "BADGE brave-caller silver 2026-02",
        ]

    def test_q4_a_window_goes_on_after_a_move_back_over_the_date_line(self) -> None:
        """Hard case 1."""
        learner = Learner(REPEATED % "day", zone="Pacific/Kiritimati")
        learner.does(CALL, "2026-03-02T09:00")
        learner.does(CALL, "2026-03-03T09:00")
        learner.does(CALL, "2026-03-04T00:10")
        learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        learner.does(CALL, "2026-03-02T23:30-11:00")
        learner.does(CALL, "2026-03-04T09:00-11:00")
        assert learner.occurrences("BADGE", "b") == ["2026-03-02", "2026-03-04"]


class TestFromAndUntil:
    def test_only_events_on_local_dates_from_and_until_count_both_included(self) -> None:
        rules = """
        badges:
          b:
            title: B
            from: 2026-03-02
            until: 2026-03-04
            earn: {count: {event: call.practised, at_least: 2}}
        """
        learner = Learner(rules)
        for at in ("2026-03-01T23:59", "2026-03-02T00:00", "2026-03-05T00:00"):
            learner.does(CALL, at)
        assert learner.earned == []
        learner.does(CALL, "2026-03-04T23:59")
        assert learner.found("BADGE", "b").evidence == (2, 4)

    def test_with_repeat_too(self) -> None:
        learner = Learner((REPEATED % "month").replace("points: 3", "from: 2026-03-15"))
        learner.practises("2026-03-01", "2026-03-02", "2026-03-15", "2026-04-01", "2026-04-02")
        assert learner.occurrences("BADGE", "b") == ["2026-04"]


class TestOtherRules:
    """`streak`, `skill`, `quest` and `badge` read the learner's whole state, whatever the order of the rules."""

    RULES = """
    skills: {craft: {title: Craft, levels: [10, 20]}}
    badges:
      collector: {title: A, earn: {all: [{badge: {key: by-quest}}, {badge: {key: tiered, tier: silver}}]}}
      any-tier: {title: A, earn: {badge: {key: tiered}}}
      by-quest: {title: A, skill: craft, points: 10, earn: {quest: q}}
      by-level: {title: A, earn: {skill: {key: craft, level: 2}}}
      by-streak: {title: A, earn: {streak: {key: s, at_least: 2}}}
      both: {title: A, earn: {all: [{streak: {key: s, at_least: 2}}, {count: {event: lesson.completed, at_least: 1}}]}}
      tiered:
        title: A
        tiers:
          - {tier: bronze, earn: {count: {event: lesson.completed, at_least: 1}}}
          - {tier: silver, earn: {count: {event: call.practised, at_least: 2}}}
    quests: {q: {title: Q, skill: craft, points: 10, steps: [{key: s, title: S, earn: {badge: {key: by-streak}}}]}}
    streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}}}
    """

    def test_n1_what_follows_from_others_carries_the_same_moment(self) -> None:
        learner = Learner(self.RULES)
        learner.practises("2026-03-02", "2026-03-03")
        assert set(learner.earned) == {
            "BADGE tiered silver once",
            "BADGE any-tier once",
            "BADGE by-streak once",
            "STEP q/s once",
            "QUEST q once",
            "LEVEL craft 1",
            "BADGE by-quest once",
            "LEVEL craft 2",
            "BADGE by-level once",
            "BADGE collector once",
        }
        assert len(learner.earned) == 10
        assert {each.reached_at for each in learner.recognitions} == {learner.at("2026-03-03T09:00")}

    def test_any_tier_will_do_where_none_is_named(self) -> None:
        learner = Learner(self.RULES)
        learner.does(LESSON, "2026-03-02T09:00")
        assert learner.earned == ["BADGE tiered bronze once", "BADGE any-tier once"]

    def test_a_named_tier_must_be_that_one(self) -> None:
        learner = Learner("""
        badges:
          b: {title: B, earn: {badge: {key: tiered, tier: silver}}}
          tiered:
            title: T
            tiers:
              - {tier: bronze, earn: {count: {event: call.practised, at_least: 1}}}
              - {tier: silver, earn: {count: {event: call.practised, at_least: 2}}}
        """)
        learner.practises("2026-03-02")
        assert not learner.has("BADGE", "b")
        learner.practises("2026-03-03")
        assert learner.has("BADGE", "b")

    def test_state_and_events_may_come_in_either_order(self) -> None:
        state_first, event_first = Learner(self.RULES), Learner(self.RULES)
        state_first.practises("2026-03-02", "2026-03-03")
        state_first.does(LESSON, "2026-03-04T09:00")
        event_first.does(LESSON, "2026-03-01T09:00")
        event_first.practises("2026-03-02", "2026-03-03")
        assert state_first.found("BADGE", "both").reached_at == state_first.at("2026-03-04T09:00")
        assert event_first.found("BADGE", "both").reached_at == event_first.at("2026-03-03T09:00")

    def test_a_streak_that_has_ended_was_reached_all_the_same(self) -> None:
        learner = Learner(self.RULES)
        learner.practises("2026-03-02", "2026-03-03")
        learner.does(LESSON, "2026-06-01T09:00")
        assert learner.streak("s", "2026-06-01T09:00").current == 0
        assert learner.has("BADGE", "both")
