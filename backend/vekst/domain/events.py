"""Progress events: the facts that everything else is judged from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

__all__ = [
    "ACKNOWLEDGEMENT_GIVEN",
    "ACKNOWLEDGEMENT_RECEIVED",
    "APP_SOURCE",
    "DONE_BY_OTHERS",
    "FEEDBACK_ACTED_ON",
    "FEEDBACK_ASKED",
    "FEEDBACK_GIVEN",
    "FEEDBACK_INVITED",
    "FEEDBACK_RECEIVED",
    "FEEDBACK_USED",
    "GOAL_CHANGED",
    "GOAL_REFLECTED",
    "GOAL_SET",
    "QUEST_ACCEPTED",
    "RESERVED_PREFIX",
    "RESERVED_SOURCES",
    "TIME_OFF",
    "VEKST_SOURCE",
    "VOIDED",
    "ZONE_CHANGED",
    "FieldValue",
    "Position",
    "ProgressEvent",
    "RecordedBy",
]

FieldValue = int | float | str | bool | None
"""A field of an event's data. Numbers have at most 15 significant digits, so a float stands for one exact decimal."""

Position = tuple[datetime, str, str]
"""An event's place in canonical order (M1): instant, source, id; texts compare by code point."""

APP_SOURCE: Final = "app"
VEKST_SOURCE: Final = "vekst"
RESERVED_SOURCES: Final = frozenset({APP_SOURCE, VEKST_SOURCE})
RESERVED_PREFIX: Final = "vekst."

QUEST_ACCEPTED: Final = "vekst.quest-accepted"
"""data: {"quest": key}"""
ZONE_CHANGED: Final = "vekst.zone-changed"
"""data: {"zone": IANA name}; its instant is the server's (S1)"""
TIME_OFF: Final = "vekst.time-off"
"""data: {"from": ISO date, "until": ISO date}, both included (S7)"""
VOIDED: Final = "vekst.voided"
"""data: {"source": …, "id": …, "reason": …}; takes that event out of the judgement"""

# The turns of feedback, each an event of both people; every pack knows these types, and may count and reward them.
# data: {"feedback": id, "colleague": id, "skill": key, "asked": flag}, without any of the words.
FEEDBACK_ASKED: Final = "vekst.feedback-asked"
"""Asked a colleague for feedback."""
FEEDBACK_INVITED: Final = "vekst.feedback-invited"
"""Was asked for feedback by a colleague."""
FEEDBACK_GIVEN: Final = "vekst.feedback-given"
"""Gave feedback, asked for or not."""
FEEDBACK_RECEIVED: Final = "vekst.feedback-received"
"""Was given feedback."""
FEEDBACK_ACTED_ON: Final = "vekst.feedback-acted-on"
"""Tried what feedback suggested."""
FEEDBACK_USED: Final = "vekst.feedback-used"
"""Gave feedback that a colleague acted on."""

# Progress that somebody has seen and said so; known to every pack like the turns of feedback, with data like theirs.
ACKNOWLEDGEMENT_GIVEN: Final = "vekst.acknowledgement-given"
"""Acknowledged somebody's progress."""
ACKNOWLEDGEMENT_RECEIVED: Final = "vekst.acknowledgement-received"
"""Had progress acknowledged."""
DONE_BY_OTHERS: Final = frozenset({FEEDBACK_INVITED, FEEDBACK_RECEIVED, FEEDBACK_USED, ACKNOWLEDGEMENT_RECEIVED})
"""What a colleague did: rules may count it for the learner, but it is no effort of the learner's own."""

# What a learner sets out to do. Every pack knows the first two types, and may count and reward them; the words of a
# goal and of a reflection are in none of them.
GOAL_SET: Final = "vekst.goal-set"
"""data: {"goal": id, "earn": a criterion as JSON, "until": ISO date, the last one that counts}"""
GOAL_REFLECTED: Final = "vekst.goal-reflected"
"""data: {"goal": id}; the learner looked back at it"""
GOAL_CHANGED: Final = "vekst.goal-changed"
"""data: {"goal": id, "earn": an easier criterion, "until": a later date, "shared": flag}, what stays is left out"""


class RecordedBy(StrEnum):
    """Who recorded an event: the learner, one who managed the learner at that moment, or a system."""

    SELF = "self"
    MANAGER = "manager"
    SYSTEM = "system"


class ProgressEvent(msgspec.Struct, frozen=True, gc=False):
    """One fact about one learner; told apart by (source, id) within the learner.

    `ref` is the number storage gave the event (evidence points to it); `occurred_at` is aware and in UTC.
    """

    ref: int
    source: str
    id: str
    type: str
    occurred_at: datetime
    data: Mapping[str, FieldValue]
    recorded_by: RecordedBy = RecordedBy.SELF

    @property
    def position(self) -> Position:
        """The place in canonical order (M1)."""
        return (self.occurred_at, self.source, self.id)
