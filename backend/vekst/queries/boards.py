"""Reads leaderboards: the places at the top, those around a viewer and the viewer's own, in one statement.

A rank is one plus the members above, so ties share it by nature. Organisation boards add up the members above from the
bands of their histogram, a few hundred rows however many members there are; team boards count their rows. A row that
no longer holds is left out from that very instant (L3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.queries.ranks import BoardReading, MemberRow, ranked
from vekst.storage.board_scopes import BAND_SHIFTS, ORGANISATION_SCOPE, team_scope, windowed

__all__ = ["BoardKey", "read_board"]


@dataclass(frozen=True, slots=True)
class BoardKey:
    """Which board: its key, whose it is, and where it has windows, which of them."""

    board: str
    scope: str
    period: str | None = None

    @classmethod
    def of(cls, board: str, *, team_id: UUID | None = None, period: str | None = None) -> BoardKey:
        """The board of the organisation, or of a team, in one of its windows."""
        return cls(board, team_scope(team_id) if team_id else ORGANISATION_SCOPE, period)

    @property
    def has_histogram(self) -> bool:
        """Whether the board is the whole organisation's."""
        return self.scope == ORGANISATION_SCOPE

    @property
    def places(self) -> str:
        """The scope of the rows with the values of the window."""
        return windowed(self.scope, self.period)


def _bands() -> str:
    """The members, and the different values, in what is above a value: finest first, each up to where the next begins.

    For the value 5,000 these are 5,001 to 5,119, then the bands of 256 up to 65,535, then those of 65,536, and so on.
    """
    pieces = [
        """
        select members, cast(members > 0 as integer) as different from board_counts, mine
         where org_id = :org_id and board = :board and scope = :places
           and board_counts.value > mine.value and board_counts.value < ((mine.value >> 8) + 1) << 8
        """
    ]
    for shift, wider in zip(BAND_SHIFTS, (*BAND_SHIFTS[1:], None), strict=True):
        end = f"and band < ((mine.value >> {wider}) + 1) << {wider - shift}" if wider else ""
        pieces.append(
            f"""
            select members, different from board_bands, mine
             where org_id = :org_id and board = :board and scope = :places and shift = {shift}
               and band > mine.value >> {shift} {end}
            """
        )
    return " union all ".join(pieces)


# What is counted in an organisation's board, in which rows that no longer hold are until they are swept.
_BY_BANDS: Final = f"""
    expired as materialized (
        select value, count(*) as members from board_members
         where org_id = :org_id and board = :board and scope = :places and holds_until <= :now group by value
    ),
    above as (
        select coalesce(sum(members), 0) - (select coalesce(sum(e.members), 0) from expired e, mine
                                             where e.value > mine.value) as members,
               coalesce(sum(different), 0) - (select count(*) from expired e join board_counts c
                                                  on c.org_id = :org_id and c.board = :board and c.scope = :places
                                                 and c.value = e.value and c.members <= e.members, mine
                                               where e.value > mine.value) as different
          from ({_bands()}) as bands
    ),
    beside as (
        select c.value, c.members - coalesce(e.members, 0) as members
          from board_counts c left join expired e on e.value = c.value
         where c.org_id = :org_id and c.board = :board and c.scope = :places
           and c.value in (select value from chosen)
    ),
    total as (
        select coalesce(sum(members), 0) as size from board_bands
         where org_id = :org_id and board = :board and scope = :scope and shift = {BAND_SHIFTS[-1]}
    )
"""
_BY_ROWS: Final = """
    above as (
        select count(*) as members, count(distinct held.value) as different
          from held, mine where held.value > mine.value
    ),
    beside as (select value, count(*) as members from held where value in (select value from chosen) group by value),
    total as (
        select count(*) as size from board_members where org_id = :org_id and board = :board and scope = :scope
    )
"""


def _statement(counted: str) -> str:
    return f"""
    with held as not materialized (
        select learner_id, value from board_members
         where org_id = :org_id and board = :board and scope = :places and value > 0
           and (holds_until is null or holds_until > :now)
    ),
    mine as materialized (select learner_id, value from held where learner_id = :viewer),
    chosen as materialized (
        (select learner_id, value, true as is_top from held order by value desc, learner_id desc limit :top)
        union all
        select learner_id, value, false from mine
        union all
        (select learner_id, value, false from held where value > (select value from mine)
          order by value, learner_id limit :neighbours)
        union all
        (select learner_id, value, false from held where value = (select value from mine) and learner_id > :viewer
          order by learner_id limit :neighbours)
        union all
        (select learner_id, value, false from held where value = (select value from mine) and learner_id < :viewer
          order by learner_id desc limit :neighbours)
        union all
        (select learner_id, value, false from held where value < (select value from mine)
          order by value desc, learner_id desc limit :neighbours)
    ),
    {counted},
    named as (
        select p.learner_id, p.person, p.name, c.value, c.is_top, b.members as beside
          from chosen c join beside b on b.value = c.value
          join people p on p.org_id = :org_id and p.learner_id = c.learner_id and p.active
    )
    select total.size, above.members as above, above.different,
           (select value from held where value > (select value from mine) order by value limit 1) as next_value, n.*
      from total cross join above left join named n on true
     order by n.value desc, n.learner_id desc
    """


_READ: Final = {has: text(_statement(counted)) for has, counted in ((True, _BY_BANDS), (False, _BY_ROWS))}


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
        "places": key.places,
        "viewer": viewer,
        "now": now,
        "top": top,
        "neighbours": neighbours,
    }
    rows = (await connection.execute(_READ[key.has_histogram], parameters)).all()
    first = rows[0]
    members = [
        MemberRow(row.learner_id, row.person, row.name, row.value, row.beside, row.is_top)
        for row in rows
        if row.learner_id is not None
    ]
    return ranked(
        int(first.size),
        members,
        viewer=viewer,
        above=int(first.above),
        different_above=int(first.different),
        next_value=first.next_value,
    )
