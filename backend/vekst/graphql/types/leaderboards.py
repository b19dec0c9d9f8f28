"""Leaderboards as one viewer may see them: joined people only, the upper half, and one's own place (L1-L3)."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.domain.actors import Actor, Role
from vekst.domain.calendars import local_day
from vekst.domain.errors import InvalidInput
from vekst.domain.periods import window_key, window_named
from vekst.engine import pack as rules
from vekst.engine.tallies import oldest_window
from vekst.graphql.context import Context
from vekst.graphql.fields import resolved
from vekst.graphql.types.nodes import page_size
from vekst.queries.boards import BoardKey, read_board
from vekst.queries.places import BoardManners, BoardView, Place, view_board
from vekst.queries.ranks import BoardReading
from vekst.queries.team_boards import read_team_board
from vekst.queries.teams import TeamRow, team_by_key

__all__ = ["Leaderboard", "LeaderboardEntry", "leaderboard_for", "leaderboard_of"]


@strawberry.type(description="One place of a leaderboard.")
class LeaderboardEntry:
    """A place and who has it."""

    rank: int = strawberry.field(description="The place, counted among those who joined; ties share it.")
    name: str = strawberry.field(description="The person's name.")
    person: str = strawberry.field(description="The person's key in the organisation.")
    value: int = strawberry.field(description="What the board measures, such as days in a row.")
    is_me: bool = strawberry.field(description="Whether it is the caller's own place.")


@strawberry.type(
    description="A leaderboard. It names only people who joined, and of those only the upper half; nobody is shamed."
)
class Leaderboard:
    """A board as the caller may see it."""

    key: str = strawberry.field(
        description="The board's key: that in the quest files, or `challenge:` and the challenge's id."
    )
    title: str = strawberry.field(description="Its title, in the caller's language.")
    size: int = strawberry.field(description="How many people joined.")
    me: LeaderboardEntry | None = strawberry.field(
        description="The caller's own place; null without one, or while too few people joined."
    )
    to_next: int | None = strawberry.field(
        description="How much the caller lacks to share the next better place; null at the top or without a place."
    )
    view: strawberry.Private[BoardView]
    manners: strawberry.Private[BoardManners]

    @resolved("The places at the top, best first; never more than the upper half.")
    def entries(
        self,
        first: Annotated[
            int | None, strawberry.argument(description="How many; the board sets the most.")
        ] = strawberry.UNSET,
    ) -> list[LeaderboardEntry]:
        """The top."""
        count = page_size(first, usual=self.manners.top)
        return [_entry(place) for place in self.view.entries[:count]]

    @resolved("The caller's place and the neighbours who are in the upper half; the caller's alone below it.")
    def around_me(
        self,
        neighbours: Annotated[
            int | None, strawberry.argument(description="How many on either side; the board sets the most.")
        ] = strawberry.UNSET,
    ) -> list[LeaderboardEntry]:
        """The neighbourhood."""
        most = self.manners.neighbours
        count = min(page_size(neighbours, name="neighbours", usual=most), most)
        places = self.view.around_me
        mine = next((index for index, place in enumerate(places) if place.is_me), 0)
        return [_entry(place) for place in places[max(0, mine - count) : mine + count + 1]]


async def leaderboard_for(context: Context, key: str, team: str | None, period: str | None) -> Leaderboard | None:
    """The board of that key as the caller may see it; None where there is no such board, or no such team for them."""
    pack = await context.pack()
    board = pack.leaderboards.get(key) if pack else None
    if pack is None or board is None:
        return None
    window = await _period(context, pack, board, period)
    reading = await _read(context, board, BoardKey(key, window), team)
    if reading is None:
        return None
    if window is not None and _is_past(context, pack, board, window):
        reading = BoardReading(reading.size, (), None)
    manners = BoardManners(board.ties, board.top, board.neighbours, board.smallest_group)
    view = view_board(reading, context.actor.learner_id, manners)
    return leaderboard_of(key, context.languages.pick(board.title), view, manners)


def leaderboard_of(key: str, title: str, view: BoardView, manners: BoardManners) -> Leaderboard:
    """The board of a view."""
    return Leaderboard(
        key=key,
        title=title,
        size=view.size,
        me=_entry(view.me) if view.me else None,
        to_next=view.to_next,
        view=view,
        manners=manners,
    )


async def _read(context: Context, board: rules.Leaderboard, key: BoardKey, team: str | None) -> BoardReading | None:
    """The board of the organisation, or of a team; None where there is no such team for the caller."""
    actor = context.actor
    async with context.factory.reading(actor.org_id) as connection:
        if team is None:
            return await read_board(
                connection,
                actor.org_id,
                key,
                viewer=actor.learner_id,
                now=context.now,
                top=board.top,
                neighbours=board.neighbours,
            )
        found = await team_by_key(connection, actor.org_id, team, actor.learner_id)
        if found is None or not _sees_board(found, actor):
            return None
        return await read_team_board(
            connection, actor.org_id, key, team_id=found.team_id, viewer=actor.learner_id, now=context.now
        )


def _sees_board(team: TeamRow, actor: Actor) -> bool:
    """Whether the board of the team is for the actor; others are not told whether there is such a team."""
    return team.has_viewer or team.team_id in actor.manages or actor.has(Role.ADMIN)


async def _period(context: Context, pack: rules.Pack, board: rules.Leaderboard, asked: str | None) -> str | None:
    """The key of the board's window: the one asked for, or today's of the viewer; None for a board without windows."""
    per = None if isinstance(board.measure, rules.StreakMeasure) else board.measure.per
    if per is None:
        if asked is not None:
            raise InvalidInput("PERIOD_NOT_HERE", field="period")
        return None
    if asked is None or window_named(per, asked) is None:
        current = window_key(per, local_day(context.now, await _zone(context) or pack.zone))
        if asked is not None:
            raise InvalidInput("PERIOD_NOT_VALID", field="period", example=current)
        return current
    return asked


def _is_past(context: Context, pack: rules.Pack, board: rules.Leaderboard, window: str) -> bool:
    """Whether the window is longer ago than the board keeps any; what stands there waits to be taken away."""
    per = None if isinstance(board.measure, rules.StreakMeasure) else board.measure.per
    first = window_named(per, window) if per else None
    return first is not None and first < oldest_window(pack, per, context.now.date().toordinal())


async def _zone(context: Context) -> str | None:
    """The viewer's zone; None for one without, and for who is no learner."""
    learner_id = context.actor.learner_id
    learner = await context.loaders.learners.load(learner_id) if learner_id else None
    return learner.zone if learner else None


def _entry(place: Place) -> LeaderboardEntry:
    return LeaderboardEntry(rank=place.rank, name=place.name, person=place.person, value=place.value, is_me=place.is_me)
