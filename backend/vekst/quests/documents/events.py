"""Event types: what may happen, which fields it carries, and what it pays."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from vekst.domain.events import RecordedBy
from vekst.quests.documents.base import Document
from vekst.quests.documents.values import DIFFERENT, Cap, Key, Number, Points, Recorders, Text, Words

__all__ = [
    "ChoiceField",
    "EventNature",
    "EventTypeDocument",
    "FieldDocument",
    "FlagField",
    "NumberField",
    "TextField",
]


class EventNature(StrEnum):
    """What kind of work an event is; all but `outcome` are effort."""

    PRACTICE = "practice"
    LEARNING = "learning"
    REFLECTION = "reflection"
    FEEDBACK = "feedback"
    OUTCOME = "outcome"


class _Field(Document):
    title: Text | None = None
    description: Text | None = None
    required: bool = False


class NumberField(_Field):
    """A number, between `min` and `max` where these are given."""

    type: Literal["number"]
    min: Number | None = None
    max: Number | None = None


class TextField(_Field):
    """Any text."""

    type: Literal["text"]


class FlagField(_Field):
    """True or false."""

    type: Literal["flag"]


class ChoiceField(_Field):
    """One of the texts in `of`."""

    type: Literal["choice"]
    of: Annotated[tuple[Words, ...], Field(min_length=1), DIFFERENT]


FieldDocument: TypeAlias = Annotated[NumberField | TextField | FlagField | ChoiceField, Field(discriminator="type")]


class EventTypeDocument(Document):
    """One thing that may happen. With `points` it pays for the first `at_most.times` of each window (E1)."""

    title: Text
    description: Text | None = None
    purpose: Text | None = None
    nature: Annotated[EventNature, Field(strict=False)]
    skill: Key | None = None
    recorded_by: Recorders = (RecordedBy.SELF, RecordedBy.SYSTEM)
    fields: Mapping[Key, FieldDocument] = Field(default_factory=dict)
    points: Points = 0
    at_most: Cap | None = None
    since: Literal["publication"] | None = None
