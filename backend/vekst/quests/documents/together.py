"""Challenges and leaderboards: what a team does together, and what it sees of each other."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator
from typing_extensions import override

from vekst.quests.documents.base import UNTAGGED, Document, by_first_key
from vekst.quests.documents.criteria import Measure
from vekst.quests.documents.values import (
    ABOVE_NONE,
    AT_MOST_ALL,
    Duration,
    Key,
    Percent,
    Points,
    Positive,
    PositiveNumber,
    Text,
    Whole,
)

__all__ = [
    "TALLIES",
    "BoardMeasure",
    "BoardPeriod",
    "BoardPoints",
    "ChallengeDocument",
    "Everyone",
    "Goal",
    "Joins",
    "LeaderboardDocument",
    "PointsBoard",
    "Share",
    "Shows",
    "StreakBoard",
    "StreakValue",
    "TallyBoard",
    "Ties",
    "Together",
]

TALLIES: Final = ("count", "sum", "distinct", "days")


class Everyone(Document):
    """Each member reaches this much."""

    everyone: PositiveNumber


class Together(Document):
    """The members' values add up to this much."""

    together: PositiveNumber


class Share(Document):
    """At least this share of the members reach `reach`."""

    share: Annotated[Percent, ABOVE_NONE, AT_MOST_ALL]
    reach: PositiveNumber


Goal: TypeAlias = Annotated[
    Annotated[Everyone, Tag("everyone")] | Annotated[Together, Tag("together")] | Annotated[Share, Tag("share")],
    Discriminator(by_first_key(("everyone", "together", "share"))),
]


class ChallengeDocument(Document):
    """A template a manager starts a team challenge from."""

    title: Text
    description: Text | None = None
    purpose: Text | None = None
    measure: Measure
    goal: Goal
    lasts: Duration
    settles_after: Duration = timedelta(hours=24)
    points: Points = 0


class StreakValue(StrEnum):
    """Which length of a streak a board shows."""

    CURRENT = "current"
    LONGEST = "longest"


class BoardPeriod(StrEnum):
    """How long a board adds up before it begins anew."""

    WEEK = "week"
    MONTH = "month"
    EVER = "ever"


class BoardPoints(StrEnum):
    """Which points a board may be asked to add up; L2 leaves only effort."""

    EFFORT = "effort"
    OUTCOMES = "outcomes"


class Ties(StrEnum):
    """Ranks of equals: `shared` counts 1, 1, 3 and `dense` 1, 1, 2."""

    SHARED = "shared"
    DENSE = "dense"


class Joins(StrEnum):
    """Whether a learner joins a board, or is on it until leaving."""

    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"


class StreakBoard(Document):
    """`{streak: daily-practice, of: current}`."""

    streak: Key
    of: Annotated[StreakValue, Field(strict=False)]


class PointsBoard(Document):
    """`{points: effort, per: week}`."""

    points: Annotated[BoardPoints, Field(strict=False)]
    per: Annotated[BoardPeriod, Field(strict=False)]


class TallyBoard(Document):
    """`{count: {…}, per: week}`; what is counted is in `tally`."""

    tally: Measure
    per: Annotated[BoardPeriod, Field(strict=False)]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "tally" in value:
            return value
        tally = {key: value[key] for key in TALLIES if key in value}
        return {**{key: entry for key, entry in value.items() if key not in tally}, "tally": tally}

    @classmethod
    @override
    def written_keys(cls) -> tuple[str, ...]:
        return (*TALLIES, "per")


_by_key = by_first_key(("streak", "points", *TALLIES))


def _board(value: Any) -> str:
    if isinstance(value, TallyBoard):
        return "tally"
    tag = _by_key(value)
    # `tally` is a name of ours: written as a key it is as unknown as any other.
    return "tally" if tag in TALLIES else UNTAGGED if tag == "tally" else tag


BoardMeasure: TypeAlias = Annotated[
    Annotated[StreakBoard, Tag("streak")] | Annotated[PointsBoard, Tag("points")] | Annotated[TallyBoard, Tag("tally")],
    Discriminator(_board),
]


class Shows(Document):
    """How much of a board is named: its top, and the viewer's neighbours (L1)."""

    top: Positive = 10
    neighbours: Whole = 3


class LeaderboardDocument(Document):
    """A board that people choose to be on."""

    title: Text
    description: Text | None = None
    purpose: Text | None = None
    measure: BoardMeasure
    ties: Annotated[Ties, Field(strict=False)] = Ties.SHARED
    shows: Shows = Shows()
    joins: Annotated[Joins, Field(strict=False)] = Joins.OPT_IN
    smallest_group: Positive = 5
