"""Reads the board of a challenge: those of its members who joined it, each with what they came to in the challenge.

It is read from the challenge itself, as its progress is: from events and memberships until it is settled, and from the
values used after that. So nothing can drift, and who leaves the board, the team or the organisation is gone at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.challenges import ChallengeForm
from vekst.engine.pack import Pack
from vekst.engine.tallies import VALUE_AT_MOST
from vekst.queries.challenges import ChallengeViewer
from vekst.queries.ranks import BoardReading, MemberValue, ranked_whole
from vekst.storage import challenge_results_store, challenges_store
from vekst.storage.board_scopes import challenge_board
from vekst.storage.challenge_readings import ChallengeReading, read_members, terms_of
from vekst.storage.challenges_store import ChallengeRow

__all__ = ["read_challenge_board"]

_OPEN: Final = text(
    """
    select t.team_id from challenge_teams t
     where t.org_id = :org_id and t.challenge_id = :id
       and (:sees_everything or t.team_id = any(:manages) or exists (
            select 1 from memberships m where m.org_id = t.org_id and m.team_id = t.team_id
               and m.learner_id = :viewer and not m.manages and m.left_at is null))
    """
)
# Who came into a team after the end of the challenge is no member of it.
_JOINED: Final = text(
    """
    select m.team_id, p.learner_id, p.person, p.name
      from challenges c
      join memberships m on m.org_id = c.org_id and m.team_id = any(:teams) and not m.manages and m.left_at is null
       and m.joined_at < c.ends_at
      join people p on p.org_id = m.org_id and p.learner_id = m.learner_id and p.active
      join board_choices b on b.org_id = m.org_id and b.learner_id = m.learner_id and b.board = :board and b.joined
     where c.org_id = :org_id and c.challenge_id = :id
    """
)

_Joined = Row[tuple[UUID, UUID, str, str]]


async def read_challenge_board(
    connection: AsyncConnection, org_id: UUID, row: ChallengeRow, pack: Pack, *, viewer: ChallengeViewer, now: datetime
) -> BoardReading | None:
    """The board as it is for who belongs to a team of the challenge now, or leads one; None for others.

    Where teams stand side by side it is of the viewer's own teams alone. `pack` is the version that the challenge was
    created under.
    """
    names = {"org_id": org_id, "id": row.challenge_id}
    who = {"viewer": viewer.learner_id, "manages": sorted(viewer.manages), "sees_everything": viewer.sees_everything}
    teams = list((await connection.execute(_OPEN, {**names, **who})).scalars())
    if not row.has_board or not teams:
        return None
    if row.form is ChallengeForm.TOGETHER:
        teams = list(row.teams)
    board = challenge_board(row.challenge_id)
    joined = (await connection.execute(_JOINED, {**names, "teams": teams, "board": board})).all()
    reader = _Reader(connection, org_id, row, pack, now)
    values = await (reader.in_all(joined) if row.form is ChallengeForm.TOGETHER else reader.in_teams(joined))
    unit = terms_of(row, pack).tally.unit
    members = {each.learner_id: each for each in joined}
    return ranked_whole(
        [
            MemberValue(each.learner_id, each.person, each.name, min(VALUE_AT_MOST, values[each.learner_id] // unit))
            for each in members.values()
        ],
        viewer.learner_id,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """What those who joined came to, by everything that has come, or as it was settled."""

    connection: AsyncConnection
    org_id: UUID
    row: ChallengeRow
    pack: Pack
    now: datetime

    async def in_all(self, joined: Iterable[_Joined]) -> dict[UUID, int]:
        """In all of their teams together."""
        learners = {each.learner_id for each in joined}
        if await self._is_settled():
            ids = [self.row.challenge_id]
            found = await challenge_results_store.settled_values(self.connection, self.org_id, ids)
            settled = found.get(self.row.challenge_id, {})
            return {learner_id: settled[learner_id].value if learner_id in settled else 0 for learner_id in learners}
        members = (await self._so_far(learners)).members
        return {learner_id: members[learner_id].value if learner_id in members else 0 for learner_id in learners}

    async def in_teams(self, joined: Iterable[_Joined]) -> dict[UUID, int]:
        """In the team that they are in; in the one where it is the most, of several."""
        theirs = {(each.team_id, each.learner_id) for each in joined}
        if await self._is_settled():
            settled = await challenge_results_store.settled_in_teams(
                self.connection, self.org_id, self.row.challenge_id, self.row.teams
            )
            values = {pair: settled.get(pair, 0) for pair in theirs}
        else:
            sides = (await self._so_far({learner_id for _, learner_id in theirs})).sides_of(self.row.teams)
            values = {
                (team_id, learner_id): sides[team_id][learner_id].value if learner_id in sides[team_id] else 0
                for team_id, learner_id in theirs
            }
        found: dict[UUID, int] = {}
        for (_, learner_id), value in values.items():
            found[learner_id] = max(value, found.get(learner_id, 0))
        return found

    async def _is_settled(self) -> bool:
        """Looked up anew, as it may have been settled since the row was read."""
        rows = await challenges_store.read(self.connection, self.org_id, [self.row.challenge_id])
        return rows[self.row.challenge_id].result is not None

    async def _so_far(self, learners: Collection[UUID]) -> ChallengeReading:
        asked = {self.row.challenge_id: (terms_of(self.row, self.pack), self.pack.zone)}
        readings = await read_members(self.connection, self.org_id, asked, self.now, only=learners)
        return readings[self.row.challenge_id]
