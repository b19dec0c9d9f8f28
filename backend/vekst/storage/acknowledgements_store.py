"""Stores acknowledgements: each entry of a ledger is acknowledged once, whoever is first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.recognitions import RecognitionKind

__all__ = ["Acknowledgeable", "append", "find"]


@dataclass(frozen=True, slots=True)
class Acknowledgeable:
    """Progress that can be acknowledged: the skill it is of, and the teams of its learner now."""

    skill: str | None
    teams: tuple[UUID, ...]


_FIND: Final = text(
    f"""
    SELECT l.skill, l.kind, l.key,
           ARRAY(SELECT m.team_id FROM memberships m
                  WHERE m.org_id = l.org_id AND m.learner_id = l.learner_id AND m.left_at IS NULL) AS teams
      FROM ledger_entries l JOIN people p ON p.org_id = l.org_id AND p.learner_id = l.learner_id AND p.active
     WHERE l.org_id = :org_id AND l.learner_id = :learner_id AND l.seq = :seq AND l.reverses_seq IS NULL
       AND l.kind <> '{RecognitionKind.EVENT}'
       AND (l.kind NOT IN ('{RecognitionKind.GOAL}', '{RecognitionKind.REFLECTION}') OR EXISTS (
            SELECT FROM goals g WHERE g.org_id = l.org_id AND g.learner_id = l.learner_id AND g.shared
               AND replace(g.goal_id::text, '-', '') = l.key AND g.deleted_at IS NULL))
       AND NOT EXISTS (SELECT FROM ledger_entries r
                        WHERE r.org_id = l.org_id AND r.learner_id = l.learner_id AND r.reverses_seq = l.seq)
    """
)
_APPEND: Final = text(
    """
    INSERT INTO acknowledgements (org_id, learner_id, seq, giver_id, given_at)
    VALUES (:org_id, :learner_id, :seq, :giver_id, :at) ON CONFLICT DO NOTHING
    """
)


async def find(connection: AsyncConnection, org_id: UUID, learner_id: UUID, seq: int) -> Acknowledgeable | None:
    """The entry of that number, if it is progress which the learner still holds; of goals only what they share."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "seq": seq}
    row = (await connection.execute(_FIND, parameters)).one_or_none()
    if row is None:
        return None
    return Acknowledgeable(row.key if row.kind == RecognitionKind.LEVEL else row.skill, tuple(row.teams))


async def append(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, seq: int, *, giver_id: UUID, at: datetime
) -> bool:
    """Acknowledge the entry; False where somebody has already."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "seq": seq, "giver_id": giver_id, "at": at}
    added: CursorResult[tuple[()]] = await connection.execute(_APPEND, parameters)
    return added.rowcount > 0
