"""A board by its key, wherever it comes from: the quest files, or a challenge."""

from __future__ import annotations

from uuid import UUID

from vekst.domain.errors import InvalidInput
from vekst.graphql.context import Context
from vekst.graphql.types.challenge_boards import CHALLENGE_KEY, challenge_board_for
from vekst.graphql.types.challenges import challenge_for, challenge_id_of
from vekst.graphql.types.enums import LeaderboardTies
from vekst.graphql.types.leaderboards import Leaderboard, leaderboard_for

__all__ = ["board_for", "challenge_of"]


def challenge_of(key: str) -> UUID | None:
    """The challenge whose board the key names; None for any other key."""
    return challenge_id_of(key.removeprefix(CHALLENGE_KEY)) if key.startswith(CHALLENGE_KEY) else None


async def board_for(
    context: Context, key: str, team: str | None = None, period: str | None = None
) -> Leaderboard | None:
    """The board of that key as the caller may see it; None where there is none for them.

    The board of a challenge has no windows, and none of a team: side by side it is that of the caller's team anyway.
    """
    challenge_id = challenge_of(key)
    if challenge_id is None:
        return await leaderboard_for(context, key, team, period)
    if period is not None:
        raise InvalidInput("PERIOD_NOT_HERE", field="period")
    challenge = await challenge_for(context, challenge_id) if team is None else None
    if challenge is None:
        return None
    return await challenge_board_for(context, challenge.view, challenge.title, LeaderboardTies.SHARED)
