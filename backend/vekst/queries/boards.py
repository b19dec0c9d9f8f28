"""Reads leaderboards: the places at the top, those around a viewer and the viewer's own, in one statement.

A rank is one plus the members above, so ties share it by nature. Organisation boards take the members above from the
histogram of values; team boards count their rows. A row that no longer holds is left out from that very instant (L3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage.boards_store import ORGANISATION_SCOPE, team_scope

__all__ = ["BoardKey", "BoardReading", "PlaceRow", "read_board"]


@dataclass(frozen=True, slots=True)
class BoardKey:
    """Which board: its key, and its scope with the window's key behind a slash where the board has windows."""

    board: str
    scope: str

    @classmethod
    def of(cls, board: str, *, team_id: UUID | None = None, window: str | None = None) -> BoardKey:
        """The board of the organisation, or of a team, in one of its windows."""
        scope = team_scope(team_id) if team_id else ORGANISATION_SCOPE
        return cls(board, f"{scope}/{window}" if window else scope)

    @property
    def has_histogram(self) -> bool:
        """Whether the board is the whole organisation's."""
        return self.scope.split("/", 1)[0] == ORGANISATION_SCOPE


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One member's place: `above` members and `values_above` different values are better, `beside` members share it."""

    learner_id: UUID
    person: str
    name: str
    value: int
    above: int
    values_above: int
    beside: int


@dataclass(frozen=True, slots=True)
class BoardReading:
    """A board as read: places best first, the top and those around the viewer; `next_value` is the next better."""

    size: int
    places: tuple[PlaceRow, ...]
    next_value: int | None

    def place_of(self, learner_id: UUID | None) -> PlaceRow | None:
        """The place of that learner, if it was read."""
        return next((place for place in self.places if place.learner_id == learner_id), None)


_READ: Final = text(
    """
    with everyone as not materialized (
        select learner_id, value, holds_until from board_members
         where org_id = :org_id and board = :board and scope = :scope
    ),
    held as not materialized (
        select learner_id, value from everyone where value > 0 and (holds_until is null or holds_until > :now)
    ),
    counts as (
        select value, members from board_counts
         where org_id = :org_id and board = :board and scope = :scope and :has_histogram
        union all
        select value, count(*) from everyone where not :has_histogram group by value
    ),
    expired as (select value, count(*) as members from everyone where holds_until <= :now group by value),
    live as (
        select c.value, c.members - coalesce(e.members, 0) as members
          from counts c left join expired e on e.value = c.value
         where c.value > 0 and c.members > coalesce(e.members, 0)
    ),
    ranked as (
        select value, members, sum(members) over (order by value desc) - members as above,
               row_number() over (order by value desc) - 1 as values_above
          from live
    ),
    mine as (select learner_id, value from held where learner_id = :viewer),
    chosen as (
        (select * from held order by value desc, learner_id desc limit :top)
        union
        select * from mine
        union
        (select * from held where value > (select value from mine)
          order by value, learner_id limit :neighbours)
        union
        (select * from held where value = (select value from mine) and learner_id > :viewer
          order by learner_id limit :neighbours)
        union
        (select * from held where value = (select value from mine) and learner_id < :viewer
          order by learner_id desc limit :neighbours)
        union
        (select * from held where value < (select value from mine)
          order by value desc, learner_id desc limit :neighbours)
    ),
    named as (
        select p.learner_id, p.person, p.name, c.value, r.above, r.values_above, r.members as beside
          from chosen c
          join ranked r on r.value = c.value
          join people p on p.org_id = :org_id and p.learner_id = c.learner_id and p.active
    )
    select total.size, (select min(value) from live where value > (select value from mine)) as next_value, n.*
      from (select coalesce(sum(members), 0) as size from counts) as total
      left join named n on true
     order by n.value desc, n.learner_id desc
    """
)


async def read_board(
    connection: AsyncConnection,
    org_id: UUID,
    key: BoardKey,
    *,
    viewer: UUID | None,
    now: datetime,
    top: int,
    neighbours: int,
) -> BoardReading:
    """The first `top` places, the viewer's own and up to `neighbours` on either side of it, as of `now`."""
    parameters = {
        "org_id": org_id,
        "board": key.board,
        "scope": key.scope,
        "viewer": viewer,
        "now": now,
        "top": top,
        "neighbours": neighbours,
        "has_histogram": key.has_histogram,
    }
    rows = (await connection.execute(_READ, parameters)).all()
    places = tuple(_place(row) for row in rows if row.learner_id is not None)
    return BoardReading(size=int(rows[0].size), places=places, next_value=rows[0].next_value)


def _place(row: Row[tuple[object, ...]]) -> PlaceRow:
    return PlaceRow(
        learner_id=row.learner_id,
        person=row.person,
        name=row.name,
        value=row.value,
        above=int(row.above),
        values_above=row.values_above,
        beside=int(row.beside),
    )
