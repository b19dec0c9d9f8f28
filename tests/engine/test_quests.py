from __future__ import annotations

import pytest

from tests.support.judging import Learner
from vekst.domain.recognitions import Identity, Nature, Recognition

CALL, LESSON, REFLECTION = "call.practised", "lesson.completed", "call.reflected"

TWO_STEPS = """
skills: {craft: {title: Craft, levels: [1000]}}
quests:
  q:
    title: Q
    skill: craft
    points: 50
    steps:
      - {key: learn, title: L, points: 5, earn: {count: {event: lesson.completed, at_least: 1}}}
      - {key: try, title: T, points: 15, earn: {count: {event: call.practised, where: {score: {min: 6}}, at_least: 2}}}
"""
REQUIRES = """
quests:
  q:
    title: Q
    requires: {count: {event: lesson.completed, at_least: 2}}
    %s
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]
"""
IN_ORDER = """
quests:
  q:
    title: Q
    in_order: true
    steps:
      - {key: one, title: O, earn: {count: {event: call.practised, at_least: 1}}}
      - {key: two, title: T, earn: {count: {event: call.practised, at_least: 2}}}
      - {key: three, title: T, earn: {count: {event: [call.practised, call.reflected], at_least: 1}}}
"""


class TestCompletion:
    def test_q3_each_step_and_the_quest_are_recognised_once(self) -> None:
        learner = Learner(TWO_STEPS)
        lesson = learner.does(LESSON, "2026-03-02T09:00")
        first, bad, second, more = learner.practises("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", score=6)
        learner.does(LESSON, "2026-03-07T09:00")
        at, done = learner.at("2026-03-02T09:00"), learner.at("2026-03-04T09:00")
        assert learner.recognitions == [
            Recognition(Identity("STEP", "q/learn", "", "once"), 5, Nature.EFFORT, "craft", at, (lesson,)),
            Recognition(Identity("STEP", "q/try", "", "once"), 15, Nature.EFFORT, "craft", done, (first, bad)),
            Recognition(Identity("QUEST", "q", "", "once"), 50, Nature.EFFORT, "craft", done, (lesson, first, bad)),
        ]
        assert {second, more}.isdisjoint(learner.found("QUEST", "q").evidence)

    def test_q3_a_quest_is_completed_at_the_moment_its_last_step_is_whichever_that_is(self) -> None:
        learner = Learner(TWO_STEPS)
        learner.practises("2026-03-02", "2026-03-03", score=9)
        learner.does(LESSON, "2026-03-04T09:00")
        assert learner.earned == ["STEP q/try once", "STEP q/learn once", "QUEST q once"]
        assert learner.found("QUEST", "q").reached_at == learner.at("2026-03-04T09:00")

    def test_an_honest_failed_attempt_takes_nothing_away(self) -> None:
        learner = Learner(TWO_STEPS)
        learner.does(LESSON, "2026-03-02T09:00")
        learner.practises("2026-03-03", score=1)
        learner.practises("2026-03-04", score=7)
        learner.practises("2026-03-05", score=0)
        learner.practises("2026-03-06", score=6)
        assert learner.has("QUEST", "q")

    def test_one_event_may_complete_several_steps_that_are_in_no_order(self) -> None:
        learner = Learner(IN_ORDER.replace("in_order: true", "in_order: false"))
        learner.practises("2026-03-02")
        assert learner.earned == ["STEP q/one once", "STEP q/three once"]
        learner.practises("2026-03-03")
        assert learner.earned[2:] == ["STEP q/two once", "QUEST q once"]

    def test_n1_a_quest_without_points_is_recognised_too(self) -> None:
        learner = Learner(IN_ORDER)
        learner.practises("2026-03-02")
        assert learner.found("STEP", "q/one").points == 0


class TestOpening:
    def test_q1_without_requires_a_quest_is_open_from_the_beginning(self) -> None:
        learner = Learner(TWO_STEPS)
        learner.does(LESSON, "1971-01-01T00:00")
        assert learner.earned == ["STEP q/learn once"]

    def test_q1_it_opens_at_the_moment_requires_holds_and_q2_earlier_events_do_not_count(self) -> None:
        learner = Learner(REQUIRES % "points: 1")
        learner.does(LESSON, "2026-03-02T08:00")
        learner.practises("2026-03-02", "2026-03-03")
        lesson = learner.does(LESSON, "2026-03-04T08:00")
        assert learner.earned == []
        assert learner.quest("q", "2026-03-05T09:00").opened_at == learner.at("2026-03-04T08:00")
        first, second = learner.practises("2026-03-04", "2026-03-05")
        assert learner.found("STEP", "q/s").evidence == (first, second)
        assert learner.found("QUEST", "q").evidence == (1, lesson, first, second)

    @pytest.mark.parametrize(("call", "lesson"), [("a", "b"), ("b", "a")])
    def test_q2_events_at_the_instant_of_the_opening_count_before_and_after_it_in_order(
        self, call: str, lesson: str
    ) -> None:
        learner = Learner(REQUIRES % "points: 1")
        learner.does(LESSON, "2026-03-02T08:00")
        learner.does(LESSON, "2026-03-02T09:00", name=lesson)
        first = learner.does(CALL, "2026-03-02T09:00", name=call)
        second = learner.does(CALL, "2026-03-02T09:00", name="c")
        assert learner.found("STEP", "q/s").evidence == (first, second)

    def test_q2_an_instant_before_the_opening_is_too_early(self) -> None:
        learner = Learner(REQUIRES % "points: 1")
        learner.does(LESSON, "2026-03-02T08:00")
        learner.does(CALL, "2026-03-02T08:59:59.999999")
        learner.does(LESSON, "2026-03-02T09:00")
        learner.does(CALL, "2026-03-02T09:00:00.000001")
        assert learner.earned == []

    def test_q2_the_event_that_opens_a_quest_counts_towards_it(self) -> None:
        rules = """
        quests:
          q:
            title: Q
            requires: {count: {event: call.practised, at_least: 2}}
            steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 1}}}]
        """
        learner = Learner(rules)
        _, second = learner.practises("2026-03-02", "2026-03-03")
        assert learner.found("STEP", "q/s").evidence == (second,)

    def test_q1_a_quest_opens_on_a_level_a_badge_a_quest_or_a_streak(self) -> None:
        rules = """
        skills: {craft: {title: Craft, levels: [5]}}
        badges: {b: {title: B, tiers: [{tier: bronze, earn: {count: {event: call.practised, at_least: 2}}}]}}
        streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}}}
        quests:
          by-skill: {title: Q, requires: {skill: {key: craft, level: 1}}, steps: [*s]}
          by-badge: {title: Q, requires: {badge: {key: b, tier: bronze}}, steps: [*s]}
          by-streak: {title: Q, requires: {streak: {key: s, at_least: 2}}, steps: [*s]}
          by-quest: {title: Q, requires: {quest: first}, steps: [*s]}
          by-all: {title: Q, requires: {all: [{quest: first}, {badge: {key: b}}]}, steps: [*s]}
          first:
            title: Q
            skill: craft
            points: 5
            steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 3}}}]
        """
        learner = Learner(rules.replace("*s", STEP))
        learner.practises("2026-03-02", "2026-03-03")
        opened = {
            key: learner.quest(key, "2026-03-09T09:00").opened_at for key in ("by-badge", "by-streak", "by-skill")
        }
        second = learner.at("2026-03-03T09:00")
        assert opened == {"by-badge": second, "by-streak": second, "by-skill": None}
        learner.practises("2026-03-05")
        third = learner.at("2026-03-05T09:00")
        assert [learner.quest(key, "2026-03-09T09:00").opened_at for key in ("by-skill", "by-quest", "by-all")] == [
            third
        ] * 3
        learner.does(REFLECTION, "2026-03-05T10:00")
        assert {
            key for key in ("by-skill", "by-badge", "by-streak", "by-quest", "by-all") if learner.has("QUEST", key)
        } == {
            "by-skill",
            "by-badge",
            "by-streak",
            "by-quest",
            "by-all",
        }


STEP = "{key: s, title: S, earn: {count: {event: call.reflected, at_least: 1}}}"


class TestAcceptance:
    RULES = REQUIRES % "starts: when_accepted"

    def test_q1_it_does_not_open_before_it_is_accepted(self) -> None:
        learner = Learner(self.RULES)
        learner.does(LESSON, "2026-03-02T08:00")
        learner.does(LESSON, "2026-03-02T08:30")
        learner.practises("2026-03-02")
        learner.accepts("q", "2026-03-03T08:00")
        assert learner.quest("q", "2026-03-03T08:00").opened_at == learner.at("2026-03-03T08:00")
        first, second = learner.practises("2026-03-03", "2026-03-04")
        assert learner.found("STEP", "q/s").evidence == (first, second)

    def test_q1_accepted_early_it_opens_when_requires_holds(self) -> None:
        learner = Learner(self.RULES)
        learner.accepts("q", "2026-03-01T08:00")
        learner.practises("2026-03-01")
        learner.does(LESSON, "2026-03-02T08:00")
        learner.does(LESSON, "2026-03-02T08:30")
        assert learner.quest("q", "2026-03-03T08:00").opened_at == learner.at("2026-03-02T08:30")
        first, second = learner.practises("2026-03-02", "2026-03-03")
        assert learner.found("STEP", "q/s").evidence == (first, second)

    def test_q1_without_requires_it_opens_with_the_acceptance(self) -> None:
        learner = Learner(TWO_STEPS.replace("points: 50", "starts: when_accepted"))
        learner.does(LESSON, "2026-03-01T08:00")
        learner.accepts("q", "2026-03-02T08:00")
        learner.does(LESSON, "2026-03-03T08:00")
        assert learner.found("STEP", "q/learn").evidence == (3,)

    def test_q2_what_was_done_at_the_instant_of_the_acceptance_counts(self) -> None:
        learner = Learner(TWO_STEPS.replace("points: 50", "starts: when_accepted"))
        learner.accepts("q", "2026-03-02T08:00")
        before = learner.does(LESSON, "2026-03-02T08:00", source="a")
        assert learner.found("STEP", "q/learn").evidence == (before,)
        assert learner.found("STEP", "q/learn").reached_at == learner.at("2026-03-02T08:00")

    def test_accepting_twice_or_what_is_not_there_changes_nothing(self) -> None:
        learner = Learner(self.RULES)
        learner.accepts("other", "2026-03-01T08:00")
        learner.accepts("q", "2026-03-01T09:00")
        for hour in ("08", "09"):
            learner.does(LESSON, f"2026-03-02T{hour}:00")
        learner.practises("2026-03-03")
        learner.accepts("q", "2026-03-04T08:00")
        learner.practises("2026-03-04")
        assert learner.earned == ["STEP q/s once", "QUEST q once"]

    def test_accepting_a_quest_that_starts_by_itself_opens_nothing(self) -> None:
        learner = Learner(REQUIRES % "points: 1")
        learner.accepts("q", "2026-03-01T09:00")
        learner.practises("2026-03-02", "2026-03-03")
        assert learner.earned == []

    def test_q1_acceptance_completes_a_step_that_the_whole_state_fulfils(self) -> None:
        rules = """
        badges: {b: {title: B, earn: {count: {event: call.practised, at_least: 1}}}}
        quests: {q: {title: Q, starts: when_accepted, steps: [{key: s, title: S, earn: {badge: {key: b}}}]}}
        """
        learner = Learner(rules)
        learner.practises("2026-03-02")
        acceptance = learner.accepts("q", "2026-03-03T09:00")
        assert learner.earned == ["BADGE b once", "STEP q/s once", "QUEST q once"]
        assert learner.found("QUEST", "q").reached_at == learner.at("2026-03-03T09:00")
        assert acceptance in learner.found("QUEST", "q").evidence


class TestInOrder:
    def test_q2_the_event_that_completed_the_step_before_does_not_count(self) -> None:
        learner = Learner(IN_ORDER)
        calls = learner.practises("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
        assert [each.evidence for each in learner.recognitions] == [
            (calls[0],),
            (calls[1], calls[2]),
            (calls[3],),
            tuple(calls),
        ]
        assert learner.earned == ["STEP q/one once", "STEP q/two once", "STEP q/three once", "QUEST q once"]

    def test_q2_later_at_the_same_instant_is_later_in_canonical_order(self) -> None:
        """M1."""
        learner = Learner(IN_ORDER)
        for name in ("d", "b", "c", "a"):
            learner.does(CALL, "2026-03-02T09:00", name=name)
        assert [each.evidence for each in learner.recognitions[:3]] == [(4,), (2, 3), (1,)]

    def test_q2_what_came_before_its_turn_does_not_count(self) -> None:
        learner = Learner(IN_ORDER)
        learner.does(REFLECTION, "2026-03-01T09:00")
        learner.practises("2026-03-02", "2026-03-03", "2026-03-04")
        assert learner.earned == ["STEP q/one once", "STEP q/two once"]
        learner.does(REFLECTION, "2026-03-05T09:00")
        assert learner.has("QUEST", "q")

    def test_q2_events_at_the_instant_of_the_opening_complete_only_the_first_step(self) -> None:
        """The first step is completed at the moment of the opening, and none of them is later than that."""
        rules = IN_ORDER.replace(
            "in_order: true", "in_order: true\n    requires: {count: {event: lesson.completed, at_least: 1}}"
        )
        learner = Learner(rules)
        for name in ("a", "b", "c"):
            learner.does(CALL, "2026-03-02T09:00", name=name)
        learner.does(LESSON, "2026-03-02T09:00", name="d")
        assert learner.earned == ["STEP q/one once"]
        learner.does(CALL, "2026-03-02T09:00", name="e")
        learner.does(CALL, "2026-03-02T09:00", name="f")
        assert learner.earned == ["STEP q/one once", "STEP q/two once"]
        assert learner.found("STEP", "q/two").evidence == (5, 6)

    def test_a_step_that_the_whole_state_fulfils_is_completed_when_its_turn_comes(self) -> None:
        rules = """
        badges: {b: {title: B, earn: {count: {event: call.reflected, at_least: 1}}}}
        quests:
          q:
            title: Q
            in_order: true
            steps:
              - {key: one, title: O, earn: {count: {event: call.practised, at_least: 1}}}
              - {key: two, title: T, earn: {badge: {key: b}}}
              - {key: three, title: T, earn: {count: {event: call.practised, at_least: 1}}}
        """
        learner = Learner(rules)
        learner.does(REFLECTION, "2026-03-01T09:00")
        learner.practises("2026-03-02")
        assert learner.earned == ["BADGE b once", "STEP q/one once", "STEP q/two once"]
        assert learner.found("STEP", "q/two").reached_at == learner.at("2026-03-02T09:00")


class TestRepeat:
    RULES = TWO_STEPS.replace("points: 50", "points: 50\n    repeat: month")

    def test_q4_each_month_is_judged_on_its_own_events(self) -> None:
        learner = Learner(self.RULES)
        learner.does(LESSON, "2026-01-31T23:59")
        learner.practises("2026-01-30", score=6)
        learner.does(CALL, "2026-02-01T00:00", score=6)
        learner.does(LESSON, "2026-02-02T09:00")
        learner.does(LESSON, "2026-02-03T09:00")
        learner.practises("2026-02-28", "2026-02-28", score=6)
        assert learner.earned == [
            "STEP q/learn 2026-01",
            "STEP q/learn 2026-02",
            "STEP q/try 2026-02",
            "QUEST q 2026-02",
        ]
        assert learner.found("QUEST", "q", occurrence="2026-02").evidence == (3, 4, 6)

    @pytest.mark.parametrize(
        ("repeat", "occurrence"),
        [("day", "2026-12-31"), ("week", "2026-W53"), ("month", "2026-12"), ("quarter", "2026-Q4"), ("year", "2026")],
    )
    def test_q4_the_occurrence_is_the_window_in_steps_too(self, repeat: str, occurrence: str) -> None:
        learner = Learner(TWO_STEPS.replace("points: 50", f"repeat: {repeat}"))
        for hour in ("09", "23"):
            learner.does(LESSON, f"2026-12-31T{hour}:00")
            learner.does(CALL, f"2026-12-31T{hour}:30", score=6)
        assert learner.earned == [f"STEP q/learn {occurrence}", f"STEP q/try {occurrence}", f"QUEST q {occurrence}"]

    def test_q4_requires_is_judged_once_and_over_all_events(self) -> None:
        learner = Learner(REQUIRES % "repeat: month")
        learner.does(LESSON, "2026-01-10T09:00")
        learner.does(LESSON, "2026-02-10T08:00")
        learner.practises("2026-02-10", "2026-02-11", "2026-03-01", "2026-03-02", "2026-03-03")
        assert learner.occurrences("QUEST", "q") == ["2026-02", "2026-03"]

    def test_q4_acceptance_is_judged_once(self) -> None:
        learner = Learner(TWO_STEPS.replace("points: 50", "repeat: month\n    starts: when_accepted"))
        learner.accepts("q", "2026-01-10T09:00")
        for day in ("2026-01-11", "2026-02-11"):
            learner.does(LESSON, f"{day}T08:00")
            learner.practises(day, day, score=6)
        assert learner.occurrences("QUEST", "q") == ["2026-01", "2026-02"]

    def test_q4_steps_in_order_begin_anew_in_each_window(self) -> None:
        learner = Learner(IN_ORDER.replace("in_order: true", "in_order: true\n    repeat: week"))
        learner.practises("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-09", "2026-03-10")
        assert learner.occurrences("QUEST", "q") == ["2026-W10"]
        assert learner.occurrences("STEP", "q/one") == ["2026-W10", "2026-W11"]
        assert learner.occurrences("STEP", "q/two") == ["2026-W10"]

    def test_q4_a_window_goes_on_after_a_move_back_over_the_date_line(self) -> None:
        """Hard case 1."""
        learner = Learner(TWO_STEPS.replace("points: 50", "repeat: day"), zone="Pacific/Kiritimati")
        learner.does(CALL, "2026-03-02T09:00", score=6)
        learner.does(CALL, "2026-03-03T09:00", score=6)
        learner.does(CALL, "2026-03-04T00:10", score=6)
        learner.moves_to("Pacific/Pago_Pago", "2026-03-04T00:20")
        learner.does(CALL, "2026-03-02T23:30-11:00", score=6)
        learner.does(CALL, "2026-03-03T23:30-11:00", score=6)
        assert learner.occurrences("STEP", "q/try") == ["2026-03-02", "2026-03-03"]

    def test_a_quest_repeated_is_completed_for_others_with_its_first_time(self) -> None:
        rules = self.RULES + "badges: {b: {title: B, earn: {quest: q}}}\n"
        learner = Learner(rules)
        for month in ("01", "02"):
            learner.does(LESSON, f"2026-{month}-02T08:00")
            learner.practises(f"2026-{month}-02", f"2026-{month}-03", score=6)
        assert learner.occurrences("QUEST", "q") == ["2026-01", "2026-02"]
        assert learner.found("BADGE", "b").reached_at == learner.at("2026-01-03T09:00")


class TestFromAndUntil:
    def test_only_events_on_local_dates_from_and_until_count_both_included(self) -> None:
        learner = Learner(TWO_STEPS.replace("points: 50", "from: 2026-03-02\n    until: 2026-03-04"))
        for at in ("2026-03-01T23:59", "2026-03-02T00:00", "2026-03-05T00:00"):
            learner.does(CALL, at, score=6)
        assert learner.earned == []
        learner.does(CALL, "2026-03-04T23:59", score=6)
        assert learner.found("STEP", "q/try").evidence == (2, 4)

    def test_either_may_be_left_open(self) -> None:
        begins = Learner(TWO_STEPS.replace("points: 50", "from: 2026-03-02"))
        ends = Learner(TWO_STEPS.replace("points: 50", "until: 2026-03-02"))
        for learner in (begins, ends):
            learner.does(LESSON, "2026-03-01T09:00")
            learner.does(LESSON, "2026-03-03T09:00")
        assert begins.found("STEP", "q/learn").evidence == (2,)
        assert ends.found("STEP", "q/learn").evidence == (1,)
