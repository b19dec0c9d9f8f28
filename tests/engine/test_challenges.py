"""C1 and C2: what a member comes to, and when a goal is met."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from vekst.domain.events import TIME_OFF, VOIDED, ZONE_CHANGED, FieldValue, ProgressEvent, RecordedBy
from vekst.engine.challenges import (
    ChallengeGoal,
    Everyone,
    Member,
    MemberReading,
    Share,
    Span,
    Terms,
    Together,
    decide,
    read_member,
)
from vekst.engine.conditions import Where
from vekst.engine.leaves import EVIDENCE_AT_MOST, EverLeaf
from vekst.engine.measures import Count, Days, Measure

STARTS, ENDS = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
AFTER = ENDS + timedelta(days=1)
ALWAYS: list[Span] = [(datetime(2026, 1, 1, tzinfo=UTC), None)]
MICROSECOND = timedelta(microseconds=1)
EVERYONE, CALLS, ANY = Everyone(2), Count(1), Where()


def terms(goal: ChallengeGoal = EVERYONE, measure: Measure = CALLS, where: Where = ANY) -> Terms:
    return Terms(EverLeaf(frozenset({"call"}), where, measure), goal, STARTS, ENDS)


def member(*spans: Span, zone: str = "UTC", active: bool = True) -> Member:
    return Member(zone, spans or ALWAYS, active)


def event(ref: int, at: datetime, type: str = "call", **data: FieldValue) -> ProgressEvent:
    return ProgressEvent(ref, "crm", str(ref), type, at, data)


def calls(*days: int, hour: int = 12) -> list[ProgressEvent]:
    return [event(ref, datetime(2026, 3, day, hour, tzinfo=UTC)) for ref, day in enumerate(days, 1)]


def reading(value: int, *, asked: bool = True) -> MemberReading:
    return MemberReading(value, asked, asked and value >= 2, ())


class TestWhatCounts:
    def test_c1_events_count_from_the_start_until_just_before_the_end(self) -> None:
        events = [event(1, STARTS - MICROSECOND), event(2, STARTS), event(3, ENDS - MICROSECOND), event(4, ENDS)]
        read = read_member(terms(), member(), events, AFTER)
        assert (read.value, read.evidence) == (2, (2, 3))

    def test_c1_events_count_while_the_member_belonged_to_a_team(self) -> None:
        joined, left = datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
        events = [event(1, joined - MICROSECOND), event(2, joined), event(3, left - MICROSECOND), event(4, left)]
        assert read_member(terms(), member((joined, left)), events, AFTER).evidence == (2, 3)

    def test_c1_only_matching_events_of_the_measures_types_count(self) -> None:
        managed = Where(recorded_by=frozenset({RecordedBy.MANAGER}))
        assert read_member(terms(where=managed), member(), calls(3), AFTER).value == 0
        others = [event(1, STARTS, "a-lesson"), event(2, STARTS, "visit")]
        assert read_member(terms(), member(), others, AFTER).value == 0

    def test_a_voided_event_counts_for_nothing(self) -> None:
        void = event(9, AFTER, VOIDED, source="crm", id="1")
        assert read_member(terms(), member(), [*calls(3, 4), void], AFTER).evidence == (2,)

    def test_s1_dates_are_those_of_the_zone_at_that_instant(self) -> None:
        """23:30 and 00:30 in UTC are one date in Oslo, and two after the move to UTC."""
        late, early = datetime(2026, 3, 3, 23, 30, tzinfo=UTC), datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
        nights = [event(1, late), event(2, early)]
        asked = terms(measure=Days(1))
        assert read_member(asked, member(zone="Europe/Oslo"), nights, AFTER).value == 1
        moved = event(3, STARTS, ZONE_CHANGED, zone="UTC")
        assert read_member(asked, member(zone="Europe/Oslo"), [moved, *nights], AFTER).value == 2
        nowhere = event(3, STARTS, ZONE_CHANGED, zone="Nowhere/Known")
        assert read_member(asked, member(zone="Europe/Oslo"), [nowhere, *nights], AFTER).value == 1

    def test_a_type_read_from_storage_is_known_by_its_letters(self) -> None:
        night = [event(ref, datetime(2026, 3, 3, hour, tzinfo=UTC)) for ref, hour in ((1, 1), (2, 23))]
        moved = event(3, STARTS, "".join(list(ZONE_CHANGED)), zone="Europe/Oslo")
        assert read_member(terms(measure=Days(1)), member(), [moved, *night], AFTER).value == 2

    def test_what_measures_nothing_new_is_no_evidence_and_evidence_has_an_end(self) -> None:
        assert read_member(terms(measure=Days(1)), member(), calls(3, 3, 4), AFTER).evidence == (1, 3)
        many = [event(ref, STARTS + ref * MICROSECOND) for ref in range(EVIDENCE_AT_MOST + 5)]
        read = read_member(terms(), member(), many, AFTER)
        assert (read.value, len(read.evidence)) == (EVIDENCE_AT_MOST + 5, EVIDENCE_AT_MOST)


class TestWhoIsAsked:
    @pytest.mark.parametrize(("days", "reached"), [((3,), False), ((3, 4), True), ((3, 4, 5), True)])
    def test_who_belonged_for_the_whole_time_is_asked_for_all_of_it(
        self, days: tuple[int, ...], *, reached: bool
    ) -> None:
        read = read_member(terms(), member(), calls(*days), AFTER)
        assert (read.value, read.asked, read.reached) == (len(days), True, reached)

    @pytest.mark.parametrize(
        ("spans", "asked"),
        [
            ([(STARTS, None)], True),
            ([(STARTS, ENDS)], True),
            ([(STARTS + MICROSECOND, None)], False),
            ([(STARTS, ENDS - MICROSECOND)], False),
            ([(STARTS, datetime(2026, 3, 5, tzinfo=UTC)), (datetime(2026, 3, 5, tzinfo=UTC), None)], True),
            ([(datetime(2026, 3, 5, tzinfo=UTC), None), (STARTS, datetime(2026, 3, 5, tzinfo=UTC))], True),
            ([(STARTS, datetime(2026, 3, 5, tzinfo=UTC)), (datetime(2026, 3, 6, tzinfo=UTC), None)], False),
            ([(STARTS, ENDS), (STARTS + MICROSECOND, STARTS + 2 * MICROSECOND)], True),
            ([(STARTS - timedelta(days=3), STARTS)], False),
        ],
    )
    def test_c2_the_goal_asks_those_who_belonged_for_the_whole_time(self, spans: list[Span], *, asked: bool) -> None:
        read = read_member(terms(), member(*spans), calls(3, 4), AFTER)
        assert (read.asked, read.reached) == (asked, asked)
        assert read.value == (2 if spans[0][0] != STARTS - timedelta(days=3) else 0)

    def test_c2_while_it_runs_the_whole_time_is_the_time_until_now(self) -> None:
        now = datetime(2026, 3, 4, tzinfo=UTC)
        assert read_member(terms(), member((STARTS, now)), [], now).asked
        assert not read_member(terms(), member((STARTS, now)), [], now + MICROSECOND).asked
        assert not read_member(terms(), member((STARTS, STARTS)), [], STARTS).asked
        assert read_member(terms(), member((STARTS, None)), [], STARTS - timedelta(days=1)).asked

    def test_who_is_no_longer_active_is_not_asked_though_it_counts(self) -> None:
        read = read_member(terms(), member(active=False), calls(3, 4), AFTER)
        assert (read.value, read.asked, read.reached) == (2, False, False)

    @pytest.mark.parametrize(
        ("first", "until", "asked"),
        [
            ("2026-02-20", "2026-03-01", True),
            ("2026-02-20", "2026-03-02", False),
            ("2026-03-04", "2026-03-04", False),
            ("2026-03-08", "2026-03-20", False),
            ("2026-03-09", "2026-03-20", True),
            ("2026-03-05", "2026-03-04", True),
        ],
    )
    def test_c2_time_off_in_it_excuses_who_did_not_reach_the_goal(self, first: str, until: str, *, asked: bool) -> None:
        rest = event(9, AFTER, TIME_OFF, **{"from": first, "until": until})
        assert read_member(terms(), member(), [*calls(3), rest], AFTER).asked is asked
        assert read_member(terms(), member(), [*calls(3, 4), rest], AFTER).reached

    def test_c2_only_a_time_off_excuses(self) -> None:
        dated = {"from": "2026-03-04", "until": "2026-03-04"}
        for type_ in ("a.holiday", "zz.holiday"):
            assert read_member(terms(), member(), [event(9, STARTS, type_, **dated)], AFTER).asked

    def test_the_dates_of_a_challenge_are_those_of_the_zones_the_member_was_in(self) -> None:
        """In Los Angeles the challenge begins on 1 March, and after a move to Auckland it ends on the 9th."""
        west = member(zone="America/Los_Angeles")
        rest = event(8, STARTS, TIME_OFF, **{"from": "2026-03-01", "until": "2026-03-01"})
        assert not read_member(terms(), west, [rest], AFTER).asked
        assert read_member(terms(), member(), [rest], AFTER).asked
        east = event(1, datetime(2026, 3, 4, tzinfo=UTC), ZONE_CHANGED, zone="Pacific/Auckland")
        late = event(8, STARTS, TIME_OFF, **{"from": "2026-03-09", "until": "2026-03-09"})
        assert not read_member(terms(), west, [late, east], AFTER).asked
        assert read_member(terms(), west, [late], AFTER).asked

    def test_together_asks_nobody(self) -> None:
        read = read_member(terms(Together(1)), member(), calls(3, 4), AFTER)
        assert read == MemberReading(2, asked=False, reached=False, evidence=(1, 2))


class TestVerdict:
    @pytest.mark.parametrize(
        ("goal", "values", "met"),
        [
            (Together(5), [2, 3], True),
            (Together(5), [4, 3], True),
            (Together(5), [2, 2], False),
            (Everyone(2), [2, 3], True),
            (Everyone(2), [2, 1], False),
            (Everyone(2), [], False),
            (Share(Fraction(2, 3), 2), [2, 2, 1], True),
            (Share(Fraction(2, 3), 2), [2, 1, 1], False),
            (Share(Fraction(2, 3), 2), [2, 2, 2], True),
            (Share(Fraction(2, 3), 2), [], False),
        ],
    )
    def test_c2_a_goal_is_met_by_those_who_are_asked(
        self, goal: ChallengeGoal, values: list[int], *, met: bool
    ) -> None:
        verdict = decide(goal, [reading(value) for value in values])
        assert (verdict.met, verdict.members, verdict.asked) == (met, len(values), len(values))
        assert (verdict.reached, verdict.total) == (sum(value >= 2 for value in values), sum(values))

    def test_c2_one_member_who_is_asked_is_enough(self) -> None:
        others = [reading(7, asked=False), reading(2)]
        assert decide(Everyone(2), others).met
        assert decide(Share(Fraction(1), 2), others).met
        assert decide(Everyone(2), others).total == 9

    def test_c2_nobody_asked_is_not_met(self) -> None:
        others = [reading(7, asked=False)]
        assert not decide(Everyone(2), others).met
        assert not decide(Share(Fraction(1, 10), 2), others).met
