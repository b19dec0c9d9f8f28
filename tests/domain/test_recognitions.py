from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vekst.domain.recognitions import Identity, Points, recognised_points

AMOUNTS = st.integers(0, 10**12)
SHARES = st.fractions(0, Fraction(999, 1000), max_denominator=1000)


@given(effort=AMOUNTS, outcomes=AMOUNTS, share=SHARES)
@settings(max_examples=300)
def test_p1_recognised_outcomes_are_the_definition_in_exact_arithmetic(
    effort: int, outcomes: int, share: Fraction
) -> None:
    points = recognised_points(effort, outcomes, share)
    recognised = min(outcomes, floor(Fraction(effort) * share / (1 - share)))
    assert points == Points(effort + recognised, effort, recognised, outcomes - recognised)


@given(effort=AMOUNTS, outcomes=AMOUNTS, share=SHARES, more=st.integers(0, 1000))
@settings(max_examples=300)
def test_p1_outcomes_never_exceed_their_share_and_come_free_as_effort_grows(
    effort: int, outcomes: int, share: Fraction, more: int
) -> None:
    points = recognised_points(effort, outcomes, share)
    assert points.outcomes_recognised <= share * points.total
    assert points.outcomes_held == 0 or points.outcomes_recognised + 1 > share * (points.total + 1)
    grown = recognised_points(effort + more, outcomes, share)
    assert grown.outcomes_recognised >= points.outcomes_recognised


@pytest.mark.parametrize(
    ("effort", "outcomes", "share", "points"),
    [
        (75, 25, "1/4", (100, 75, 25, 0)),
        (74, 25, "1/4", (98, 74, 24, 1)),
        (0, 25, "1/4", (0, 0, 0, 25)),
        (100, 25, "0", (100, 100, 0, 25)),
        (3, 10, "1/2", (6, 3, 3, 7)),
        (1, 1000, "9/10", (10, 1, 9, 991)),
        (0, 0, "1/4", (0, 0, 0, 0)),
    ],
)
def test_p1_by_hand(effort: int, outcomes: int, share: str, points: tuple[int, int, int, int]) -> None:
    assert recognised_points(effort, outcomes, Fraction(share)) == points


def test_n1_an_identity_is_kind_key_tier_and_occurrence() -> None:
    identity = Identity("BADGE", "brave-caller", "bronze", "once")
    assert identity == ("BADGE", "brave-caller", "bronze", "once")
    others = [identity._replace(**{name: "other"}) for name in identity._fields]
    assert len({identity, *others}) == 5
