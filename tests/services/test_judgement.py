"""How one learner's ledger follows from events, voids and what is held; all of it pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.judging import Learner, earned, pack_of
from vekst.domain.recognitions import Identity, Nature, Recognition
from vekst.engine.fold import fold, without_voided
from vekst.engine.standing import Standing, encode, fresh_standing
from vekst.engine.version import ENGINE_VERSION
from vekst.services.judgement import Reversal, judge_again, leave_alone, standing_below
from vekst.storage.events_store import History
from vekst.storage.ledger_store import HeldEntry
from vekst.storage.standings_store import StandingRow

CALL, LESSON = "call.practised", "lesson.completed"
PAYING = """
skills: {craft: {title: Craft, levels: [10]}}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
"""
ROW = StandingRow(
    learner_id=UUID(int=1),
    pack_version=None,
    engine_version=None,
    state=None,
    ledger_seq=0,
    reversals=0,
    failures=0,
    first_zone="Europe/Oslo",
    active=True,
    role="learner",
    joined=frozenset(),
    left=frozenset(),
)


class Ledger(Learner):
    """A learner whose entries are held: judged again as often as asked, and nothing is forgotten between."""

    def __init__(self, rules: str) -> None:
        super().__init__(rules)
        self.held: list[HeldEntry] = []
        self.reversals: list[Reversal] = []
        self.now: Standing = fresh_standing(self.pack, self.zone)
        self.row = ROW
        self.judged: set[int] = set()

    def judge(self) -> list[str]:
        """Judge from all events; what was taken back in this judging, by name."""
        waiting = [event.ref for event in self.events if event.ref not in self.judged]
        history = History(sorted(self.events, key=lambda event: event.position), waiting)
        self.judged.update(waiting)
        judgement = judge_again(self.pack, self.row, history, self.held)
        self.now, self.reversals = judgement.standing, list(judgement.reversals)
        taken = {reversal.held.seq for reversal in self.reversals}
        self.held = [entry for entry in self.held if entry.seq not in taken]
        self.add(judgement.recognitions)
        return sorted(earned(reversal.held.recognition for reversal in self.reversals))

    def add(self, recognitions: Sequence[Recognition]) -> None:
        """Enter recognitions."""
        first = 1 + max((entry.seq for entry in self.held), default=0)
        self.held += [HeldEntry(seq, 1, each) for seq, each in enumerate(recognitions, first)]

    @property
    def holds(self) -> list[str]:
        """What the learner holds, by name."""
        return sorted(earned(entry.recognition for entry in self.held))


class TestVoids:
    """M3."""

    def test_a_void_takes_back_what_only_its_event_earned_and_says_so(self) -> None:
        """Hard case 10."""
        ledger = Ledger(PAYING)
        first = ledger.does("call.paid", "2026-03-02T09:00")
        ledger.does("call.paid", "2026-03-02T10:00")
        ledger.judge()
        assert ledger.holds == ["EVENT call.paid 2026-03-02#1", "EVENT call.paid 2026-03-02#2", "LEVEL craft 1"]
        void = ledger.voids(first, "2026-03-09T09:00")
        assert ledger.judge() == ["EVENT call.paid 2026-03-02#2", "LEVEL craft 1"]
        assert ledger.holds == ["EVENT call.paid 2026-03-02#1"]
        reversal = next(each for each in ledger.reversals if each.held.recognition.points)
        assert reversal.recognition == Recognition(
            Identity("REVERSAL", "call.paid", "", "2026-03-02#2"),
            -5,
            Nature.EFFORT,
            "craft",
            ledger.at("2026-03-09T09:00"),
            (void,),
        )
        assert reversal.reason == "error"
        assert ledger.now.effort == 5

    def test_what_the_rest_still_earns_stays(self) -> None:
        ledger = Ledger(PAYING)
        first = ledger.does("call.paid", "2026-03-02T09:00")
        for hour in ("10", "11"):
            ledger.does("call.paid", f"2026-03-02T{hour}:00")
        ledger.judge()
        before = ledger.held
        ledger.voids(first, "2026-03-09T09:00")
        assert ledger.judge() == []
        assert ledger.held == before

    def test_it_may_be_earned_again_later(self) -> None:
        ledger = Ledger("badges: {b: {title: B, points: 9, earn: {count: {event: call.practised, at_least: 2}}}}")
        first, _ = ledger.practises("2026-03-02", "2026-03-03")
        ledger.judge()
        ledger.voids(first, "2026-03-04T09:00")
        assert ledger.judge() == ["BADGE b once"]
        assert ledger.now.effort == 0
        ledger.practises("2026-03-05")
        assert ledger.judge() == []
        assert ledger.holds == ["BADGE b once"]
        assert ledger.held[0].recognition.reached_at == ledger.at("2026-03-05T09:00")
        assert ledger.now.effort == 9

    def test_undoing_and_doing_again_farms_nothing(self) -> None:
        """Hard case 11."""
        ledger = Ledger(PAYING)
        for round_ in range(5):
            ref = ledger.does("call.paid", f"2026-03-02T09:0{round_}")
            ledger.judge()
            ledger.voids(ref, f"2026-03-02T10:0{round_}")
            ledger.judge()
            assert (ledger.holds, ledger.now.effort, ledger.now.skills[0].points) == ([], 0, 0)

    def test_a_void_of_the_void_gives_it_back(self) -> None:
        ledger = Ledger("badges: {b: {title: B, earn: {count: {event: call.practised, at_least: 1}}}}")
        (call,) = ledger.practises("2026-03-02")
        ledger.judge()
        void = ledger.voids(call, "2026-03-03T09:00")
        assert ledger.judge() == ["BADGE b once"]
        ledger.voids(void, "2026-03-04T09:00")
        assert ledger.judge() == []
        assert ledger.holds == ["BADGE b once"]

    def test_judging_again_without_news_changes_nothing(self) -> None:
        ledger = Ledger(PAYING)
        first = ledger.does("call.paid", "2026-03-02T09:00")
        ledger.does("call.paid", "2026-03-02T10:00")
        ledger.judge()
        ledger.voids(first, "2026-03-09T09:00")
        ledger.judge()
        held, standing = ledger.held, encode(ledger.now)
        assert ledger.judge() == []
        assert (ledger.held, encode(ledger.now)) == (held, standing)


class TestEvidenceReaches:
    """M3: evidence reaches through `requires`, earlier steps and the recognitions a rule names."""

    def taken(self, ledger: Ledger, ref: int) -> list[str]:
        ledger.judge()
        ledger.voids(ref, "2026-03-31T09:00")
        return ledger.judge()

    def test_through_earlier_steps(self) -> None:
        ledger = Ledger("""
        quests:
          q:
            title: Q
            in_order: true
            steps:
              - {key: one, title: O, earn: {count: {event: lesson.completed, at_least: 1}}}
              - {key: two, title: T, earn: {count: {event: call.practised, at_least: 1}}}
        """)
        lesson = ledger.does(LESSON, "2026-03-02T08:00")
        ledger.practises("2026-03-02")
        assert self.taken(ledger, lesson) == ["QUEST q once", "STEP q/one once", "STEP q/two once"]

    def test_through_requires(self) -> None:
        ledger = Ledger("""
        quests:
          q:
            title: Q
            requires: {count: {event: lesson.completed, at_least: 1}}
            steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 1}}}]
        """)
        lesson = ledger.does(LESSON, "2026-03-02T08:00")
        ledger.practises("2026-03-02")
        assert self.taken(ledger, lesson) == ["QUEST q once", "STEP q/s once"]

    def test_through_named_quests_badges_and_streaks(self) -> None:
        ledger = Ledger("""
        streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}, milestones: {2: 1}}}
        quests: {q: {title: Q, steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]}}
        badges:
          by-quest: {title: B, earn: {quest: q}}
          by-badge: {title: B, earn: {all: [{badge: {key: by-quest}}, {count: {event: lesson.completed, at_least: 1}}]}}
          by-streak: {title: B, earn: {streak: {key: s, at_least: 2}}}
          lessons: {title: B, earn: {count: {event: lesson.completed, at_least: 1}}}
        """)
        first, _ = ledger.practises("2026-03-02", "2026-03-03")
        ledger.does(LESSON, "2026-03-04T08:00")
        assert self.taken(ledger, first) == [
            "BADGE by-badge once",
            "BADGE by-quest once",
            "BADGE by-streak once",
            "MILESTONE s 2",
            "QUEST q once",
            "STEP q/s once",
        ]
        assert ledger.holds == ["BADGE lessons once"]

    def test_through_the_points_of_a_level_and_the_rules_that_name_it(self) -> None:
        """K2: a level is never lost, but by M3."""
        ledger = Ledger(PAYING + "badges: {b: {title: B, earn: {skill: {key: craft, level: 1}}}}")
        first = ledger.does("call.paid", "2026-03-02T09:00")
        ledger.does("call.paid", "2026-03-02T10:00")
        assert self.taken(ledger, first) == ["BADGE b once", "EVENT call.paid 2026-03-02#2", "LEVEL craft 1"]
        assert ledger.now.skills[0].level == 0

    def test_through_every_event_that_made_a_day_of_a_run_active(self) -> None:
        ledger = Ledger("""
        streaks:
          s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 2}}, milestones: {2: 1}}
        """)
        first, *_ = ledger.practises("2026-03-02", "2026-03-02", "2026-03-03", "2026-03-03")
        assert self.taken(ledger, first) == ["MILESTONE s 2"]

    def test_through_days_long_past_that_time_off_joined(self) -> None:
        """S7."""
        ledger = Ledger("""
        streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}, milestones: {4: 1}}}
        """)
        first, *_ = ledger.practises("2026-03-02", "2026-03-03", "2026-03-05", "2026-03-06", "2026-03-20")
        ledger.rests("2026-03-04", "2026-03-04", "2026-03-21T18:00")
        assert self.taken(ledger, first) == ["MILESTONE s 4"]


class TestOrder:
    """M3: rules that look at order keep what was rightly given before a late event, or a void elsewhere."""

    RULES = """
    badges:
      best: {title: B, points: 3, earn: {personal_best: {event: call.practised, field: score, after: 1}}}
      better:
        title: B
        repeat: always
        points: 4
        earn: {improvement: {event: call.practised, field: score, by: 10%, recent: 1, baseline: 2, memory: 180d}}
    """

    def ledger(self) -> Ledger:
        ledger = Ledger(self.RULES)
        for hour, score in (("09", 10), ("10", 9), ("11", 20)):
            ledger.does(CALL, f"2026-03-02T{hour}:00", score=score)
        ledger.judge()
        assert ledger.holds == ["BADGE best once", "BADGE better #1"]
        return ledger

    def test_a_late_event_takes_nothing_back(self) -> None:
        ledger = self.ledger()
        ledger.does(CALL, "2026-03-01T09:00", score=50)
        ledger.does(CALL, "2026-03-01T10:00", score=50)
        assert ledger.judge() == []
        assert ledger.holds == ["BADGE best once", "BADGE better #1"]
        assert ledger.now.effort == 7

    def test_a_void_of_its_own_evidence_takes_it_back(self) -> None:
        ledger = self.ledger()
        ledger.voids(3, "2026-03-03T09:00")
        assert ledger.judge() == ["BADGE best once", "BADGE better #1"]
        assert ledger.now.effort == 0

    def test_a_void_of_what_it_was_compared_with_does_not(self) -> None:
        ledger = self.ledger()
        ledger.voids(2, "2026-03-03T09:00")
        assert ledger.judge() == []
        assert ledger.holds == ["BADGE best once", "BADGE better #1"]


class TestChangedRules:
    """V1: a change of rules takes nothing away, nor changes the points of what is held."""

    def test_what_the_rules_no_longer_give_stays_with_its_points(self) -> None:
        """Hard case 13."""
        ledger = Ledger("badges: {b: {title: B, points: 9, earn: {count: {event: call.practised, at_least: 1}}}}")
        (call,) = ledger.practises("2026-03-02")
        ledger.judge()
        ledger.pack = pack_of("badges: {b: {title: B, points: 1, earn: {count: {event: call.practised, at_least: 5}}}}")
        assert ledger.judge() == []
        assert (ledger.holds, ledger.now.effort) == (["BADGE b once"], 9)
        ledger.practises(*[f"2026-03-{day:02}" for day in range(3, 10)])
        assert ledger.judge() == []
        assert (len(ledger.held), ledger.now.effort) == (1, 9)
        ledger.voids(call, "2026-03-20T09:00")
        assert ledger.judge() == []
        assert (ledger.holds, ledger.now.effort) == (["BADGE b once"], 9)

    def test_a_void_of_the_evidence_takes_even_that_back_where_the_rest_does_not_earn_it(self) -> None:
        ledger = Ledger("badges: {b: {title: B, points: 9, earn: {count: {event: call.practised, at_least: 1}}}}")
        (call,) = ledger.practises("2026-03-02")
        ledger.judge()
        ledger.pack = pack_of("skills: {craft: {title: Craft, levels: [1]}}")
        ledger.voids(call, "2026-03-20T09:00")
        assert ledger.judge() == ["BADGE b once"]
        assert ledger.now.effort == 0

    def test_v1_what_outlived_a_void_is_not_taken_by_a_rule_that_goes(self) -> None:
        ledger = Ledger("badges: {b: {title: B, points: 9, earn: {count: {event: call.practised, at_least: 2}}}}")
        first, *_, last = ledger.practises("2026-03-02", "2026-03-03", "2026-03-04")
        ledger.judge()
        ledger.voids(first, "2026-03-09T09:00")
        assert (ledger.judge(), ledger.holds) == ([], ["BADGE b once"])
        ledger.pack = pack_of("skills: {craft: {title: Craft, levels: [1]}}")
        assert (ledger.judge(), ledger.holds) == ([], ["BADGE b once"])
        ledger.voids(last, "2026-03-10T09:00")
        assert (ledger.judge(), ledger.now.effort) == ([], 9)

    def test_m3_what_outlived_a_void_is_taken_by_the_void_that_leaves_too_little(self) -> None:
        ledger = Ledger("badges: {b: {title: B, points: 9, earn: {count: {event: call.practised, at_least: 2}}}}")
        first, _, last = ledger.practises("2026-03-02", "2026-03-03", "2026-03-04")
        ledger.judge()
        ledger.voids(first, "2026-03-09T09:00")
        ledger.judge()
        void = ledger.voids(last, "2026-03-10T09:00")
        assert ledger.judge() == ["BADGE b once"]
        assert ledger.reversals[0].recognition.evidence == (void,)

    def test_new_rules_give_what_the_past_earned_with_its_own_time(self) -> None:
        """Hard case 14."""
        ledger = Ledger("skills: {craft: {title: Craft, levels: [1]}}")
        ledger.practises("2026-03-02", "2026-03-03")
        ledger.judge()
        ledger.pack = pack_of("badges: {b: {title: B, earn: {count: {event: call.practised, at_least: 1}}}}")
        ledger.judge()
        assert [entry.recognition.reached_at for entry in ledger.held] == [ledger.at("2026-03-02T09:00")]


class TestFoldingOnTop:
    def test_a_learner_never_judged_begins_with_the_packs_zone_or_their_own(self) -> None:
        pack = pack_of(PAYING)
        own, packs = standing_below(pack, ROW, []), standing_below(pack, replace(ROW, first_zone=None), [])
        other = standing_below(pack, replace(ROW, first_zone="Asia/Tokyo"), [])
        assert [each.zone for each in (own, packs, other) if each] == ["Europe/Oslo", "Europe/Oslo", "Asia/Tokyo"]

    def test_a_standing_is_built_on_where_it_may_be(self) -> None:
        learner = Learner(PAYING)
        learner.does("call.paid", "2026-03-02T09:00")
        row = replace(ROW, pack_version=1, engine_version=ENGINE_VERSION, state=encode(learner.standing))
        later = [replace(learner.events[0], id="later", occurred_at=learner.at("2026-03-03T09:00"))]
        earlier = [replace(learner.events[0], id="earlier", occurred_at=learner.at("2026-03-01T09:00"))]
        assert standing_below(learner.pack, row, later) == learner.standing
        assert standing_below(learner.pack, row, earlier) is None
        assert standing_below(learner.pack, replace(row, failures=1), later) is None
        assert standing_below(learner.pack, replace(row, state=b"torn"), later) is None
        assert standing_below(learner.pack, replace(row, pack_version=2), later) is None
        assert standing_below(learner.pack, replace(row, engine_version="0"), later) is None

    @pytest.mark.parametrize(
        ("engine", "version", "alone"),
        [
            (None, None, False),
            (ENGINE_VERSION, 1, False),
            (ENGINE_VERSION, 2, True),
            (f"9{ENGINE_VERSION}", 1, True),
            (f"0{ENGINE_VERSION[1:]}", 1, False),
        ],
    )
    def test_a_newer_workers_learner_is_left_alone(
        self, engine: str | None, version: int | None, *, alone: bool
    ) -> None:
        row = replace(ROW, engine_version=engine, pack_version=version)
        assert leave_alone(row, pack_of(PAYING)) is alone


EVERYTHING = """
skills: {craft: {title: Craft, levels: [5, 10, 20]}}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
badges:
  a: {title: A, points: 3, earn: {days: {event: call.paid, at_least: 2}}}
  b: {title: B, points: 3, skill: craft, earn: {all: [{badge: {key: a}}, {quest: q}]}}
  c: {title: C, points: 3, repeat: week, earn: {count: {event: deal.closed, at_least: 1}}}
quests:
  q:
    title: Q
    in_order: true
    requires: {skill: {key: craft, level: 1}}
    steps:
      - {key: one, title: O, points: 1, earn: {count: {event: call.paid, at_least: 1}}}
      - {key: two, title: T, points: 1, earn: {streak: {key: s, at_least: 2}}}
streaks: {s: {title: S, every: day, counts: {count: {event: call.paid, at_least: 1}}, milestones: {1: 1, 2: 2, 3: 3}}}
"""
ACTS = st.lists(
    st.tuples(st.sampled_from(["call.paid", "call.paid", "deal.closed", "void", "judge"]), st.integers(0, 6 * 24)),
    max_size=25,
)


@given(acts=ACTS)
@settings(max_examples=80)
def test_m3_a_ledger_of_monotone_rules_is_always_what_the_events_left_earn(acts: list[tuple[str, int]]) -> None:
    """However often it is judged between events and voids; and the standing's sums are those of the ledger."""
    ledger = Ledger(EVERYTHING)
    begin = ledger.at("2026-03-02T00:00")
    for number, (act, hour) in enumerate(acts):
        at = begin + (ledger.at("2026-03-02T01:00") - begin) * hour
        if act == "judge":
            ledger.judge()
        elif act != "void":
            ledger.does(act, at)
        elif ledger.events:
            ledger.voids(1 + number % len(ledger.events), at.isoformat())
    ledger.judge()
    standing = fresh_standing(ledger.pack, ledger.zone)
    left = sorted(without_voided(ledger.events), key=lambda event: event.position)
    fresh = fold(ledger.pack, standing, left)
    assert ledger.holds == sorted(earned(fresh))
    assert (ledger.now.effort, ledger.now.outcomes) == (standing.effort, standing.outcomes)
    assert encode(ledger.now) == encode(standing)
