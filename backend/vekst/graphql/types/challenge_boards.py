"""The board of a challenge as one viewer may see it: by the same rules as every board (L1, L2), joined by choice."""

from __future__ import annotations

from typing import Final

from vekst.domain.actors import Role
from vekst.graphql.context import Context
from vekst.graphql.opaque import challenge_node
from vekst.graphql.types.enums import LeaderboardTies
from vekst.graphql.types.leaderboards import Leaderboard, leaderboard_of
from vekst.queries.challenge_boards import read_challenge_board
from vekst.queries.challenges import ChallengeView, ChallengeViewer
from vekst.queries.places import BoardManners, view_board

__all__ = ["CHALLENGE_KEY", "challenge_board_for", "challenge_viewer"]

CHALLENGE_KEY: Final = "challenge:"
"""What the key of a challenge's board begins with; its node id follows."""

_TOP: Final = 10
_NEIGHBOURS: Final = 3
_SMALLEST_GROUP: Final = 5


def challenge_viewer(context: Context) -> ChallengeViewer:
    """The caller, as one who looks at challenges."""
    actor = context.actor
    return ChallengeViewer(context.learner_id, actor.manages, actor.has(Role.ADMIN))


async def challenge_board_for(
    context: Context, seen: ChallengeView, title: str, ties: LeaderboardTies
) -> Leaderboard | None:
    """The board of a challenge that the caller may see; None without one, and for who is in none of its teams now.

    It shows as much as a board of the quest files that says nothing about it.
    """
    row, viewer = seen.row, challenge_viewer(context)
    pack = await context.pack(row.pack_version)
    if pack is None or not row.has_board:
        return None
    async with context.factory.reading(context.actor.org_id) as connection:
        reading = await read_challenge_board(
            connection, context.actor.org_id, row, pack, viewer=viewer, now=context.now
        )
    if reading is None:
        return None
    manners = BoardManners("dense" if ties is LeaderboardTies.DENSE else "shared", _TOP, _NEIGHBOURS, _SMALLEST_GROUP)
    view = view_board(reading, viewer.learner_id, manners)
    return leaderboard_of(CHALLENGE_KEY + challenge_node(row.challenge_id), title, view, manners)
