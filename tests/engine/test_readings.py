"""What the home screen shows of quests and badges; skills, streaks and points stand beside their rules."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support.judging import Learner
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.readings import BadgeReading, NextTier, QuestReading, QuestReadingState, StepReading, same_until

LOCKED, AVAILABLE, OPEN, COMPLETED = QuestReadingState
NOW = "2026-03-31T09:00"

QUESTS = """
skills: {craft: {title: Craft, levels: [5]}}
badges: {b: {title: B, earn: {count: {event: call.reflected, at_least: 1}}}}
quests:
  plain:
    title: Q
    steps:
      - {key: count, title: S, earn: {count: {event: call.practised, at_least: 3}}}
      - {key: sum, title: S, earn: {sum: {event: call.practised, field: minutes, at_least: 12.5}}}
      - {key: state, title: S, earn: {badge: {key: b}}}
      - {key: all, title: S, earn: {all: [{badge: {key: b}}, {count: {event: call.practised, at_least: 2}}]}}
  ordered:
    title: Q
    in_order: true
    requires: {count: {event: lesson.completed, at_least: 1}}
    steps:
      - {key: one, title: S, earn: {count: {event: call.practised, at_least: 2}}}
      - {key: two, title: S, earn: {count: {event: call.practised, at_least: 2}}}
  offered:
    title: Q
    starts: when_accepted
    requires: {count: {event: lesson.completed, at_least: 1}}
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 1}}}]
  monthly:
    title: Q
    repeat: month
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]
"""


def steps(reading: QuestReading) -> list[tuple[QuestReadingState, float, float]]:
    return [(step.state, step.have, step.need) for step in reading.steps]


class TestQuests:
    def test_before_anything_was_done(self) -> None:
        learner = Learner(QUESTS)
        plain, ordered = learner.quest("plain", NOW), learner.quest("ordered", NOW)
        assert plain == QuestReading(
            "plain",
            OPEN,
            "once",
            None,
            None,
            (
                StepReading("count", OPEN, 0, 3, None),
                StepReading("sum", OPEN, 0, 12.5, None),
                StepReading("state", OPEN, 0, 1, None),
                StepReading("all", OPEN, 0, 2, None),
            ),
        )
        assert (ordered.state, ordered.opened_at) == (LOCKED, None)
        assert steps(ordered) == [(LOCKED, 0, 2), (LOCKED, 0, 2)]

    def test_what_one_learner_does_shows_with_nobody_else(self) -> None:
        """What nobody has begun is read once for all."""
        first, second = Learner(QUESTS), Learner(QUESTS)
        before = first.quest("plain", NOW)
        first.practises("2026-03-02", "2026-03-03", "2026-03-04", minutes=10)
        first.does("call.reflected", "2026-03-05T09:00")
        assert first.quest("plain", NOW) != before
        assert second.quest("plain", NOW) == before

    def test_have_and_need_in_the_authors_unit(self) -> None:
        learner = Learner(QUESTS)
        learner.practises("2026-03-02", "2026-03-03", minutes=4.25)
        assert steps(learner.quest("plain", NOW)) == [(OPEN, 2, 3), (OPEN, 8.5, 12.5), (OPEN, 0, 1), (OPEN, 1, 2)]

    def test_nothing_reads_as_more_than_it_needs(self) -> None:
        learner = Learner(QUESTS)
        learner.practises(*[f"2026-03-{day:02}" for day in range(2, 12)], minutes=10)
        reading = learner.quest("plain", NOW)
        assert steps(reading) == [(COMPLETED, 3, 3), (COMPLETED, 12.5, 12.5), (OPEN, 0, 1), (OPEN, 1, 2)]
        assert [step.completed_at for step in reading.steps] == [
            learner.at("2026-03-04T09:00"),
            learner.at("2026-03-03T09:00"),
            None,
            None,
        ]

    def test_completed(self) -> None:
        learner = Learner(QUESTS)
        learner.practises("2026-03-02", "2026-03-03", "2026-03-04", minutes=10)
        learner.does("call.reflected", "2026-03-05T09:00")
        reading = learner.quest("plain", NOW)
        assert (reading.state, reading.completed_at) == (COMPLETED, learner.at("2026-03-05T09:00"))
        assert {step.state for step in reading.steps} == {COMPLETED}

    def test_steps_in_order_are_locked_until_their_turn(self) -> None:
        learner = Learner(QUESTS)
        learner.does("lesson.completed", "2026-03-01T09:00")
        learner.practises("2026-03-02")
        reading = learner.quest("ordered", NOW)
        assert (reading.state, reading.opened_at) == (OPEN, learner.at("2026-03-01T09:00"))
        assert steps(reading) == [(OPEN, 1, 2), (LOCKED, 0, 2)]
        learner.practises("2026-03-03", "2026-03-04")
        assert steps(learner.quest("ordered", NOW)) == [(COMPLETED, 2, 2), (OPEN, 1, 2)]
        learner.practises("2026-03-05")
        assert learner.quest("ordered", NOW).state is COMPLETED

    def test_a_quest_that_waits_to_be_accepted_is_available_once_its_conditions_hold(self) -> None:
        learner = Learner(QUESTS)
        assert learner.quest("offered", NOW).state is LOCKED
        learner.does("lesson.completed", "2026-03-01T09:00")
        reading = learner.quest("offered", NOW)
        assert (reading.state, reading.opened_at, steps(reading)) == (AVAILABLE, None, [(LOCKED, 0, 1)])
        learner.accepts("offered", "2026-03-02T09:00")
        reading = learner.quest("offered", NOW)
        assert (reading.state, reading.opened_at) == (OPEN, learner.at("2026-03-02T09:00"))
        assert steps(reading) == [(OPEN, 0, 1)]

    def test_accepted_before_its_conditions_hold_it_is_locked(self) -> None:
        learner = Learner(QUESTS)
        learner.accepts("offered", "2026-03-02T09:00")
        assert learner.quest("offered", NOW).state is LOCKED

    def test_a_repeated_quest_shows_the_window_of_now(self) -> None:
        learner = Learner(QUESTS)
        learner.practises("2026-03-02", "2026-03-03", "2026-04-01")
        march, april, may = (learner.quest("monthly", f"2026-0{month}-30T09:00") for month in (3, 4, 5))
        assert (march.occurrence, march.state, march.completed_at) == (
            "2026-03",
            COMPLETED,
            learner.at("2026-03-03T09:00"),
        )
        assert (april.occurrence, april.state, steps(april)) == ("2026-04", OPEN, [(OPEN, 1, 2)])
        assert (may.occurrence, may.state, steps(may)) == ("2026-05", OPEN, [(OPEN, 0, 2)])

    def test_the_window_of_now_is_the_learners_own(self) -> None:
        """Hard case 3: an hour before midnight in UTC it is already April in Oslo."""
        learner = Learner(QUESTS)
        assert learner.quest("monthly", "2026-03-31T21:59Z").occurrence == "2026-03"
        assert learner.quest("monthly", "2026-03-31T22:00Z").occurrence == "2026-04"


class TestBadges:
    TIERS = """
    badges:
      tiered:
        title: T
        tiers:
          - {tier: bronze, earn: {count: {event: call.practised, at_least: 2}}}
          - {tier: silver, earn: {sum: {event: call.practised, field: minutes, at_least: 10}}}
          - {tier: gold, earn: {count: {event: call.practised, at_least: 9}}}
      plain: {title: P, earn: {count: {event: call.practised, at_least: 2}}}
      weekly:
        title: W
        repeat: week
        tiers:
          - {tier: one, earn: {count: {event: call.practised, at_least: 1}}}
          - {tier: two, earn: {count: {event: call.practised, at_least: 2}}}
    """

    def test_before_anything_was_done(self) -> None:
        learner = Learner(self.TIERS)
        assert learner.badge("tiered", NOW) == BadgeReading("tiered", None, None, None, NextTier("bronze", 0, 2))
        assert learner.badge("plain", NOW) == BadgeReading("plain", None, None, None, NextTier(None, 0, 2))
        assert learner.badge("weekly", NOW) == BadgeReading("weekly", None, None, None, NextTier("one", 0, 1))

    def test_the_highest_tier_earned_and_the_next_one(self) -> None:
        learner = Learner(self.TIERS)
        learner.practises("2026-03-02", "2026-03-03", minutes=2.5)
        second = learner.at("2026-03-03T09:00")
        assert learner.badge("tiered", NOW) == BadgeReading(
            "tiered", "bronze", second, "once", NextTier("silver", 5, 10)
        )
        assert learner.badge("plain", NOW) == BadgeReading("plain", None, second, "once", None)

    def test_a_lower_tier_that_is_missing_is_still_the_next_one(self) -> None:
        learner = Learner(self.TIERS)
        learner.practises("2026-03-02", minutes=10)
        first = learner.at("2026-03-02T09:00")
        assert learner.badge("tiered", NOW) == BadgeReading("tiered", "silver", first, "once", NextTier("bronze", 1, 2))

    def test_a_repeated_badge_shows_its_latest_occurrence_and_the_window_of_now(self) -> None:
        learner = Learner(self.TIERS)
        learner.practises("2026-03-02", "2026-03-03", "2026-03-09")
        third = learner.at("2026-03-09T09:00")
        this_week, next_week = learner.badge("weekly", "2026-03-10T09:00"), learner.badge("weekly", "2026-03-17T09:00")
        assert this_week == BadgeReading("weekly", "one", third, "2026-W11", NextTier("two", 1, 2))
        assert next_week == BadgeReading("weekly", "one", third, "2026-W11", NextTier("one", 0, 1))
        learner.practises("2026-03-10")
        fourth = learner.at("2026-03-10T09:00")
        assert learner.badge("weekly", "2026-03-10T09:00") == BadgeReading("weekly", "two", fourth, "2026-W11", None)

    def test_an_improvement_that_may_come_again_always_has_a_next_one(self) -> None:
        learner = Learner("""
        badges:
          b:
            title: B
            repeat: always
            earn: {improvement: {event: call.practised, field: score, by: 10%, recent: 1, baseline: 1, memory: 7d}}
        """)
        learner.practises("2026-03-02", score=1)
        learner.practises("2026-03-03", score=2)
        assert learner.badge("b", "2026-03-03T10:00") == BadgeReading(
            "b", None, learner.at("2026-03-03T09:00"), "#1", NextTier(None, 2, 3)
        )

    @pytest.mark.parametrize(
        ("earn", "have", "need"),
        [
            ("{distinct: {event: call.practised, field: customer, at_least: 3}}", 1, 3),
            ("{days: {event: call.practised, at_least: 3}}", 2, 3),
            ("{streak: {key: s, at_least: 5}}", 2, 5),
            ("{skill: {key: craft, level: 3}}", 1, 3),
            ("{some: {at_least: 2, of: [{streak: {key: s, at_least: 2}}, {quest: q}]}}", 1, 2),
            ("{any: [{quest: q}, {all: [{streak: {key: s, at_least: 2}}, {quest: q}]}]}", 1, 2),
            ("{quest: q}", 0, 1),
        ],
    )
    def test_every_node_counts_as_its_reader_would(self, earn: str, have: int, need: int) -> None:
        rules = f"""
        skills: {{craft: {{title: Craft, levels: [1, 100, 200]}}}}
        streaks:
          s:
            title: S
            skill: craft
            every: day
            counts: {{count: {{event: call.practised, at_least: 1}}}}
            milestones: {{1: 1}}
        quests:
          q: {{title: Q, steps: [{{key: s, title: S, earn: {{count: {{event: call.practised, at_least: 9}}}}}}]}}
        badges: {{b: {{title: B, earn: {earn}}}}}
        """
        learner = Learner(rules)
        learner.practises("2026-03-02", "2026-03-03", customer="a")
        assert learner.badge("b", NOW).next == NextTier(None, have, need)


WINDOWS = """
badges:
  weekly: {title: W, earn: {count: {event: call.practised, at_least: 5, within: week}}}
  rolling: {title: R, earn: {sum: {event: call.practised, field: minutes, at_least: 60, within: 48h}}}
quests:
  q: {title: Q, steps: [{key: s, title: S, earn: {days: {event: call.practised, at_least: 5, within: 7d}}}]}
"""


class TestWindowsThatAreOver:
    """What lies in a window that is over helps no more, so it is not shown as if it were there."""

    def test_a_calendar_window_begins_anew_with_the_learners_date(self) -> None:
        learner = Learner(WINDOWS)
        learner.practises("2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03", minutes=1)
        # One ISO week, the 53rd of 2026, over New Year.
        assert learner.badge("weekly", "2027-01-03T23:59").next == NextTier(None, 4, 5)
        assert learner.badge("weekly", "2027-01-04T00:00").next == NextTier(None, 0, 5)

    def test_a_rolling_length_lets_go_at_its_exact_bound(self) -> None:
        learner = Learner(WINDOWS)
        # The night of 2026-03-29 has an hour less.
        learner.does("call.practised", "2026-03-28T09:00", minutes=20)
        learner.does("call.practised", "2026-03-29T09:00", minutes=30)
        assert learner.badge("rolling", "2026-03-30T09:59:59").next == NextTier(None, 50, 60)
        assert learner.badge("rolling", "2026-03-30T10:00").next == NextTier(None, 30, 60)
        assert learner.badge("rolling", "2026-03-31T09:00").next == NextTier(None, 0, 60)

    def test_steps_too(self) -> None:
        learner = Learner(WINDOWS)
        learner.practises("2026-03-02", "2026-03-03")
        assert steps(learner.quest("q", "2026-03-09T08:59")) == [(OPEN, 2, 5)]
        assert steps(learner.quest("q", "2026-03-09T09:00")) == [(OPEN, 1, 5)]

    def test_what_holds_is_not_let_go(self) -> None:
        learner = Learner(
            WINDOWS + "  both: {title: B, steps: [{key: s, title: S, earn: {all: [{count: {event: "
            "call.practised, at_least: 2, within: 48h}}, {count: {event: call.reflected, at_least: 1}}]}}]}\n"
        )
        learner.practises("2026-03-02", "2026-03-03")
        assert steps(learner.quest("both", "2026-05-01T09:00")) == [(OPEN, 1, 2)]

    def test_until_when_they_read_the_same(self) -> None:
        learner = Learner(WINDOWS)
        assert same_until(learner.pack, learner.standing, learner.at("2026-03-02T08:00")) is None
        learner.practises("2026-03-02", "2026-03-03", minutes=5)
        now = learner.at("2026-03-03T10:00")
        ends = []
        while (until := same_until(learner.pack, learner.standing, now)) is not None:
            ends.append(until)
            now = until
        assert ends == [learner.at(f"2026-03-{day:02}T09:00") for day in (4, 5, 9, 10)]


DATED = """
quests:
  march:
    title: Q
    from: 2026-03-02
    until: 2026-03-20
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]
  offered:
    title: Q
    starts: when_accepted
    from: 2026-03-02
    until: 2026-03-20
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]
badges:
  march: {title: B, from: 2026-03-02, until: 2026-03-20, earn: {count: {event: call.practised, at_least: 2}}}
"""


class TestDates:
    """What `from` and `until` leave out cannot be worked on, and is not shown as if it could."""

    @pytest.mark.parametrize(
        ("now", "state"),
        [
            ("2026-03-01T23:59", LOCKED),
            ("2026-03-02T00:00", OPEN),
            ("2026-03-20T23:59", OPEN),
            ("2026-03-21T00:00", LOCKED),
        ],
    )
    def test_a_quest_is_open_on_its_dates_only(self, now: str, state: QuestReadingState) -> None:
        learner = Learner(DATED)
        learner.practises("2026-03-02")
        reading = learner.quest("march", now)
        assert (reading.state, steps(reading)) == (state, [(state, 1, 2)])

    def test_one_that_is_completed_stays_so(self) -> None:
        learner = Learner(DATED)
        learner.practises("2026-03-02", "2026-03-03")
        assert learner.quest("march", "2026-04-01T09:00").state is COMPLETED

    def test_one_can_be_accepted_before_its_dates_and_not_after_them(self) -> None:
        learner = Learner(DATED)
        at = ("2026-03-01T09:00", "2026-03-20T09:00", "2026-03-21T09:00")
        assert [learner.quest("offered", now).state for now in at] == [AVAILABLE, AVAILABLE, LOCKED]

    def test_a_badge_has_no_next_tier_after_its_dates(self) -> None:
        learner = Learner(DATED)
        learner.practises("2026-03-02")
        assert learner.badge("march", "2026-03-20T09:00").next == NextTier(None, 1, 2)
        assert learner.badge("march", "2026-03-21T09:00").next is None


MONTHLY = """
badges:
  m:
    title: M
    repeat: month
    tiers:
      - {tier: one, earn: {count: {event: call.practised, at_least: 2}}}
      - {tier: two, earn: {count: {event: call.practised, at_least: 4}}}
"""


def held(tier: str, occurrence: str, at: str) -> Recognition:
    identity = Identity(RecognitionKind.BADGE, "m", tier, occurrence)
    return Recognition(identity, 0, Nature.EFFORT, None, datetime.fromisoformat(at), (1,))


class TestWhatIsHeldFromEarlierRules:
    """V1: a change of rules takes nothing away, so what is held is not asked for again."""

    def test_a_window_whose_tier_is_held_goes_on_to_the_next_one(self) -> None:
        learner = Learner(MONTHLY, kept=[held("one", "2026-03", "2026-03-02T09:00+01:00")])
        learner.practises("2026-03-02")
        assert learner.badge("m", NOW).next == NextTier("two", 1, 4)
        assert learner.badge("m", "2026-04-01T09:00").next == NextTier("one", 0, 2)

    def test_the_latest_occurrence_may_be_a_held_one(self) -> None:
        learner = Learner(MONTHLY, kept=[held("one", "2026-03", "2026-03-02T09:00+01:00")])
        learner.practises("2026-01-05", "2026-01-06")
        at = learner.at("2026-03-02T09:00")
        assert learner.badge("m", NOW) == BadgeReading("m", "one", at, "2026-03", NextTier("two", 0, 4))

    def test_the_latest_occurrence_may_be_a_given_one(self) -> None:
        learner = Learner(MONTHLY, kept=[held("two", "2026-01", "2026-01-02T09:00+01:00")])
        learner.practises("2026-02-05", "2026-02-06")
        reading = learner.badge("m", "2026-02-10T09:00")
        assert (reading.tier, reading.occurrence) == ("one", "2026-02")
