"""What subscriptions stream: read from PostgreSQL at every wake-up, and now and then without one.

Rights are looked at again whenever something is read for the caller, so that a stream ends, with the reason, for who
is gone and for who may not see it any more: a manager of another team by now.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vekst.domain.challenges import FINAL
from vekst.domain.errors import InvalidInput, NotFound
from vekst.graphql.context import Context
from vekst.graphql.types.boards import board_for
from vekst.graphql.types.challenge_boards import challenge_board_for
from vekst.graphql.types.challenges import Challenge, challenge_id_of, challenge_seen, same_challenge
from vekst.graphql.types.enums import ChallengeState, LeaderboardTies
from vekst.graphql.types.leaderboards import Leaderboard
from vekst.graphql.types.recognitions import RecognitionEdge, edge_of, read_place
from vekst.queries.ledger import LedgerRow, ledger_since, newest_seq
from vekst.queries.places import BoardView

__all__ = ["challenge_stream", "leaderboard_stream", "recognition_stream"]

_LOG: Final = structlog.get_logger(__name__)
_LOOK_EVERY: Final = 5.0
_REST: Final = 0.3
_TRUST: Final = 30.0
"""For how long, in seconds, who has nothing to read is taken to be who they were."""
_PAGE: Final = 50
_FINAL: Final = frozenset(ChallengeState(state.value) for state in FINAL)


async def recognition_stream(context: Context, after: str | None) -> AsyncGenerator[RecognitionEdge]:
    """A learner's recognitions from the cursor on, or from now on.

    Entries are numbered under the learner's lock, so none can appear below a number that was seen: nothing is missed
    and nothing comes twice, whatever became of the wake-ups. The next is only read when the last was taken.
    """
    org_id, learner_id = context.actor.org_id, context.learner_id
    with context.factory.wakes(org_id, learner_id) as wakes:
        place, looked = await _start(context, read_place(after)), time.monotonic()
        while True:
            rows = await _page(context, learner_id, place, known=time.monotonic() - looked < _TRUST)
            if rows or time.monotonic() - looked >= _TRUST:
                looked = time.monotonic()
            for row in rows:
                yield await edge_of(context, row)
                place = row.seq
            if len(rows) < _PAGE:
                await wakes.wait(_LOOK_EVERY)


async def leaderboard_stream(context: Context, key: str, team: str | None) -> AsyncGenerator[Leaderboard]:
    """A board as it is, and again whenever the caller would see something else."""
    shown = None
    with context.factory.wakes(context.actor.org_id) as wakes:
        while True:
            board = await _board(context, key, team)
            if board.view != shown:
                shown = board.view
                yield board
            await wakes.wait(_LOOK_EVERY)
            # A busy organisation wakes everyone all the time; nobody reads a board as fast.
            await asyncio.sleep(_REST)


async def challenge_stream(context: Context, opaque: str, *, with_board: bool = False) -> AsyncGenerator[Challenge]:
    """A challenge as it is, and again whenever the caller would see something else; it ends with what is final.

    Of its board only who asks for it sees anything. Who comes back after a dropped line is told how it stands then:
    what was missed is in it, as progress is a sum.
    """
    shown: Challenge | None = None
    places: BoardView | None = None
    with context.factory.wakes(context.actor.org_id) as wakes:
        while shown is None or shown.state not in _FINAL:
            challenge, board = await _challenge(context, opaque, with_board=with_board)
            if shown is None or board != places or not same_challenge(challenge, shown):
                shown, places = challenge, board
                yield challenge
            if shown.state not in _FINAL:
                await wakes.wait(_LOOK_EVERY)
                await asyncio.sleep(_REST)


async def _page(context: Context, learner_id: UUID, place: int, *, known: bool) -> Sequence[LedgerRow]:
    """What comes next, for who is `known` or is looked at again; nothing while the database is away: there is time."""
    org_id = context.actor.org_id
    try:
        async with context.factory.stream_turn():
            async with context.factory.reading(org_id) as connection:
                rows = await ledger_since(connection, org_id, learner_id, after=place, count=_PAGE)
            if rows or not known:
                await context.look_again()
            return rows
    except (SQLAlchemyError, OSError) as error:
        _LOG.warning("graphql.stream_waits", error=type(error).__name__)
        return ()


async def _start(context: Context, place: int | None) -> int:
    async with context.factory.reading(context.actor.org_id) as connection:
        newest = await newest_seq(connection, context.actor.org_id, context.learner_id)
    if place is not None and place > newest:
        # Of another learner, or from before a restore: to wait for it would be to miss what comes.
        raise InvalidInput("CURSOR_NOT_VALID", field="after")
    return newest if place is None else place


async def _board(context: Context, key: str, team: str | None) -> Leaderboard:
    async with context.factory.stream_turn():
        await context.look_again()
        fresh = context.renewed()
        try:
            board = await board_for(fresh, key, team)
        finally:
            await fresh.close()
    if board is None:
        raise NotFound("LEADERBOARD_UNKNOWN", field="key", key=key[:80])
    return board


async def _challenge(context: Context, opaque: str, *, with_board: bool) -> tuple[Challenge, BoardView | None]:
    challenge_id = challenge_id_of(opaque)
    board: Leaderboard | None = None
    async with context.factory.stream_turn():
        await context.look_again()
        fresh = context.renewed()
        try:
            challenge = await challenge_seen(fresh, challenge_id) if challenge_id else None
            if challenge is not None and with_board:
                board = await challenge_board_for(fresh, challenge.view, challenge.title, LeaderboardTies.SHARED)
        finally:
            await fresh.close()
    if challenge is None:
        raise NotFound("CHALLENGE_UNKNOWN", field="id")
    return challenge, board.view if board else None
