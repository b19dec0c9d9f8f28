"""What a board shows of a team: the value of each who has a place in it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from tests.support.organisations import Organisation
from vekst.queries.boards import BoardKey
from vekst.queries.team_boards import read_team_board

__all__ = ["places_in_team"]


async def places_in_team(
    organisation: Organisation, team: str, board: str, period: str | None = None, *, now: datetime | None = None
) -> dict[str, int]:
    """By person, the values of those of the team who have a place on the board."""
    [(team_id,)] = await organisation.rows("SELECT team_id FROM teams WHERE key = :team", team=team)
    key, moment = BoardKey(board, period), now or datetime.now(UTC)
    async with organisation.factory.reading(organisation.id) as connection:
        reading = await read_team_board(
            connection, organisation.id, key, team_id=UUID(str(team_id)), viewer=None, now=moment
        )
    return {place.person: place.value for place in reading.places}
