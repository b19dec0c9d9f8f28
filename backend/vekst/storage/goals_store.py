"""Stores learners' own goals: terms that only become easier, words that the learner can delete, each step once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.learner_goals import GoalKey
from vekst.domain.recognitions import RecognitionKind

__all__ = [
    "GoalRow",
    "append",
    "count_open",
    "delete",
    "drop",
    "lock",
    "proposed_to_another",
    "reached",
    "write_change",
    "write_reflection",
]


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal as stored; one that is only proposed has no `set_at`."""

    key: GoalKey
    proposed_by: UUID | None
    earn: str
    until: date
    why: str | None
    shared: bool
    set_at: datetime | None
    changed_at: datetime | None = None
    dropped_at: datetime | None = None
    reflection: str | None = None
    reflected_at: datetime | None = None


_ONE: Final = "org_id = :org_id AND learner_id = :learner_id AND goal_id = :goal_id"
_LOCK: Final = text(
    f"""
    SELECT proposed_by, earn, until, why, shared, set_at, changed_at, dropped_at, reflection, reflected_at
      FROM goals WHERE {_ONE} AND deleted_at IS NULL FOR NO KEY UPDATE
    """
)
_APPEND: Final = text(
    """
    INSERT INTO goals (org_id, learner_id, goal_id, proposed_by, earn, until, why, shared, created_at, set_at)
    VALUES (:org_id, :learner_id, :goal_id, :proposed_by, :earn, :until, :why, :shared, :now, :set_at)
    ON CONFLICT DO NOTHING
    """
)
_ELSEWHERE: Final = text(
    """
    SELECT EXISTS (SELECT FROM goals WHERE org_id = :org_id AND proposed_by = :proposed_by AND goal_id = :goal_id
                                       AND learner_id <> :learner_id)
    """
)
_CHANGE: Final = text(
    f"""
    UPDATE goals
       SET earn = :earn, until = :until, why = :why, shared = :shared, set_at = :set_at, changed_at = :changed_at
     WHERE {_ONE}
    """
)
_REFLECT: Final = text(f"UPDATE goals SET reflection = :reflection, reflected_at = :at WHERE {_ONE}")
_DROP: Final = text(f"UPDATE goals SET dropped_at = :at WHERE {_ONE} AND dropped_at IS NULL")
_DELETE: Final = text(
    f"""
    UPDATE goals SET why = NULL, reflection = NULL, deleted_at = :at, dropped_at = coalesce(dropped_at, :at)
     WHERE {_ONE} AND deleted_at IS NULL
    """
)
_OPEN: Final = text(
    "SELECT count(*) FROM goals WHERE org_id = :org_id AND learner_id = :learner_id AND until >= :today"
)
_REACHED: Final = text(
    f"""
    SELECT EXISTS (
        SELECT FROM ledger_entries l
         WHERE l.org_id = :org_id AND l.learner_id = :learner_id AND l.kind = '{RecognitionKind.GOAL}' AND l.key = :key
           AND NOT EXISTS (SELECT FROM ledger_entries r
                            WHERE r.org_id = l.org_id AND r.learner_id = l.learner_id AND r.reverses_seq = l.seq))
    """
)


async def lock(connection: AsyncConnection, org_id: UUID, key: GoalKey) -> GoalRow | None:
    """The goal of that key, held until the end of the transaction; None for one that was deleted."""
    row = (await connection.execute(_LOCK, _name(org_id, key))).one_or_none()
    return GoalRow(key, *row) if row else None


async def append(connection: AsyncConnection, org_id: UUID, row: GoalRow, now: datetime) -> bool:
    """Store a goal that is set or proposed; whether it is new."""
    parameters = {
        **_name(org_id, row.key),
        "proposed_by": row.proposed_by,
        "earn": row.earn,
        "until": row.until,
        "why": row.why,
        "shared": row.shared,
        "now": now,
        "set_at": row.set_at,
    }
    appended: CursorResult[tuple[()]] = await connection.execute(_APPEND, parameters)
    return appended.rowcount > 0


async def proposed_to_another(connection: AsyncConnection, org_id: UUID, row: GoalRow) -> bool:
    """Whether who proposes the goal has proposed one of the same id to somebody else, deleted or not."""
    parameters = {**_name(org_id, row.key), "proposed_by": row.proposed_by}
    return bool((await connection.execute(_ELSEWHERE, parameters)).scalar_one())


async def write_change(connection: AsyncConnection, org_id: UUID, row: GoalRow) -> None:
    """Write the goal's terms, its why, who sees it, and when it was set and changed."""
    parameters = {
        "earn": row.earn,
        "until": row.until,
        "why": row.why,
        "shared": row.shared,
        "set_at": row.set_at,
        "changed_at": row.changed_at,
    }
    await connection.execute(_CHANGE, {**_name(org_id, row.key), **parameters})


async def write_reflection(
    connection: AsyncConnection, org_id: UUID, key: GoalKey, reflection: str, at: datetime
) -> None:
    """Write what the learner says looking back."""
    await connection.execute(_REFLECT, {**_name(org_id, key), "reflection": reflection, "at": at})


async def drop(connection: AsyncConnection, org_id: UUID, key: GoalKey, at: datetime) -> None:
    """Let the goal go; the first time counts."""
    await connection.execute(_DROP, {**_name(org_id, key), "at": at})


async def delete(connection: AsyncConnection, org_id: UUID, key: GoalKey, at: datetime) -> bool:
    """Delete the goal's words and hide it; whether there was one."""
    deleted: CursorResult[tuple[()]] = await connection.execute(_DELETE, {**_name(org_id, key), "at": at})
    return deleted.rowcount > 0


async def count_open(connection: AsyncConnection, org_id: UUID, learner_id: UUID, today: date) -> int:
    """How many goals of the learner have not come to their last date, whatever became of them."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "today": today}
    return int((await connection.execute(_OPEN, parameters)).scalar_one())


async def reached(connection: AsyncConnection, org_id: UUID, key: GoalKey) -> bool:
    """Whether the ledger says that the goal was reached."""
    parameters = {"org_id": org_id, "learner_id": key.learner_id, "key": key.goal_id.hex}
    return bool((await connection.execute(_REACHED, parameters)).scalar_one())


def _name(org_id: UUID, key: GoalKey) -> dict[str, object]:
    return {"org_id": org_id, "learner_id": key.learner_id, "goal_id": key.goal_id}
