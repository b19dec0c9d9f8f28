"""Feedback between two people: what tells one exchange apart, and how many words each turn may have."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID, uuid5

__all__ = ["WORDS_AT_MOST", "FeedbackKey", "feedback_id"]

WORDS_AT_MOST: Final = 2_000
"""Characters of a question, of what worked, of what to try next and of what was tried."""


class FeedbackKey(NamedTuple):
    """What tells a feedback apart within the organisation: the learner whom it is about, and its id."""

    learner_id: UUID
    feedback_id: UUID


def feedback_id(starter_id: UUID, turn: str, client_id: str) -> UUID:
    """The id of what `starter_id` begins by this turn under the client's id; the same whenever it is sent."""
    return uuid5(starter_id, f"{turn}:{client_id}")
