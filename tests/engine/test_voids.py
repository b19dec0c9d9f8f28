from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from tests.support.judging import Learner, judged
from vekst.domain.events import VOIDED, ProgressEvent
from vekst.domain.recognitions import Identity, Nature, Recognition
from vekst.engine.fold import follows, without_voided

PAYING = """
skills: {craft: {title: Craft, levels: [10]}}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
"""


def refs(learner: Learner) -> list[int]:
    return [event.ref for event in without_voided(learner.events)]


class TestVoids:
    def test_a_voided_event_counts_nowhere_as_if_it_had_never_been(self) -> None:
        learner = Learner(PAYING)
        first = learner.does("call.paid", "2026-03-02T09:00")
        learner.does("call.paid", "2026-03-02T10:00")
        third = learner.does("call.paid", "2026-03-02T11:00")
        learner.voids(first, "2026-03-09T09:00")
        assert learner.earned == ["EVENT call.paid 2026-03-02#1", "EVENT call.paid 2026-03-02#2", "LEVEL craft 1"]
        assert [each.evidence for each in learner.recognitions[:2]] == [(2,), (2, third)]

    def test_a_void_of_a_void_lets_the_event_count_again(self) -> None:
        learner = Learner(PAYING)
        call = learner.does("call.paid", "2026-03-02T09:00")
        void = learner.voids(call, "2026-03-03T09:00")
        assert refs(learner) == [void]
        second = learner.voids(void, "2026-03-04T09:00")
        assert refs(learner) == [call, second]
        third = learner.voids(second, "2026-03-05T09:00")
        assert refs(learner) == [void, third]

    def test_a_void_counts_wherever_it_stands_in_time(self) -> None:
        """One server's clock may run behind another's."""
        learner = Learner(PAYING)
        call = learner.does("call.paid", "2026-03-04T09:00")
        void = learner.voids(call, "2026-03-03T09:00")
        assert refs(learner) == [void]
        earlier = learner.voids(void, "2026-03-02T09:00")
        assert refs(learner) == [call, earlier]

    def test_two_voids_of_one_event_are_both_to_be_voided(self) -> None:
        learner = Learner(PAYING)
        call = learner.does("call.paid", "2026-03-02T09:00")
        one = learner.voids(call, "2026-03-03T09:00")
        two = learner.voids(call, "2026-03-03T10:00")
        three = learner.voids(one, "2026-03-04T09:00")
        assert refs(learner) == [two, three]
        four = learner.voids(two, "2026-03-04T10:00")
        assert refs(learner) == [call, three, four]

    def test_voids_that_name_each_other_end_somewhere(self) -> None:
        learner = Learner(PAYING)
        learner.records(VOIDED, "2026-03-02T09:00", {"source": "crm", "id": "b"}, name="a")
        learner.records(VOIDED, "2026-03-02T10:00", {"source": "crm", "id": "a"}, name="b")
        assert len(refs(learner)) == 1

    def test_m2_only_source_and_id_together_name_an_event(self) -> None:
        learner = Learner(PAYING)
        mine = learner.does("call.paid", "2026-03-02T09:00", source="crm", name="1")
        other = learner.does("call.paid", "2026-03-02T10:00", source="web", name="1")
        void = learner.voids(mine, "2026-03-03T09:00")
        assert refs(learner) == [other, void]

    def test_a_void_of_an_event_that_is_not_there_takes_nothing(self) -> None:
        learner = Learner(PAYING)
        call = learner.does("call.paid", "2026-03-02T09:00")
        void = learner.records(VOIDED, "2026-03-03T09:00", {"source": "app", "id": "0001"})
        assert refs(learner) == [call, void]

    def test_only_a_void_voids_whatever_else_names_an_event(self) -> None:
        learner = Learner("""
        events:
          a.visit: {title: A, nature: practice, fields: {source: {type: text}, id: {type: text}}}
          z.visit: {title: Z, nature: practice, fields: {source: {type: text}, id: {type: text}}}
        """)
        call = learner.practises("2026-03-02")
        named = {"source": "crm", "id": "0001"}
        visits = [learner.records(key, "2026-03-03T09:00", named) for key in ("a.visit", "z.visit")]
        assert refs(learner) == [*call, *visits]
        assert learner.standing.voided == []

    def test_without_voids_all_events_count(self) -> None:
        learner = Learner(PAYING)
        learner.does("call.paid", "2026-03-02T09:00")
        learner.does("call.paid", "2026-03-01T09:00")
        assert without_voided(learner.events) == learner.events

    def test_of_voids_that_name_each_other_the_first_counts(self) -> None:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        first, second = (
            ProgressEvent(ref, "crm", str(ref), VOIDED, at, {"source": "crm", "id": str(3 - ref)}) for ref in (1, 2)
        )
        assert without_voided([first, second]) == [first]

    def test_a_voided_acceptance_zone_or_time_off_is_undone_too(self) -> None:
        learner = Learner("""
        quests:
          q:
            title: Q
            starts: when_accepted
            steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 1}}}]
        streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}}}
        """)
        accepted = learner.accepts("q", "2026-03-01T08:00")
        moved = learner.moves_to("Asia/Tokyo", "2026-03-01T09:00")
        rested = learner.rests("2026-03-03", "2026-03-03", "2026-03-01T10:00")
        learner.practises("2026-03-02", "2026-03-04")
        assert (learner.has("QUEST", "q"), learner.standing.zone) == (True, "Asia/Tokyo")
        assert learner.streak("s", "2026-03-04T10:00").current == 2
        for ref in (accepted, moved, rested):
            learner.voids(ref, "2026-03-05T09:00")
        assert (learner.has("QUEST", "q"), learner.standing.zone) == (False, "Europe/Oslo")
        assert learner.streak("s", "2026-03-04T10:00").current == 1


class TestFollowing:
    def test_nothing_is_folded_on_top_around_a_void(self) -> None:
        learner = Learner(PAYING)
        learner.does("call.paid", "2026-03-02T09:00")
        standing = learner.standing
        learner.voids(1, "2026-03-03T09:00")
        learner.does("call.paid", "2026-03-04T09:00")
        _, void, later = learner.events
        assert not follows(learner.pack, standing, [void])
        assert not follows(learner.pack, standing, [later, replace(void, occurred_at=learner.at("2026-03-05T09:00"))])
        assert follows(learner.pack, standing, [later])

    def test_an_event_that_comes_after_the_void_that_names_it_does_not_count(self) -> None:
        learner = Learner(PAYING)
        learner.does("call.paid", "2026-03-05T09:00")
        learner.voids(1, "2026-03-03T09:00")
        call, void = learner.events
        standing, _ = judged(learner.pack, "Europe/Oslo", [void])
        assert not follows(learner.pack, standing, [call])
        assert follows(learner.pack, standing, [replace(call, id="other")])
        assert follows(learner.pack, standing, [replace(call, source="web")])


class TestKept:
    """M3, V1: what the ledger holds beside the fold stays, once, with the points it was given for."""

    def held(self, kind: str, key: str, tier: str = "", occurrence: str = "once", **terms: object) -> Recognition:
        given = Recognition(
            Identity(kind, key, tier, occurrence), 0, Nature.EFFORT, None, Learner("").at("2026-01-01T09:00"), (77,)
        )
        return replace(given, **terms)

    def test_points_of_both_natures_and_the_skills_of_effort_stand_from_the_beginning(self) -> None:
        kept = [
            self.held("BADGE", "former", points=8, skill="craft"),
            self.held("BADGE", "other", points=1, skill="gone"),
            self.held("BADGE", "result", points=30, nature=Nature.OUTCOME, skill="craft"),
        ]
        learner = Learner(PAYING, kept=kept)
        assert (learner.standing.effort, learner.standing.outcomes) == (9, 30)
        assert learner.skill("craft", "2026-03-02T09:00").points == 8

    def test_an_identity_that_is_held_is_not_given_again_and_keeps_its_points(self) -> None:
        kept = [self.held("EVENT", "call.paid", occurrence="2026-03-02#1", points=3, skill="craft")]
        learner = Learner(PAYING, kept=kept)
        learner.does("call.paid", "2026-03-02T09:00")
        learner.does("call.paid", "2026-03-02T10:00")
        assert learner.earned == ["EVENT call.paid 2026-03-02#2"]
        assert learner.standing.effort == 8

    def test_levels_follow_from_kept_points_and_kept_levels_stay(self) -> None:
        learner = Learner(PAYING, kept=[self.held("BADGE", "former", points=8, skill="craft")])
        learner.does("call.paid", "2026-03-02T09:00")
        assert learner.earned == ["EVENT call.paid 2026-03-02#1", "LEVEL craft 1"]
        kept = Learner(PAYING, kept=[self.held("LEVEL", "craft", occurrence="1")])
        assert kept.skill("craft", "2026-03-02T09:00").level == 1
        kept.does("call.paid", "2026-03-02T09:00")
        kept.does("call.paid", "2026-03-02T10:00")
        assert kept.occurrences("LEVEL", "craft") == []

    def test_rules_that_name_what_is_kept_see_it(self) -> None:
        rules = """
        skills: {craft: {title: Craft, levels: [10, 20]}}
        badges:
          tiered:
            title: T
            tiers:
              - {tier: bronze, earn: {count: {event: lesson.completed, at_least: 9}}}
              - {tier: silver, earn: {count: {event: lesson.completed, at_least: 9}}}
          by-tier: {title: B, earn: {badge: {key: tiered, tier: silver}}}
          by-quest: {title: B, earn: {quest: q}}
          by-level: {title: B, earn: {skill: {key: craft, level: 2}}}
        quests: {q: {title: Q, steps: [{key: s, title: S, earn: {count: {event: lesson.completed, at_least: 9}}}]}}
        """
        kept = {
            "by-tier": self.held("BADGE", "tiered", "silver"),
            "by-quest": self.held("QUEST", "q"),
            "by-level": self.held("LEVEL", "craft", occurrence="2"),
        }
        for badge, entry in kept.items():
            learner = Learner(rules, kept=[entry])
            learner.practises("2026-03-02")
            assert learner.earned == [f"BADGE {badge} once"]
        other = Learner(
            rules, kept=[self.held("BADGE", "tiered", "bronze"), self.held("LEVEL", "craft", occurrence="1")]
        )
        other.practises("2026-03-02")
        assert other.earned == []

    def test_what_is_kept_reads_as_held(self) -> None:
        rules = """
        badges: {b: {title: B, tiers: [{tier: one, earn: {count: {event: lesson.completed, at_least: 9}}}]}}
        quests: {q: {title: Q, steps: [{key: s, title: S, earn: {count: {event: lesson.completed, at_least: 9}}}]}}
        """
        learner = Learner(rules, kept=[self.held("BADGE", "b", "one"), self.held("QUEST", "q")])
        badge = learner.badge("b", "2026-03-02T09:00")
        assert (badge.tier, badge.earned_at, badge.next) == ("one", learner.at("2026-01-01T09:00"), None)
        assert learner.quest("q", "2026-03-02T09:00").state == "COMPLETED"

    def test_a_kept_rule_that_the_pack_no_longer_has_harms_nothing(self) -> None:
        kept = [
            self.held(kind, "gone", occurrence=occurrence)
            for kind, occurrence in (
                ("BADGE", "once"),
                ("QUEST", "once"),
                ("LEVEL", "3"),
                ("MILESTONE", "5"),
                ("STEP", "once"),
            )
        ]
        learner = Learner(PAYING, kept=kept)
        learner.does("call.paid", "2026-03-02T09:00")
        assert learner.earned == ["EVENT call.paid 2026-03-02#1"]
