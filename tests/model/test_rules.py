"""Examples of quests, badges, points and order (Q, N, K, E, P, M), worked out by hand from the contract."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from tests.model import judge
from tests.model.writing import accept, at, badge, calls, event, pack, reached, told, void


class TestQuests:
    quest: ClassVar[dict[str, Any]] = {
        "points": 50,
        "steps": [{"key": "a", "earn": calls(1), "points": 5}, {"key": "b", "earn": calls(2)}],
    }

    def test_q3_each_step_and_the_quest_are_recognised_once(self) -> None:
        judged = judge(pack(quests={"q": self.quest}), [event("2026-03-02T09:00"), event("2026-03-02T10:00")])
        assert [one[:6] for one in judged.recognitions] == [
            ("STEP", "q/a", None, "once", 5, "effort"),
            ("STEP", "q/b", None, "once", 0, "effort"),
            ("QUEST", "q", None, "once", 50, "effort"),
        ]
        assert reached(judged, "q") == at("2026-03-02T10:00")

    def test_q1_a_quest_opens_when_requires_holds_and_q2_counts_from_that_instant(self) -> None:
        quest = {**self.quest, "requires": {"count": {"event": "lesson", "at_least": 1}}}
        before, lesson = event("2026-03-02T09:00"), event("2026-03-02T10:00", "lesson")
        judged = judge(pack(quests={"q": quest}), [before, lesson, event("2026-03-02T11:00")])
        assert told(judged) == {"STEP q/a once"}
        assert reached(judged, "q/a") == at("2026-03-02T11:00")

    def test_q2_events_of_the_same_instant_count_at_the_opening(self) -> None:
        quest = {**self.quest, "requires": {"count": {"event": "lesson", "at_least": 1}}}
        same = [event("2026-03-02T10:00", name="1"), event("2026-03-02T10:00", "lesson", name="2")]
        assert told(judge(pack(quests={"q": quest}), same)) == {"STEP q/a once"}

    def test_q1_acceptance_before_requires_is_remembered(self) -> None:
        quest = {**self.quest, "starts": "when_accepted", "requires": {"count": {"event": "lesson", "at_least": 1}}}
        written = pack(quests={"q": quest})
        lesson, call = event("2026-03-02T10:00", "lesson"), event("2026-03-02T11:00")
        assert told(judge(written, [lesson, call])) == set()
        assert told(judge(written, [accept("2026-03-02T09:00", "q"), lesson, call])) == {"STEP q/a once"}
        assert told(judge(written, [lesson, call, accept("2026-03-02T12:00", "q")])) == set()

    def test_q2_in_order_counts_only_what_comes_after_the_step_before(self) -> None:
        quest = {
            **self.quest,
            "in_order": True,
            "steps": [{"key": "a", "earn": calls()}, {"key": "b", "earn": calls()}],
        }
        one, two = event("2026-03-02T09:00", name="1"), event("2026-03-02T09:00", name="2")
        assert told(judge(pack(quests={"q": quest}), [one])) == {"STEP q/a once"}
        assert told(judge(pack(quests={"q": quest}), [one, two])) == {"STEP q/a once", "STEP q/b once", "QUEST q once"}

    def test_a_step_of_state_that_holds_already_is_completed_in_the_same_moment(self) -> None:
        steps = [{"key": "a", "earn": calls()}, {"key": "b", "earn": {"badge": {"key": "b"}}}]
        written = {**badge(calls()), "quests": {"q": {"in_order": True, "steps": steps}}}
        judged = judge(written, [event("2026-03-02T09:00")])
        assert told(judged) == {"BADGE b once", "STEP q/a once", "STEP q/b once", "QUEST q once"}

    def test_q4_a_repeated_quest_judges_each_month_apart(self) -> None:
        written = pack(quests={"q": {**self.quest, "repeat": "month"}})
        january = [event("2026-01-30T09:00"), event("2026-01-31T23:59")]
        judged = judge(written, [*january, event("2026-02-01T00:00")])
        assert told(judged) == {"STEP q/a 2026-01", "STEP q/b 2026-01", "QUEST q 2026-01", "STEP q/a 2026-02"}

    def test_from_and_until_are_local_dates_that_count(self) -> None:
        quest = {**self.quest, "from": "2026-03-02", "until": "2026-03-03"}
        events = [event("2026-03-01T23:59"), event("2026-03-02T00:00"), event("2026-03-04T00:00")]
        assert told(judge(pack(quests={"q": quest}), events)) == {"STEP q/a once"}
        assert "QUEST q once" in told(judge(pack(quests={"q": quest}), [*events, event("2026-03-03T23:59")]))


class TestBadges:
    def test_n1_tiers_are_told_apart(self) -> None:
        tiers = [{"tier": "bronze", "earn": calls(1), "points": 1}, {"tier": "silver", "earn": calls(2), "points": 2}]
        judged = judge(pack(badges={"b": {"tiers": tiers}}), [event("2026-03-02T09:00"), event("2026-03-02T10:00")])
        assert told(judged) == {"BADGE b bronze once", "BADGE b silver once"}

    @pytest.mark.parametrize(
        ("repeat", "occurrence"),
        [("day", "2026-12-31"), ("week", "2026-W53"), ("month", "2026-12"), ("quarter", "2026-Q4"), ("year", "2026")],
    )
    def test_q4_the_occurrence_is_the_local_window(self, repeat: str, occurrence: str) -> None:
        judged = judge(badge(calls(), repeat=repeat), [event("2026-12-31T23:30")])
        assert told(judged) == {f"BADGE b {occurrence}"}

    def test_iso_week_53_reaches_into_january(self) -> None:
        judged = judge(badge(calls(2), repeat="week"), [event("2026-12-28T12:00"), event("2027-01-03T23:59")])
        assert told(judged) == {"BADGE b 2026-W53"}

    def test_badge_and_quest_nodes_read_the_whole_state(self) -> None:
        written = pack(
            badges={
                "a": {"earn": {"all": [{"badge": {"key": "b", "tier": "x"}}, {"quest": "q"}]}},
                "b": {"tiers": [{"tier": "x", "earn": calls()}]},
            },
            quests={"q": {"steps": [{"key": "s", "earn": calls()}]}},
        )
        judged = judge(written, [event("2026-03-02T09:00")])
        assert "BADGE a once" in told(judged)
        assert reached(judged, "a") == at("2026-03-02T09:00")


class TestPoints:
    paying: ClassVar[dict[str, Any]] = {
        "call": {"nature": "practice", "points": 5, "at_most": {"times": 2, "per": "day"}, "skill": "craft"}
    }
    skills: ClassVar[dict[str, Any]] = {"craft": {"levels": [5, 15], "fresh_for": "60d"}}

    def test_e1_the_first_events_of_each_window_pay(self) -> None:
        events = [
            event("2026-03-02T09:00"),
            event("2026-03-02T10:00"),
            event("2026-03-02T11:00"),
            event("2026-03-03T09:00"),
        ]
        judged = judge(pack(events=self.paying), events)
        assert told(judged) == {"EVENT call 2026-03-02#1", "EVENT call 2026-03-02#2", "EVENT call 2026-03-03#1"}
        assert judged.points == (15, 0, 0)

    def test_k1_levels_follow_from_points_in_the_same_moment(self) -> None:
        events = [event("2026-03-02T09:00"), event("2026-03-02T10:00"), event("2026-03-03T09:00")]
        judged = judge(pack(events=self.paying, skills=self.skills), events)
        assert judged.skill_points == {"craft": 15}
        assert judged.levels == {"craft": 2}
        levels = [
            (one.occurrence, one.points, one.nature, one.reached_at)
            for one in judged.recognitions
            if one.kind == "LEVEL"
        ]
        assert levels == [("1", 0, "effort", at("2026-03-02T09:00")), ("2", 0, "effort", at("2026-03-03T09:00"))]

    def test_k1_a_quest_a_badge_and_a_streak_are_tied_to_their_skill(self) -> None:
        written = pack(
            skills=self.skills,
            quests={"q": {"skill": "craft", "points": 100, "steps": [{"key": "s", "earn": calls(), "points": 10}]}},
            badges={"b": {"skill": "craft", "earn": calls(), "points": 1000}, "other": {"earn": calls(), "points": 7}},
            streaks={"s": {"skill": "craft", "every": "day", "counts": calls(), "milestones": {1: 1}}},
        )
        assert judge(written, [event("2026-03-02T09:00")]).skill_points == {"craft": 1111}

    def test_outcome_points_never_count_towards_a_skill(self) -> None:
        deal = {"count": {"event": "deal", "at_least": 1}}
        written = pack(
            skills=self.skills,
            badges={
                "b": {
                    "skill": "craft",
                    "tiers": [{"tier": "x", "earn": deal, "points": 9}, {"tier": "y", "earn": calls(), "points": 4}],
                },
                "c": {"skill": "craft", "earn": {"badge": {"key": "b", "tier": "x"}}, "points": 30},
                "d": {"skill": "craft", "earn": {"skill": {"key": "craft", "level": 1}}, "points": 2},
            },
            quests={
                "q": {
                    "skill": "craft",
                    "requires": {"badge": {"key": "b", "tier": "x"}},
                    "steps": [{"key": "s", "earn": calls(), "points": 50}],
                }
            },
        )
        judged = judge(written, [event("2026-03-02T09:00", "deal"), event("2026-03-02T10:00")])
        assert judged.skill_points == {"craft": 4}
        assert judged.points.outcome == 9 + 30 + 50
        assert judged.points.effort == 4

    def test_p1_outcomes_are_recognised_in_proportion_to_effort(self) -> None:
        rules = {
            "b": {"earn": calls(), "points": 20},
            "c": {"earn": {"count": {"event": "deal", "at_least": 1}}, "points": 10},
        }
        judged = judge(pack(badges=rules), [event("2026-03-02T09:00"), event("2026-03-02T10:00", "deal")])
        assert judged.points == (20, 10, 6)

    def test_a_paying_event_without_a_cap_is_refused(self) -> None:
        with pytest.raises(ValueError, match="without at_most"):
            judge(pack(events={"call": {"nature": "practice", "points": 5}}), [])


class TestOrder:
    def test_m1_order_of_arrival_and_duplicates_change_nothing(self) -> None:
        events = [event(f"2026-03-0{day}T09:00", score=day) for day in range(1, 7)]
        written = badge(calls(3), repeat="week")
        assert judge(written, events).recognitions == judge(written, [*events[::-1], *events]).recognitions

    def test_m1_ties_of_one_instant_go_by_source_and_id(self) -> None:
        quest = {
            "in_order": True,
            "steps": [
                {"key": "a", "earn": calls()},
                {"key": "b", "earn": {"count": {"event": "lesson", "at_least": 1}}},
            ],
        }
        first, second = event("2026-03-02T09:00", "lesson", name="1"), event("2026-03-02T09:00", name="2")
        assert "QUEST q once" not in told(judge(pack(quests={"q": quest}), [first, second]))

    def test_m3_a_voided_event_was_never_there_wherever_the_void_stands(self) -> None:
        events = [event("2026-03-02T09:00", name="one"), event("2026-03-03T09:00")]
        assert told(judge(badge(calls(2)), [*events, void("2026-04-01T09:00", "one")])) == set()
        assert told(judge(badge(calls(2)), [*events, void("2026-01-01T09:00", "one")])) == set()

    def test_a_void_that_is_voided_itself_voids_nothing(self) -> None:
        first_void = {**void("2026-03-04T09:00", "one"), "id": "the-void"}
        for later in ("2026-03-05T09:00", "2026-03-03T09:00"):
            events = [event("2026-03-02T09:00", name="one"), first_void, void(later, "the-void")]
            assert told(judge(badge(calls()), events)) == {"BADGE b once"}
