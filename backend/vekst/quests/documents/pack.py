"""The pack as a whole: its header, and everything its files bring together."""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from vekst.quests.documents.base import Document
from vekst.quests.documents.events import EventTypeDocument
from vekst.quests.documents.expectations import ExampleDocument
from vekst.quests.documents.rules import BadgeDocument, CalendarDocument, QuestDocument, SkillDocument, StreakDocument
from vekst.quests.documents.together import ChallengeDocument, LeaderboardDocument
from vekst.quests.documents.values import BELOW_ALL, DIFFERENT, Duration, Key, Locale, Percent, Text, Words

__all__ = ["PackDocument", "PackHeader", "RecognitionDocument", "RulesDocument"]


class RecognitionDocument(Document):
    """How much of a learner's recognised points may rest on outcomes (P1)."""

    outcomes_at_most: Annotated[Percent, BELOW_ALL] = Fraction(1, 4)


class PackHeader(Document):
    """What `pack.yaml` says about the whole pack."""

    pack: Key
    title: Text
    description: Text | None = None
    purpose: Text
    locales: Annotated[tuple[Locale, ...], Field(min_length=1), DIFFERENT]
    zone: Words
    calendar: Key | None = None
    retention: Duration = timedelta(days=730)
    accepts_events_up_to: Duration = timedelta(days=30)
    recognition: RecognitionDocument = RecognitionDocument()


class RulesDocument(Document):
    """The kinds a quest file may hold, each by key."""

    events: Mapping[Key, EventTypeDocument] = Field(default_factory=dict)
    skills: Mapping[Key, SkillDocument] = Field(default_factory=dict)
    quests: Mapping[Key, QuestDocument] = Field(default_factory=dict)
    badges: Mapping[Key, BadgeDocument] = Field(default_factory=dict)
    streaks: Mapping[Key, StreakDocument] = Field(default_factory=dict)
    calendars: Mapping[Key, CalendarDocument] = Field(default_factory=dict)
    challenges: Mapping[Key, ChallengeDocument] = Field(default_factory=dict)
    leaderboards: Mapping[Key, LeaderboardDocument] = Field(default_factory=dict)
    examples: tuple[ExampleDocument, ...] = ()


class PackDocument(RulesDocument):
    """All files of a pack, merged: keys are unique per kind."""

    pack: PackHeader
