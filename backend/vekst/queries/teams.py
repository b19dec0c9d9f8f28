"""Reads teams: which team a key names, and whether somebody belongs to it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.storable import is_storable

__all__ = ["TeamRow", "team_by_key"]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team, and whether the viewer is a member of it now."""

    team_id: UUID
    key: str
    name: str
    has_viewer: bool


_BY_KEY: Final = text(
    """
    select t.team_id, t.key, t.name,
           exists (select 1 from memberships m
                    where m.org_id = t.org_id and m.team_id = t.team_id and m.learner_id = :viewer
                      and m.left_at is null) as has_viewer
      from teams t
     where t.org_id = :org_id and t.key = :key
    """
)


async def team_by_key(connection: AsyncConnection, org_id: UUID, key: str, viewer: UUID | None) -> TeamRow | None:
    """The team of that key."""
    if not is_storable(key):
        return None
    row = (await connection.execute(_BY_KEY, {"org_id": org_id, "key": key, "viewer": viewer})).one_or_none()
    return TeamRow(row.team_id, row.key, row.name, row.has_viewer) if row else None
