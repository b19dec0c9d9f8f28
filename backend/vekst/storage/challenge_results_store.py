"""Stores what a settling found: the result of the whole, of each team that stands for itself, and the values used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.challenges import Lifetime
from vekst.storage.challenges_store import Totals

__all__ = ["ProgressRow", "SideRow", "settle", "settle_sides", "settled_in_teams", "settled_sides", "settled_values"]


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A member's value that a settling used."""

    learner_id: UUID
    value: int
    asked: bool
    reached: bool


@dataclass(frozen=True, slots=True)
class SideRow:
    """A team's own result, with the values of its members that it rests on."""

    team_id: UUID
    totals: Totals
    values: Sequence[ProgressRow]


_SETTLE: Final = text(
    """
    UPDATE challenges SET settled_at = :now, met = :met, members = :members, asked = :asked, reached = :reached,
           total = CAST(:total AS numeric)
     WHERE org_id = :org_id AND challenge_id = :id
    """
)
_ROWS: Final = """unnest(CAST(:learners AS uuid[]), CAST(:values AS text[]), CAST(:asked AS boolean[]),
                  CAST(:reached AS boolean[])) AS n (learner_id, value, asked, reached)"""
_RECORD: Final = text(
    f"""
    INSERT INTO challenge_progress (org_id, challenge_id, learner_id, value, asked, reached)
    SELECT :org_id, :id, n.learner_id, CAST(n.value AS numeric), n.asked, n.reached FROM {_ROWS}
    """
)
_SETTLE_SIDE: Final = text(
    """
    INSERT INTO challenge_sides (org_id, challenge_id, team_id, met, members, asked, reached, total)
    VALUES (:org_id, :id, :team_id, :met, :members, :asked, :reached, CAST(:total AS numeric))
    """
)
_RECORD_SIDE: Final = text(
    f"""
    INSERT INTO challenge_side_progress (org_id, challenge_id, team_id, learner_id, value, asked, reached)
    SELECT :org_id, :id, :team_id, n.learner_id, CAST(n.value AS numeric), n.asked, n.reached FROM {_ROWS}
    """
)
_VALUES: Final = text(
    """
    SELECT challenge_id, learner_id, value, asked, reached FROM challenge_progress
     WHERE org_id = :org_id AND challenge_id = ANY(:ids) ORDER BY challenge_id, learner_id
    """
)
_IN_TEAMS: Final = text(
    """
    SELECT team_id, learner_id, value FROM challenge_side_progress
     WHERE org_id = :org_id AND challenge_id = :id AND team_id = ANY(:teams)
    """
)
_SIDES: Final = text(
    """
    SELECT challenge_id, team_id, met, members, asked, reached, total FROM challenge_sides
     WHERE org_id = :org_id AND challenge_id = ANY(:ids) ORDER BY challenge_id, team_id
    """
)


async def settle(
    connection: AsyncConnection,
    org_id: UUID,
    challenge_id: UUID,
    totals: Totals,
    values: Sequence[ProgressRow],
    *,
    life: Lifetime,
) -> None:
    """Keep the result of a challenge that this transaction holds and whose life is settled, with the values used."""
    names = {"org_id": org_id, "id": challenge_id}
    await connection.execute(_SETTLE, {**names, "now": life.settled_at, **_result(totals)})
    await connection.execute(_RECORD, {**names, **_columns(values)})


async def settle_sides(connection: AsyncConnection, org_id: UUID, challenge_id: UUID, sides: Sequence[SideRow]) -> None:
    """Keep the results of its teams, each with the values it rests on."""
    for side in sides:
        names = {"org_id": org_id, "id": challenge_id, "team_id": side.team_id}
        await connection.execute(_SETTLE_SIDE, {**names, **_result(side.totals)})
        await connection.execute(_RECORD_SIDE, {**names, **_columns(side.values)})


async def settled_values(
    connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, ProgressRow]]:
    """For each settled challenge the values used, by learner."""
    found: dict[UUID, dict[UUID, ProgressRow]] = {}
    for row in await connection.execute(_VALUES, {"org_id": org_id, "ids": list(ids)}):
        value = ProgressRow(row.learner_id, int(row.value), row.asked, row.reached)
        found.setdefault(row.challenge_id, {})[row.learner_id] = value
    return found


async def settled_sides(
    connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, Totals]]:
    """For each settled challenge of teams side by side their results, by team."""
    found: dict[UUID, dict[UUID, Totals]] = {}
    for row in await connection.execute(_SIDES, {"org_id": org_id, "ids": list(ids)}):
        totals = Totals(row.met, row.members, row.asked, row.reached, int(Decimal(row.total)))
        found.setdefault(row.challenge_id, {})[row.team_id] = totals
    return found


async def settled_in_teams(
    connection: AsyncConnection, org_id: UUID, challenge_id: UUID, teams: Sequence[UUID]
) -> dict[tuple[UUID, UUID], int]:
    """Of a settled challenge of teams side by side the values used, by team and learner, in these teams."""
    rows = await connection.execute(_IN_TEAMS, {"org_id": org_id, "id": challenge_id, "teams": list(teams)})
    return {(row.team_id, row.learner_id): int(row.value) for row in rows}


def _result(totals: Totals) -> dict[str, object]:
    return {
        "met": totals.met,
        "members": totals.members,
        "asked": totals.asked,
        "reached": totals.reached,
        "total": str(totals.total),
    }


def _columns(values: Sequence[ProgressRow]) -> dict[str, object]:
    return {
        "learners": [each.learner_id for each in values],
        "values": [str(each.value) for each in values],
        "asked": [each.asked for each in values],
        "reached": [each.reached for each in values],
    }
