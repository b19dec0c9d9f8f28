"""A standing seen at an instant, through its pack: what the home screen shows. Pure views; nothing here changes."""

from vekst.engine.readings.records import (
    BadgeReading,
    DayReading,
    DayState,
    Freshness,
    NextTier,
    QuestReading,
    QuestReadingState,
    SkillReading,
    StepReading,
    StreakReading,
    StreakReadingState,
)
from vekst.engine.readings.rules import badge_readings, points_reading, quest_readings, same_until, skill_readings
from vekst.engine.readings.streaks import streak_days, streak_readings

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
    "badge_readings",
    "points_reading",
    "quest_readings",
    "same_until",
    "skill_readings",
    "streak_days",
    "streak_readings",
]
