"""Recognitions: what the judging decides, and how one is told from another (N1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

import msgspec

__all__ = ["ONCE", "Identity", "Nature", "Points", "Recognition", "RecognitionKind", "recognised_points"]

ONCE: Final = "once"
"""The occurrence of a rule that is not repeated."""


class RecognitionKind(StrEnum):
    """The kinds of ledger entries."""

    EVENT = "EVENT"
    STEP = "STEP"
    QUEST = "QUEST"
    BADGE = "BADGE"
    MILESTONE = "MILESTONE"
    LEVEL = "LEVEL"
    CHALLENGE = "CHALLENGE"
    GOAL = "GOAL"
    REFLECTION = "REFLECTION"
    REVERSAL = "REVERSAL"


class Nature(StrEnum):
    """Whether points come from effort or from an outcome (P1)."""

    EFFORT = "effort"
    OUTCOME = "outcome"


class Identity(NamedTuple):
    """What tells a recognition of one learner apart (N1); `tier` is "" where a badge has no tiers, and elsewhere."""

    kind: str
    key: str
    tier: str
    occurrence: str


class Recognition(msgspec.Struct, frozen=True, gc=False):
    """One decision of the fold; `evidence` holds the refs of the events it rests on, the latest last."""

    identity: Identity
    points: int
    nature: Nature
    skill: str | None
    reached_at: datetime
    evidence: tuple[int, ...]


class Points(NamedTuple):
    """A learner's points (P1): `total` is effort plus the recognised part of the outcomes."""

    total: int
    effort: int
    outcomes_recognised: int
    outcomes_held: int


def recognised_points(effort: int, outcomes: int, share: Fraction) -> Points:
    """P1 in exact arithmetic: of the outcome points, min(O, floor(E·s / (1 − s))) are recognised, the rest is held."""
    ceiling = effort * share.numerator // (share.denominator - share.numerator)
    recognised = min(outcomes, ceiling)
    return Points(effort + recognised, effort, recognised, outcomes - recognised)
