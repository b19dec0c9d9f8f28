"""Joining and leaving leaderboards: nobody is named on a board against their will."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.domain.errors import NotFound as NotFoundError
from vekst.graphql.context import Context, Info
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn
from vekst.graphql.types.boards import board_for, challenge_of
from vekst.graphql.types.leaderboards import Leaderboard

__all__ = [
    "JoinLeaderboardInput",
    "JoinLeaderboardResult",
    "LeaveLeaderboardInput",
    "LeaveLeaderboardResult",
    "join_leaderboard",
    "leave_leaderboard",
]


@strawberry.input(description="A leaderboard to join.")
class JoinLeaderboardInput:
    """The input of `joinLeaderboard`."""

    key: str = strawberry.field(description="The board's key, of the quest files or of a challenge's board.")


@strawberry.input(description="A leaderboard to leave.")
class LeaveLeaderboardInput:
    """The input of `leaveLeaderboard`."""

    key: str = strawberry.field(description="The board's key, of the quest files or of a challenge's board.")


@strawberry.type(description="The caller is on the board.")
class JoinLeaderboard:
    """The result of `joinLeaderboard`."""

    leaderboard: Leaderboard = strawberry.field(description="The board, with the caller on it.")


@strawberry.type(description="The caller is not on the board any more.")
class LeaveLeaderboard:
    """The result of `leaveLeaderboard`."""

    leaderboard: Leaderboard = strawberry.field(description="The board, without the caller.")


JoinLeaderboardResult = Annotated[
    JoinLeaderboard | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("JoinLeaderboardResult", description="The caller joined, or why not."),
]
LeaveLeaderboardResult = Annotated[
    LeaveLeaderboard | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("LeaveLeaderboardResult", description="The caller left, or why not."),
]


async def join_leaderboard(info: Info, choice: JoinLeaderboardInput) -> JoinLeaderboard:
    """Join; joining twice is joining once."""
    context, boards = info.context, info.context.factory.boards()
    challenge_id = challenge_of(choice.key)
    if challenge_id is None:
        await boards.join(context.actor, choice.key)
    else:
        await boards.join_challenge(context.actor, challenge_id)
    return JoinLeaderboard(leaderboard=await _board(context, choice.key))


async def leave_leaderboard(info: Info, choice: LeaveLeaderboardInput) -> LeaveLeaderboard:
    """Leave; the name is gone from the board at once."""
    context, boards = info.context, info.context.factory.boards()
    challenge_id = challenge_of(choice.key)
    if challenge_id is None:
        await boards.leave(context.actor, choice.key)
    else:
        await boards.leave_challenge(context.actor, challenge_id)
    return LeaveLeaderboard(leaderboard=await _board(context, choice.key))


async def _board(context: Context, key: str) -> Leaderboard:
    board = await board_for(context, key)
    if board is None:
        raise NotFoundError("LEADERBOARD_UNKNOWN", field="key", key=key)
    return board
