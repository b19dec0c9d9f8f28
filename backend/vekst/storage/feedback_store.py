"""Stores feedback: the words of each turn, written once, and deleted when the learner whom they are about says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.feedback import FeedbackKey

__all__ = ["Acted", "Asked", "FeedbackRow", "Given", "append", "delete", "find", "lock", "write_acted", "write_given"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The turn of asking; the event is one of the learner's own."""

    at: datetime
    question: str
    event_source: str | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The turn of giving."""

    at: datetime
    worked: str
    try_next: str


@dataclass(frozen=True, slots=True)
class Acted:
    """The turn of acting: what was tried, and the learner's event that shows it."""

    at: datetime
    tried: str
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """An exchange as stored; a turn that was not taken yet is None."""

    key: FeedbackKey
    giver_id: UUID
    skill: str | None
    asked: Asked | None = None
    given: Given | None = None
    acted: Acted | None = None


_FIND: Final = """
    SELECT learner_id, feedback_id, giver_id, skill, question, asked_at, event_source, event_id, worked, try_next,
           given_at, tried, tried_source, tried_id, acted_at
      FROM feedback WHERE org_id = :org_id AND learner_id = :learner_id AND feedback_id = :feedback_id
"""
_FIND_ONE: Final = text(_FIND)
_LOCK: Final = text(f"{_FIND} FOR NO KEY UPDATE")
_APPEND: Final = text(
    """
    INSERT INTO feedback (org_id, learner_id, feedback_id, giver_id, started_at, skill, event_source, event_id,
                          question, asked_at, worked, try_next, given_at)
    VALUES (:org_id, :learner_id, :feedback_id, :giver_id, :now, :skill, :event_source, :event_id,
            :question, :asked_at, :worked, :try_next, :given_at)
    """
)
_WRITE_GIVEN: Final = text(
    """
    UPDATE feedback SET worked = :worked, try_next = :try_next, given_at = :at
     WHERE org_id = :org_id AND learner_id = :learner_id AND feedback_id = :feedback_id
    """
)
_WRITE_ACTED: Final = text(
    """
    UPDATE feedback SET tried = :tried, tried_source = :source, tried_id = :id, acted_at = :at
     WHERE org_id = :org_id AND learner_id = :learner_id AND feedback_id = :feedback_id
    """
)
_DELETE: Final = text(
    "DELETE FROM feedback WHERE org_id = :org_id AND learner_id = :learner_id AND feedback_id = :feedback_id"
)


async def find(connection: AsyncConnection, org_id: UUID, key: FeedbackKey) -> FeedbackRow | None:
    """The exchange of that key."""
    return _row((await connection.execute(_FIND_ONE, _name(org_id, key))).mappings().one_or_none())


async def lock(connection: AsyncConnection, org_id: UUID, key: FeedbackKey) -> FeedbackRow | None:
    """The same, held until the end of the transaction: one turn is taken at a time."""
    return _row((await connection.execute(_LOCK, _name(org_id, key))).mappings().one_or_none())


async def append(connection: AsyncConnection, org_id: UUID, row: FeedbackRow, now: datetime) -> None:
    """Begin an exchange, by asking or by giving."""
    asked, given = row.asked, row.given
    parameters = {
        **_name(org_id, row.key),
        "giver_id": row.giver_id,
        "now": now,
        "skill": row.skill,
        "event_source": asked.event_source if asked else None,
        "event_id": asked.event_id if asked else None,
        "question": asked.question if asked else None,
        "asked_at": asked.at if asked else None,
        "worked": given.worked if given else None,
        "try_next": given.try_next if given else None,
        "given_at": given.at if given else None,
    }
    await connection.execute(_APPEND, parameters)


async def write_given(connection: AsyncConnection, org_id: UUID, key: FeedbackKey, given: Given) -> None:
    """Answer what was asked."""
    parameters = {"worked": given.worked, "try_next": given.try_next, "at": given.at}
    await connection.execute(_WRITE_GIVEN, {**_name(org_id, key), **parameters})


async def write_acted(connection: AsyncConnection, org_id: UUID, key: FeedbackKey, acted: Acted) -> None:
    """Close the loop."""
    parameters = {"tried": acted.tried, "source": acted.source, "id": acted.id, "at": acted.at}
    await connection.execute(_WRITE_ACTED, {**_name(org_id, key), **parameters})


async def delete(connection: AsyncConnection, org_id: UUID, key: FeedbackKey) -> bool:
    """Delete all words of the exchange; whether there were any."""
    deleted: CursorResult[tuple[()]] = await connection.execute(_DELETE, _name(org_id, key))
    return deleted.rowcount > 0


def _name(org_id: UUID, key: FeedbackKey) -> dict[str, object]:
    return {"org_id": org_id, "learner_id": key.learner_id, "feedback_id": key.feedback_id}


def _row(row: RowMapping | None) -> FeedbackRow | None:
    if row is None:
        return None
    asked = Asked(row["asked_at"], row["question"], row["event_source"], row["event_id"]) if row["asked_at"] else None
    given = Given(row["given_at"], row["worked"], row["try_next"]) if row["given_at"] else None
    acted = Acted(row["acted_at"], row["tried"], row["tried_source"], row["tried_id"]) if row["acted_at"] else None
    key = FeedbackKey(row["learner_id"], row["feedback_id"])
    return FeedbackRow(key, row["giver_id"], row["skill"], asked, given, acted)
