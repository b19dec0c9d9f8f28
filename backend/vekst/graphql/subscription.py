"""The root of all streams."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Annotated

import strawberry
from strawberry.types.nodes import SelectedField, Selection

from vekst.graphql.context import Info
from vekst.graphql.fields import streamed
from vekst.graphql.streams import challenge_stream, leaderboard_stream, recognition_stream
from vekst.graphql.types.challenges import Challenge
from vekst.graphql.types.leaderboards import Leaderboard
from vekst.graphql.types.nodes import given
from vekst.graphql.types.recognitions import RecognitionEdge

__all__ = ["Subscription"]


@strawberry.type(description="What can be followed. Streams end with the token; clients come back with a new one.")
class Subscription:
    """The subscription root."""

    @streamed("One's own recognitions as they are given, reversals too; from a cursor on, nothing is missed.")
    async def recognitions(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(description="The last cursor that was seen, in any list of them; from now without."),
        ] = strawberry.UNSET,
    ) -> AsyncGenerator[RecognitionEdge]:
        """The feed, live."""
        async with aclosing(recognition_stream(info.context, given(after))) as edges:
            async for edge in edges:
                yield edge

    @streamed("A leaderboard now, and again whenever the caller would see it changed.")
    async def leaderboard(
        self,
        info: Info,
        key: Annotated[
            str,
            strawberry.argument(description="The board's key: in the quest files, or as a challenge's board has it."),
        ],
        team: Annotated[
            str | None, strawberry.argument(description="A team's key: the board of that team only.")
        ] = strawberry.UNSET,
    ) -> AsyncGenerator[Leaderboard]:
        """The board, live."""
        async with aclosing(leaderboard_stream(info.context, key, given(team))) as boards:
            async for board in boards:
                yield board

    @streamed(
        "A challenge now, and again whenever the caller would see it changed; it completes once the result is final."
    )
    async def challenge(
        self,
        info: Info,
        challenge_id: Annotated[
            strawberry.ID, strawberry.argument(name="id", description="The challenge's node id as it was given.")
        ],
    ) -> AsyncGenerator[Challenge]:
        """The challenge, live."""
        with_board = _selects(info.selected_fields[0].selections, "leaderboard")
        async with aclosing(challenge_stream(info.context, challenge_id, with_board=with_board)) as challenges:
            async for challenge in challenges:
                yield challenge


def _selects(selections: Iterable[Selection], name: str) -> bool:
    """Whether a field of that name is among the selections, fragments spread out."""
    return any(
        each.name == name if isinstance(each, SelectedField) else _selects(each.selections, name) for each in selections
    )
