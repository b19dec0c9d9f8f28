"""Stores boards: places with the instant until which each holds, the histogram of values, and who chose what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["ORGANISATION_SCOPE", "Place", "choose", "replace", "team_scope"]

ORGANISATION_SCOPE: Final = "org"
"""The scope of an organisation's board, the only one that has a histogram."""


def team_scope(team_id: UUID) -> str:
    """The scope of a team's board."""
    return f"team:{team_id}"


@dataclass(frozen=True, slots=True)
class Place:
    """A learner's row on one board; `holds_until` is None for a value that time does not end."""

    board: str
    scope: str
    learner_id: UUID
    value: int
    holds_until: datetime | None


# One statement, so that hot histogram rows are touched once per batch, in sorted order, just before the commit.
_REPLACE: Final = text(
    f"""
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:boards AS text[]), CAST(:scopes AS text[]), CAST(:members AS uuid[]),
                             CAST(:values AS bigint[]), CAST(:instants AS timestamptz[]))
            AS n (board, scope, learner_id, value, holds_until)
    ), present AS (
        SELECT board, scope, learner_id, value, holds_until FROM board_members
         WHERE org_id = :org_id AND learner_id = ANY(:learners)
    ), changed AS (
        SELECT board, scope, learner_id, w.value, w.holds_until, p.value AS before
          FROM wanted w FULL JOIN present p USING (board, scope, learner_id)
         WHERE w.value IS DISTINCT FROM p.value OR w.holds_until IS DISTINCT FROM p.holds_until
    ), gone AS (
        DELETE FROM board_members m USING changed c
         WHERE c.value IS NULL
           AND m.org_id = :org_id AND (m.board, m.scope, m.learner_id) = (c.board, c.scope, c.learner_id)
    ), written AS (
        INSERT INTO board_members (org_id, board, scope, learner_id, value, holds_until)
        SELECT :org_id, board, scope, learner_id, value, holds_until FROM changed WHERE value IS NOT NULL
        ON CONFLICT (org_id, board, scope, learner_id)
        DO UPDATE SET value = excluded.value, holds_until = excluded.holds_until
    ), moved AS (
        SELECT board, scope, value, sum(change) AS members
          FROM (SELECT board, scope, value, 1 AS change FROM changed WHERE value IS NOT NULL
                 UNION ALL SELECT board, scope, before, -1 FROM changed WHERE before IS NOT NULL) AS changes
         WHERE scope = '{ORGANISATION_SCOPE}' GROUP BY 1, 2, 3 HAVING sum(change) <> 0
    )
    INSERT INTO board_counts (org_id, board, scope, value, members)
    SELECT :org_id, board, scope, value, members FROM moved ORDER BY board, scope, value
    ON CONFLICT (org_id, board, scope, value) DO UPDATE SET members = board_counts.members + excluded.members
    """
)
_CHOOSE: Final = text(
    """
    INSERT INTO board_choices (org_id, board, learner_id, joined, chosen_at)
    VALUES (:org_id, :board, :learner_id, :joined, :at)
    ON CONFLICT (org_id, board, learner_id) DO UPDATE SET joined = excluded.joined, chosen_at = excluded.chosen_at
    """
)


async def replace(
    connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID], places: Sequence[Place]
) -> None:
    """Make `places` all the places of these learners, who are locked by this transaction. Call it once, and last."""
    parameters = {
        "org_id": org_id,
        "learners": list(learner_ids),
        "boards": [place.board for place in places],
        "scopes": [place.scope for place in places],
        "members": [place.learner_id for place in places],
        "values": [place.value for place in places],
        "instants": [place.holds_until for place in places],
    }
    await connection.execute(_REPLACE, parameters)


async def choose(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, *, board: str, joined: bool, at: datetime
) -> None:
    """Remember that the learner joined or left the board."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "board": board, "joined": joined, "at": at}
    await connection.execute(_CHOOSE, parameters)
