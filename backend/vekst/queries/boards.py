"""Reads leaderboards of an organisation: the top, those around a viewer and the viewer's own place, in one statement.

A rank is one plus the members above, so ties share it by nature. The members above are added up from the bands of the
board's histogram, some dozens of rows however many members there are. A row that no longer holds is left out from that
very instant (L3).
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
from vekst.storage.board_scopes import BAND_SHIFTS, EVERYONE, window_scope

__all__ = ["BoardKey", "read_board"]


@dataclass(frozen=True, slots=True)
class BoardKey:
    """Which board: its key, and where it has windows, which of them."""

    board: str
    period: str | None = None

    @property
    def places(self) -> str:
        """The scope of the rows with the values; everyone on the board has one in `EVERYONE`."""
        return window_scope(self.period) if self.period else EVERYONE


_BOARD: Final = "org_id = $1 and board = $2 and scope = $4"
_HOLDS: Final = f"{_BOARD} and (holds_until is null or holds_until > $6)"


def _bands() -> str:
    """The members, and the different values, in what is above a value: finest first, each up to where the next begins.

    For the value 1,100 these are 1,101 to 1,119, then the bands of 32 up to 2,047, then those of 1,024, and so on.
    """
    pieces = [
        f"""
        select members, cast(members > 0 as integer) as different from board_counts
         where {_BOARD} and value > (select value from mine) and value < (select {_after(0)} from mine)
        """
    ]
    for number, shift in enumerate(BAND_SHIFTS, 1):
        end = f"and band < (select {_after(number)} from mine)" if number < len(BAND_SHIFTS) else ""
        pieces.append(
            f"""
            select members, different from board_bands
             where {_BOARD} and shift = {shift} and band > (select {_band(number)} from mine) {end}
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


# What is counted, in which rows that no longer hold are until they are swept. That there are some is seldom so; what
# has to be taken away for them is only in the statement that is asked then.
_COUNTED: Final = f"""
    counts as not materialized (select value, members from board_counts where {_BOARD}),
    above as materialized (
        select coalesce(cast(sum(members) as bigint), 0) as members,
               coalesce(cast(sum(different) as bigint), 0) as different from ({_bands()}) as bands
    )
"""
_COUNTED_BUT_EXPIRED: Final = f"""
    expired as materialized (
        select value, count(*) as members from board_members where {_BOARD} and holds_until <= $6 group by value
    ),
    counts as not materialized (
        select c.value, c.members - coalesce(e.members, 0) as members
          from board_counts c left join expired e using (value) where {_BOARD}
    ),
    above as materialized (
        select cast(coalesce(sum(members), 0) - (select coalesce(sum(e.members), 0) from expired e
                                                  where e.value > (select value from mine)) as bigint) as members,
               cast(coalesce(sum(different), 0) - (select count(*) from expired e join counts c using (value)
                                                    where e.value > (select value from mine)
                                                      and c.members <= 0) as bigint) as different
          from ({_bands()}) as bands
    )
"""
# The first row of an index: whether there are any could also be found by looking through all rows that hold.
_ANY_EXPIRED: Final = """
    select holds_until <= $6 from board_members
     where org_id = $1 and holds_until is not null order by holds_until limit 1
"""


@cache
def _statement(counted: str, *, top: int, neighbours: int) -> str:
    """$1 to $6: the organisation, the board, the scopes of everyone and of the window, the viewer, and now.

    Nobody is shown who stands beside a viewer in the lower half, so they are not looked for. The limits stand in the
    text: so the plan that PostgreSQL keeps for all boards is as good as one for this board, which would take longer to
    make than to carry out.
    """
    return f"""
    with mine as materialized (
        select learner_id, value, {_bounds()} from board_members where {_HOLDS} and value > 0 and learner_id = $5
    ),
    {counted},
    place as materialized (
        select size.members as size, above.members as above, above.different,
               (above.members + counts.members) * 2 <= size.members as is_in_upper_half
          from above cross join (
               select coalesce(cast(sum(members) as bigint), 0) as members from board_bands
                where org_id = $1 and board = $2 and scope = $3 and shift = {BAND_SHIFTS[-1]}) as size
          left join mine on true left join counts on counts.value = mine.value
    ),
    chosen as (
        (select learner_id, value, true as is_top from board_members
          where {_HOLDS} and value > 0 order by value desc, learner_id desc limit {top})
        union all
        select learner_id, value, false from mine
        union all
        (select learner_id, value, false from board_members
          where {_HOLDS} and (value, learner_id) > ((select value from mine), (select learner_id from mine))
            and (select is_in_upper_half from place)
          order by value, learner_id limit {neighbours})
        union all
        (select learner_id, value, false from board_members
          where {_HOLDS} and value > 0
            and (value, learner_id) < ((select value from mine), (select learner_id from mine))
            and (select is_in_upper_half from place)
          order by value desc, learner_id desc limit {neighbours})
    ),
    named as (
        select p.learner_id, p.person, p.name, chosen.value, counts.members as beside, chosen.is_top
          from chosen join counts on counts.value = chosen.value
          join people p on p.org_id = $1 and p.learner_id = chosen.learner_id and p.active
    )
    select place.size, ({_ANY_EXPIRED}) as any_expired, place.above, place.different,
           (select value from board_members where {_HOLDS} and value > (select value from mine)
             order by value limit 1) as next_value, n.*
      from place left join named n on true
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
    """The first `top` places and the viewer's own as of `now`, in the upper half with `neighbours` on either side."""

    async def rows_of(counted: str) -> direct.Rows:
        statement = _statement(counted, top=top, neighbours=neighbours)
        return await direct.fetch(connection, statement, org_id, key.board, EVERYONE, key.places, viewer, now)

    rows = await rows_of(_COUNTED)
    if rows[0]["any_expired"]:
        rows = await rows_of(_COUNTED_BUT_EXPIRED)
    size, _, above, different, next_value, *_ = rows[0]
    members = [MemberRow._make(row[5:]) for row in rows if row[5] is not None]
    return ranked(size, members, viewer=viewer, above=above, different_above=different, next_value=next_value)
