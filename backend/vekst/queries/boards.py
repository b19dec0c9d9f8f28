"""Reads leaderboards: the places at the top, those around a viewer and the viewer's own, in one statement.

A rank is one plus the members above, so ties share it by nature. Organisation boards add up the members above from the
bands of their histogram, a few hundred rows however many members there are; team boards count their rows. A row that
no longer holds is left out from that very instant (L3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.queries.ranks import BoardReading, MemberRow, ranked
from vekst.storage import direct
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

    For the value 5,000 these are 5,001 to 5,119, then the bands of 128 up to 8,191, then those of 4,096, and so on.
    """
    pieces = [
        f"""
        select members, cast(members > 0 as integer) as different from board_counts
         where org_id = $1 and board = $2 and scope = $4
           and board_counts.value > (select value from mine) and board_counts.value < (select {_after(0)} from mine)
        """
    ]
    for number, shift in enumerate(BAND_SHIFTS, 1):
        end = f"and band < (select {_after(number)} from mine)" if number < len(BAND_SHIFTS) else ""
        pieces.append(
            f"""
            select members, different from board_bands
             where org_id = $1 and board = $2 and scope = $4 and shift = {shift}
               and band > (select {_band(number)} from mine) {end}
            """
        )
    return " union all ".join(pieces)


def _band(number: int) -> str:
    return f"band_{number}"


def _after(number: int) -> str:
    return f"after_{number}"


def _bounds() -> str:
    """Where the pieces begin and end, as columns: row-level security lets an index be searched for nothing else."""
    columns = [f"value >> {shift} as {_band(number)}" for number, shift in enumerate(BAND_SHIFTS, 1)]
    for number, (shift, finer) in enumerate(zip(BAND_SHIFTS, (0, *BAND_SHIFTS), strict=False)):
        columns.append(f"((value >> {shift}) + 1) << {shift - finer} as {_after(number)}")
    return ", ".join(columns)


# What is counted in an organisation's board, in which rows that no longer hold are until they are swept. That there are
# some is seldom so; what has to be taken away for them is only in the statement that is asked then.
_BY_BANDS: Final = f"""
    above as (select coalesce(cast(sum(members) as bigint), 0) as members,
                     coalesce(cast(sum(different) as bigint), 0) as different from ({_bands()}) as bands),
    beside as (
        select c.value, c.members from (select distinct value from chosen) as v
          join board_counts c on c.org_id = $1 and c.board = $2 and c.scope = $4 and c.value = v.value
    )
"""
_BY_BANDS_BUT_EXPIRED: Final = f"""
    expired as materialized (
        select value, count(*) as members from board_members
         where org_id = $1 and board = $2 and scope = $4 and holds_until <= $6 group by value
    ),
    above as (
        select coalesce(sum(members), 0) - (select coalesce(sum(e.members), 0) from expired e
                                             where e.value > (select value from mine)) as members,
               coalesce(sum(different), 0) - (select count(*) from expired e join board_counts c
                                                  on c.org_id = $1 and c.board = $2 and c.scope = $4
                                                 and c.value = e.value and c.members <= e.members
                                               where e.value > (select value from mine)) as different
          from ({_bands()}) as bands
    ),
    beside as (
        select c.value, c.members - coalesce(e.members, 0) as members
          from (select distinct value from chosen) as v
          join board_counts c on c.org_id = $1 and c.board = $2 and c.scope = $4 and c.value = v.value
          left join expired e on e.value = c.value
    )
"""
_SIZE_BY_BANDS: Final = f"""
    select coalesce(sum(members), 0) from board_bands
     where org_id = $1 and board = $2 and scope = $3 and shift = {BAND_SHIFTS[-1]}
"""
_BY_ROWS: Final = """
    above as (
        select count(*) as members, count(distinct held.value) as different
          from held where held.value > (select value from mine)
    ),
    beside as (select value, count(*) as members from held where value in (select value from chosen) group by value)
"""
_SIZE_BY_ROWS: Final = "select count(*) from board_members where org_id = $1 and board = $2 and scope = $3"
# The first row of an index: whether there are any could also be found by looking through all rows that hold.
_ANY_EXPIRED: Final = """
    select holds_until <= $6 from board_members
     where org_id = $1 and holds_until is not null order by holds_until limit 1
"""
_HOLDS: Final = "org_id = $1 and board = $2 and scope = $4 and (holds_until is null or holds_until > $6)"


@cache
def _statement(counted: str, size: str, *, top: int, neighbours: int) -> str:
    """$1 to $6: the organisation, the board, its scope and that of the window, the viewer, and now.

    The limits stand in the text: so the plan that PostgreSQL keeps for all boards is as good as one for this board,
    which would take longer to make than to carry out.
    """
    return f"""
    with held as not materialized (select learner_id, value from board_members where {_HOLDS} and value > 0),
    mine as materialized (select learner_id, value, {_bounds()} from held where learner_id = $5),
    chosen as materialized (
        (select learner_id, value, true as is_top from held order by value desc, learner_id desc limit {top})
        union all
        select learner_id, value, false from mine
        union all
        (select learner_id, value, false from board_members
          where {_HOLDS} and (value, learner_id) > ((select value from mine), (select learner_id from mine))
          order by value, learner_id limit {neighbours})
        union all
        (select learner_id, value, false from held
          where (value, learner_id) < ((select value from mine), (select learner_id from mine))
          order by value desc, learner_id desc limit {neighbours})
    ),
    {counted},
    named as (
        select p.learner_id, p.person, p.name, c.value, c.is_top, b.members as beside
          from chosen c join beside b on b.value = c.value
          join people p on p.org_id = $1 and p.learner_id = c.learner_id and p.active
    )
    select ({size}) as size, ({_ANY_EXPIRED}) as any_expired, above.members as above, above.different,
           (select value from board_members where {_HOLDS} and value > (select value from mine)
             order by value limit 1) as next_value, n.*
      from above left join named n on true
     order by n.value desc, n.learner_id desc
    """


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
    values = (org_id, key.board, key.scope, key.places, viewer, now)

    async def rows_of(counted: str, size: str) -> direct.Rows:
        statement = _statement(counted, size, top=top, neighbours=neighbours)
        return await direct.fetch(connection, statement, *values)

    if key.has_histogram:
        rows = await rows_of(_BY_BANDS, _SIZE_BY_BANDS)
        if rows[0]["any_expired"]:
            rows = await rows_of(_BY_BANDS_BUT_EXPIRED, _SIZE_BY_BANDS)
    else:
        rows = await rows_of(_BY_ROWS, _SIZE_BY_ROWS)
    first = rows[0]
    members = [
        MemberRow(learner_id, person, name, value, beside, is_top)
        for _, _, _, _, _, learner_id, person, name, value, is_top, beside in map(tuple, rows)
        if learner_id is not None
    ]
    return ranked(
        int(first["size"]),
        members,
        viewer=viewer,
        above=int(first["above"]),
        different_above=int(first["different"]),
        next_value=first["next_value"],
    )
