"""The written state machine of challenges: what stands in it, and that no sequence of moves leaves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vekst.domain.challenges import (
    BEGINNINGS,
    FINAL,
    MADE_BY,
    MOVES,
    ChallengeState,
    IllegalMove,
    Lifetime,
    Move,
    Mover,
    after,
    leads,
    moved,
    state_at,
)

STARTS, ENDS, SETTLES = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 9, 10))
MOMENT, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)

WRITTEN = """
    DRAFT     REWRITE DRAFT
    DRAFT     PUBLISH SCHEDULED
    DRAFT     CANCEL  CANCELLED
    SCHEDULED REWRITE SCHEDULED
    SCHEDULED BEGIN   RUNNING
    SCHEDULED CANCEL  CANCELLED
    RUNNING   EASE    RUNNING
    RUNNING   END     SETTLING
    RUNNING   CANCEL  CANCELLED
    SETTLING  SETTLE  SETTLED
    CANCELLED CANCEL  CANCELLED
"""


def life(*, draft: bool = False, cancelled: bool = False, settled: bool = False) -> Lifetime:
    return Lifetime(STARTS, ENDS, SETTLES, draft, STARTS if cancelled else None, SETTLES if settled else None)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (STARTS - MOMENT, ChallengeState.SCHEDULED),
        (STARTS, ChallengeState.RUNNING),
        (STARTS + MOMENT, ChallengeState.RUNNING),
        (ENDS - MOMENT, ChallengeState.RUNNING),
        (ENDS, ChallengeState.SETTLING),
        (SETTLES + MOMENT, ChallengeState.SETTLING),
    ],
)
def test_time_alone_moves_a_challenge_until_somebody_settles_it(now: datetime, state: ChallengeState) -> None:
    assert state_at(life(), now) is state
    assert state_at(life(draft=True), now) is ChallengeState.DRAFT
    assert state_at(life(settled=True), now) is ChallengeState.SETTLED
    assert state_at(life(cancelled=True, draft=True), now) is ChallengeState.CANCELLED


def test_the_machine_is_the_written_one() -> None:
    lines = [line.split() for line in WRITTEN.strip().splitlines()]
    assert {(ChallengeState(state), Move(move)): ChallengeState(leads_to) for state, move, leads_to in lines} == MOVES
    for state, move in product(ChallengeState, Move):
        assert after(state, move) == MOVES.get((state, move))
    assert MADE_BY.keys() == set(Move)


def test_every_state_is_reached_and_c3_what_is_final_is_followed_by_nothing() -> None:
    reached = set(BEGINNINGS)
    while True:
        further = {leads_to for (state, _), leads_to in MOVES.items() if state in reached}
        if further <= reached:
            break
        reached |= further
    assert reached == set(ChallengeState)
    assert {ChallengeState.SETTLED, ChallengeState.CANCELLED} == FINAL


def test_only_who_leads_all_teams_or_an_admin_is_a_leader() -> None:
    ids = [UUID(int=number) for number in range(4)]
    subsets = [set(chosen) for size in range(5) for chosen in combinations(ids, size)]
    for manages, teams in product(subsets, subsets):
        assert leads(manages, teams, is_admin=True)
        assert leads(manages, teams, is_admin=False) is all(team in manages for team in teams)


def test_the_grace_after_the_end_moves_with_it() -> None:
    later = moved(life(), Move.EASE, STARTS, ends_at=ENDS + DAY)
    assert (later.ends_at, later.settles_at) == (ENDS + DAY, SETTLES + DAY)
    earlier = moved(life(), Move.REWRITE, STARTS - HOUR, starts_at=STARTS - MOMENT, ends_at=STARTS + HOUR)
    assert (earlier.starts_at, earlier.settles_at) == (STARTS - MOMENT, STARTS + HOUR + DAY)


@pytest.mark.parametrize(
    ("move", "now", "times"),
    [
        (Move.EASE, STARTS, {"ends_at": ENDS - MOMENT}),
        (Move.EASE, STARTS, {"starts_at": STARTS + MOMENT}),
        (Move.EASE, STARTS - MOMENT, {}),
        (Move.REWRITE, STARTS, {}),
        (Move.REWRITE, STARTS - DAY, {"ends_at": STARTS - 2 * DAY, "starts_at": STARTS - 3 * DAY}),
        (Move.PUBLISH, STARTS - DAY, {}),
        (Move.SETTLE, SETTLES - MOMENT, {}),
        (Move.CANCEL, ENDS, {}),
        (Move.BEGIN, STARTS, {}),
        (Move.END, ENDS, {}),
    ],
)
def test_what_is_not_possible_is_refused(move: Move, now: datetime, times: dict[str, datetime]) -> None:
    with pytest.raises(IllegalMove):
        moved(life(), move, now, **times)


def test_called_off_twice_is_called_off_once() -> None:
    once = moved(life(), Move.CANCEL, STARTS)
    assert once.cancelled_at == STARTS
    assert moved(once, Move.CANCEL, STARTS + DAY) == once


STEPS = st.lists(
    st.tuples(
        st.sampled_from([None, *Move]),
        st.integers(0, 60),
        st.one_of(st.none(), st.integers(-30, 60)),
        st.one_of(st.none(), st.integers(-30, 90)),
    ),
    max_size=30,
)


@given(st.booleans(), STEPS)
def test_no_sequence_of_moves_and_times_leaves_the_machine(
    draft: bool,
    steps: list[tuple[Move | None, int, int | None, int | None]],
) -> None:
    """Between two looks a challenge went along written moves alone, whatever was tried, and whenever."""
    now, held = STARTS - DAY, life(draft=draft)
    for move, hours, starts_in, ends_in in steps:
        before = state_at(held, now)
        now += hours * HOUR
        assert state_at(held, now) in _by_time(before)
        starts = None if starts_in is None else now + starts_in * HOUR
        ends = None if ends_in is None else now + ends_in * HOUR
        state, earlier = state_at(held, now), held
        if move is None:
            continue
        try:
            held = moved(held, move, now, starts_at=starts, ends_at=ends)
        except IllegalMove:
            continue
        assert MADE_BY[move] is not Mover.TIME
        assert state_at(held, now) in _by_time(MOVES[state, move])
        assert held.settles_at - held.ends_at == SETTLES - ENDS
        if state not in {ChallengeState.DRAFT, ChallengeState.SCHEDULED}:
            assert held.starts_at == earlier.starts_at
            assert held.ends_at >= earlier.ends_at
        if state in FINAL:
            assert held == earlier
        if move is Move.SETTLE:
            assert held == replace(earlier, settled_at=now)
            assert now >= earlier.settles_at


def _by_time(state: ChallengeState) -> set[ChallengeState]:
    """The state and what time alone makes of it."""
    if state is ChallengeState.SCHEDULED:
        return {state, ChallengeState.RUNNING, ChallengeState.SETTLING}
    return {state, ChallengeState.SETTLING} if state is ChallengeState.RUNNING else {state}
