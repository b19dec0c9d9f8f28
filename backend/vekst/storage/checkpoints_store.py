"""Stores what remains of events that were erased, and erases them: past the retention, up to a horizon per learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["due", "earliest_challenge", "erase_events", "keep", "read"]

_READ: Final = text(
    "SELECT learner_id, state, horizon FROM checkpoints WHERE org_id = :org_id AND learner_id = ANY(:learners)"
)
_DUE: Final = text(
    """
    SELECT s.learner_id FROM standings s
     WHERE s.org_id = :org_id AND s.learner_id = ANY(:learners)
       AND EXISTS (SELECT FROM progress_events e
                    WHERE e.org_id = s.org_id AND e.learner_id = s.learner_id AND e.occurred_at < :horizon)
     ORDER BY s.learner_id
    """
)
_EARLIEST_CHALLENGE: Final = text(
    """
    SELECT min(starts_at) FROM challenges
     WHERE org_id = :org_id AND settled_at IS NULL AND cancelled_at IS NULL
    """
)
_KEEP: Final = text(
    """
    INSERT INTO checkpoints (org_id, learner_id, horizon, state, made_at)
    SELECT :org_id, n.learner_id, n.horizon, n.state, :at
      FROM unnest(CAST(:learners AS uuid[]), CAST(:horizons AS timestamptz[]), CAST(:states AS bytea[]))
           AS n (learner_id, horizon, state)
    ON CONFLICT (org_id, learner_id)
    DO UPDATE SET horizon = excluded.horizon, state = excluded.state, made_at = excluded.made_at
    """
)
_LET_NONE_IN: Final = text(
    """
    UPDATE people p SET events_from = n.horizon
      FROM unnest(CAST(:learners AS uuid[]), CAST(:horizons AS timestamptz[])) AS n (learner_id, horizon)
     WHERE p.org_id = :org_id AND p.learner_id = n.learner_id
    """
)
_ERASE: Final = text(
    """
    DELETE FROM progress_events e
     USING unnest(CAST(:learners AS uuid[]), CAST(:horizons AS timestamptz[])) AS n (learner_id, horizon)
     WHERE e.org_id = :org_id AND e.learner_id = n.learner_id AND e.occurred_at < n.horizon
    """
)


async def read(
    connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]
) -> dict[UUID, tuple[bytes, datetime]]:
    """(State, horizon) of the checkpoints of these learners; one without any is left out."""
    rows = await connection.execute(_READ, {"org_id": org_id, "learners": list(learner_ids)})
    return {learner_id: (bytes(state), horizon) for learner_id, state, horizon in rows}


async def due(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID], horizon: datetime) -> list[UUID]:
    """Those of the learners who have events from before the horizon, by id."""
    parameters = {"org_id": org_id, "learners": list(learner_ids), "horizon": horizon}
    return list((await connection.execute(_DUE, parameters)).scalars())


async def earliest_challenge(connection: AsyncConnection, org_id: UUID) -> datetime | None:
    """When the first of the challenges starts that are not over: its events are still needed."""
    found: datetime | None = await connection.scalar(_EARLIEST_CHALLENGE, {"org_id": org_id})
    return found


async def keep(
    connection: AsyncConnection, org_id: UUID, checkpoints: Mapping[UUID, tuple[datetime, bytes]], at: datetime
) -> None:
    """Keep (horizon, state) of each learner in place of what was kept before; from now on older events are refused."""
    learners = sorted(checkpoints)
    horizons = [checkpoints[learner_id][0] for learner_id in learners]
    states = [checkpoints[learner_id][1] for learner_id in learners]
    given = {"org_id": org_id, "learners": learners, "horizons": horizons}
    await connection.execute(_KEEP, {**given, "states": states, "at": at})
    await connection.execute(_LET_NONE_IN, given)


async def erase_events(connection: AsyncConnection, org_id: UUID, horizons: Mapping[UUID, datetime]) -> int:
    """Erase the events of each learner from before their horizon; how many."""
    learners = sorted(horizons)
    parameters = {"org_id": org_id, "learners": learners, "horizons": [horizons[each] for each in learners]}
    erased: CursorResult[tuple[()]] = await connection.execute(_ERASE, parameters)
    return erased.rowcount
