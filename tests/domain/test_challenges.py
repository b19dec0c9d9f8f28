from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vekst.domain.challenges import FOLLOWED_BY, ChallengeState, Lifetime, state_at

STARTS, ENDS, SETTLES = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 9, 10))
MOMENT = timedelta(microseconds=1)


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


def test_c3_what_is_final_is_followed_by_nothing() -> None:
    assert {state for state, following in FOLLOWED_BY.items() if not following} == {
        ChallengeState.SETTLED,
        ChallengeState.CANCELLED,
    }
