"""Teams side by side, without any storage: shares, who contributed, and what nobody can make out of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vekst.engine.challenges import ChallengeGoal, Everyone, MemberReading, Share, Terms, Verdict
from vekst.engine.conditions import Where
from vekst.engine.leaves import EVIDENCE_AT_MOST, EverLeaf
from vekst.engine.measures import Count
from vekst.engine.sides import Outcome, outcome, over_all, taken_together

STARTS = datetime(2026, 3, 2, tzinfo=UTC)
HALF = Share(Fraction(1, 2), 2)
Sides = dict[str, dict[str, MemberReading]]


def terms(goal: ChallengeGoal = HALF, *, side_by_side: bool = True) -> Terms:
    tally = EverLeaf(frozenset({"call"}), Where(), Count(1))
    return Terms(tally, goal, STARTS, STARTS + timedelta(days=9), side_by_side=side_by_side)


def reading(value: int, *refs: int, asked: bool = True) -> MemberReading:
    return MemberReading(value, asked, asked and value >= 2, refs)


def members_of(sides: Sides) -> dict[str, MemberReading]:
    parts: dict[str, list[MemberReading]] = {}
    for members in sides.values():
        for person, each in members.items():
            parts.setdefault(person, []).append(each)
    return {person: over_all(reading(sum(each.value for each in own)), own) for person, own in parts.items()}


def test_each_team_is_decided_by_its_own_members() -> None:
    sides = {"a": {"x": reading(2, 1), "y": reading(1, 2)}, "b": {"z": reading(9, 3), "u": reading(0), "v": reading(1)}}
    came = outcome(terms(), members_of(sides), sides)
    assert {team: (each.met, each.asked, each.reached) for team, each in came.sides.items()} == {
        "a": (True, 2, 1),
        "b": (False, 3, 1),
    }
    assert came.whole.met
    assert came.evidence == {"x": (1,), "y": (2,)}


def test_where_no_team_meets_it_nobody_has_contributed_to_it() -> None:
    sides = {"a": {"x": reading(1, 1)}, "b": {}}
    came = outcome(terms(), members_of(sides), sides)
    assert (came.whole.met, came.evidence) == (False, {})
    assert came.sides["b"] == Verdict(met=False, members=0, asked=0, reached=0, total=0)


def test_teams_as_one_have_no_results_of_their_own() -> None:
    members = {"x": reading(2, 1), "y": reading(0)}
    came: Outcome[str, str] = outcome(terms(side_by_side=False), members, {})
    assert (came.whole.met, came.sides, came.evidence) == (True, {}, {"x": (1,)})
    few: Outcome[str, str] = outcome(terms(Everyone(2), side_by_side=False), members, {})
    assert (few.whole.met, few.evidence) == (False, {})


def test_who_moved_counts_for_both_and_is_recognised_for_what_met_the_goal() -> None:
    left, joined = reading(2, 1, 2, asked=False), reading(5, 3, 4, asked=False)
    sides = {"a": {"x": left, "y": reading(2, 9)}, "b": {"x": joined, "z": reading(0)}}
    members = members_of(sides)
    assert (members["x"].value, members["x"].asked, members["x"].reached) == (7, False, False)
    assert outcome(terms(), members, sides).evidence == {"x": (1, 2), "y": (9,)}


def test_evidence_for_two_teams_comes_once_and_has_an_end() -> None:
    many = tuple(range(EVIDENCE_AT_MOST))
    sides = {"a": {"x": reading(2, *many)}, "b": {"x": reading(2, *many[1:], EVIDENCE_AT_MOST)}}
    assert outcome(terms(), members_of(sides), sides).evidence == {"x": many}


def test_who_is_asked_in_one_team_is_asked() -> None:
    whole = reading(3)
    for parts, asked, reached in (
        ([reading(2), reading(1, asked=False)], True, True),
        ([reading(1), reading(2, asked=False)], True, False),
        ([reading(2, asked=False)], False, False),
    ):
        found = over_all(whole, parts)
        assert (found.value, found.asked, found.reached) == (3, asked, reached)


@pytest.mark.parametrize("met", [False, True])
def test_several_teams_as_one_are_added_up_and_meet_it_where_one_does(*, met: bool) -> None:
    one = Verdict(met=False, members=3, asked=2, reached=1, total=7)
    other = Verdict(met=met, members=1, asked=1, reached=1, total=5)
    assert taken_together([one, other]) == Verdict(met=met, members=4, asked=3, reached=2, total=12)
    assert taken_together([]) == Verdict(met=False, members=0, asked=0, reached=0, total=0)


TEAM = st.dictionaries(
    st.sampled_from("abcdef"), st.builds(reading, st.integers(0, 4), asked=st.booleans()), max_size=6
)


@given(st.dictionaries(st.sampled_from(["n", "s", "w"]), TEAM, max_size=3), st.integers(1, 9))
def test_a_teams_result_is_its_share_whatever_the_others_do_and_however_many_there_are(
    sides: Sides, times: int
) -> None:
    """Promise 4 by construction: alone, beside others, or in a team several times as large, it comes to the same."""
    came = outcome(terms(), members_of(sides), sides)
    for team, members in sides.items():
        asked = [each for each in members.values() if each.asked]
        enough = 2 * sum(each.value >= 2 for each in asked) >= len(asked) > 0
        assert came.sides[team].met is enough
        assert outcome(terms(), members, {team: members}).sides[team] == came.sides[team]
        larger = {f"{person}{copy}": each for person, each in members.items() for copy in range(times)}
        assert outcome(terms(), larger, {team: larger}).sides[team].met is enough
    for person in came.evidence:
        assert any(came.sides[team].met and person in members for team, members in sides.items())
