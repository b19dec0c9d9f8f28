"""Reads a board within a team: the places that those who are in it now have on the organisation's board.

A team is small beside its organisation, so it is read as a whole; and who leaves it is gone at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.queries.boards import BoardKey
from vekst.queries.ranks import BoardReading, MemberValue, ranked_whole
from vekst.storage import direct
from vekst.storage.board_scopes import EVERYONE

__all__ = ["read_team_board"]

# A row that no longer holds says who is on the board, and no value (L3).
_MEMBERS: Final = """
    select p.learner_id, p.person, p.name, coalesce(held.value, 0) as value
      from memberships m
      join people p on p.org_id = $1 and p.learner_id = m.learner_id and p.active
      join board_members b
        on b.org_id = $1 and b.learner_id = m.learner_id and b.board = $2 and b.scope = $3
      left join board_members held
        on held.org_id = $1 and held.learner_id = m.learner_id and held.board = $2 and held.scope = $4
       and (held.holds_until is null or held.holds_until > $6)
     where m.org_id = $1 and m.team_id = $5 and m.left_at is null and not m.manages
"""


async def read_team_board(
    connection: AsyncConnection, org_id: UUID, key: BoardKey, *, team_id: UUID, viewer: UUID | None, now: datetime
) -> BoardReading:
    """Everyone of the team who is on the board, as of `now`."""
    rows = await direct.fetch(connection, _MEMBERS, org_id, key.board, EVERYONE, key.places, team_id, now)
    return ranked_whole([MemberValue(*row) for row in rows], viewer)
