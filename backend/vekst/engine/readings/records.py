"""What readings are made of: one struct per thing a home screen shows, of which it takes hundreds."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

__all__ = [
    "BadgeReading",
    "DayReading",
    "DayState",
    "Freshness",
    "NextTier",
    "QuestReading",
    "QuestReadingState",
    "SkillReading",
    "StepReading",
    "StreakReading",
    "StreakReadingState",
]


class Freshness(StrEnum):
    """Whether a skill was practised lately (K2); fading only invites practice."""

    NEW = "NEW"
    FRESH = "FRESH"
    FADING = "FADING"


class QuestReadingState(StrEnum):
    """Where a quest stands; AVAILABLE waits for the learner to accept it."""

    LOCKED = "LOCKED"
    AVAILABLE = "AVAILABLE"
    OPEN = "OPEN"
    COMPLETED = "COMPLETED"


class StreakReadingState(StrEnum):
    """Where a streak stands: kept this period, asked for, at rest, ended (a new one can begin), or not begun."""

    NOT_STARTED = "NOT_STARTED"
    DONE = "DONE"
    DUE = "DUE"
    RESTING = "RESTING"
    ENDED = "ENDED"


class DayState(StrEnum):
    """A date of a streak's calendar; OPEN is a due date without practice, which nothing counts against anyone."""

    ACTIVE = "ACTIVE"
    FROZEN = "FROZEN"
    REST = "REST"
    OPEN = "OPEN"
    DUE = "DUE"
    AHEAD = "AHEAD"


class SkillReading(msgspec.Struct, frozen=True):
    """A skill's points and level; `next_at` is the threshold of the next level, None at the top."""

    key: str
    level: int
    points: int
    next_at: int | None
    freshness: Freshness


class StepReading(msgspec.Struct, frozen=True):
    """A step with what is there and what is needed, in the author's unit."""

    key: str
    state: QuestReadingState
    have: float
    need: float
    completed_at: datetime | None


class QuestReading(msgspec.Struct, frozen=True):
    """A quest in its window of now."""

    key: str
    state: QuestReadingState
    occurrence: str
    opened_at: datetime | None
    completed_at: datetime | None
    steps: tuple[StepReading, ...]


class NextTier(msgspec.Struct, frozen=True):
    """The next tier of a badge, with what is there and what is needed."""

    tier: str | None
    have: float
    need: float


class BadgeReading(msgspec.Struct, frozen=True):
    """A badge: the highest tier earned, and the next one."""

    key: str
    tier: str | None
    earned_at: datetime | None
    occurrence: str | None
    next: NextTier | None


class StreakReading(msgspec.Struct, frozen=True):
    """A streak: `keep_until` is S8, `ends_at` the instant at which the current run ends if nothing more happens."""

    key: str
    current: int
    longest: int
    freezes: int
    state: StreakReadingState
    keep_until: datetime | None
    ends_at: datetime | None


class DayReading(msgspec.Struct, frozen=True):
    """One date of a streak's calendar."""

    date: date
    state: DayState
