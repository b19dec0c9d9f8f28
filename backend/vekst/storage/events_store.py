"""Stores progress events: appends without doubles, and reads what waits in canonical order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.events import VOIDED, ProgressEvent, RecordedBy
from vekst.storage import checkpoints_store, direct
from vekst.storage.lines import as_array, lines

__all__ = [
    "EventKey",
    "EventRow",
    "History",
    "append",
    "count_waiting",
    "equal_keys",
    "find",
    "history",
    "lock_voids",
    "pending",
    "voids",
]

EventKey = tuple[UUID, str, str]
"""What tells an event apart within the organisation: learner, source and id."""


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """An event to be stored; `data` is its JSON text."""

    learner_id: UUID
    source: str
    id: str
    type: str
    occurred_at: datetime
    data: str
    recorded_by: RecordedBy

    @property
    def key(self) -> EventKey:
        """What tells it apart."""
        return (self.learner_id, self.source, self.id)


@dataclass(frozen=True, slots=True)
class History:
    """All events of a learner that are there, in canonical order, and the refs of those that wait to be judged.

    `checkpoint` is what remains of the events from before `horizon`, which were erased; None where none were.
    """

    events: list[ProgressEvent]
    waiting: list[int]
    checkpoint: bytes | None = None
    horizon: datetime | None = None


# A column that says the same in every row is sent as one value; `unnest` leaves the others empty.
_APPEND: Final = f"""
    WITH given AS (
        SELECT n.learner_id, coalesce(n.source, ($3::text[])[1]) AS source, n.id, n.type, n.occurred_at, n.data,
               coalesce(n.recorded_by, ($8::text[])[1]) AS recorded_by, n.place
          FROM unnest($2::uuid[], $3::text[], $4::text[], {as_array("$5")}, $6::timestamptz[], {as_array("$7")},
                      $8::text[])
               WITH ORDINALITY AS n (learner_id, source, id, type, occurred_at, data, recorded_by, place)
    ), added AS (
        INSERT INTO progress_events (org_id, learner_id, source, id, type, occurred_at, data, recorded_by, received_at)
        SELECT $1, n.learner_id, n.source, n.id, n.type, n.occurred_at, n.data::jsonb, n.recorded_by, $9
          FROM given n JOIN people p ON p.org_id = $1 AND p.learner_id = n.learner_id
               AND (p.events_from IS NULL OR n.occurred_at >= p.events_from)
         ORDER BY n.learner_id, n.source COLLATE "C", n.id COLLATE "C"
        ON CONFLICT (org_id, learner_id, source, id) DO NOTHING
        RETURNING learner_id, source, id
    )
    SELECT n.place FROM given n
     WHERE (SELECT count(*) FROM added) < $10
       AND NOT EXISTS (SELECT FROM added a WHERE (a.learner_id, a.source, a.id) = (n.learner_id, n.source, n.id))
"""
_ROWS: Final = f"""
    unnest(CAST(:learners AS uuid[]), CAST(:sources AS text[]), CAST(:ids AS text[]), {as_array(":types")},
           CAST(:instants AS timestamptz[]), {as_array(":data")}, CAST(:recorders AS text[]))
        AS n (learner_id, source, id, type, occurred_at, data, recorded_by)
"""
_EQUAL: Final = text(
    f"""
    SELECT n.ordinality AS place
      FROM {_ROWS.replace("AS n (", "WITH ORDINALITY AS n (").replace("recorded_by)", "recorded_by, ordinality)")}
      JOIN progress_events e ON e.org_id = :org_id AND (e.learner_id, e.source, e.id) = (n.learner_id, n.source, n.id)
     WHERE e.type = n.type AND (:any_time OR e.occurred_at = n.occurred_at) AND e.data = CAST(n.data AS jsonb)
    """
)
# Data comes as its text, which takes half the time of the driver's way with JSON.
_COLUMNS: Final = "learner_id, ref, source, id, type, occurred_at, CAST(data AS text) AS data, recorded_by"
_PENDING: Final = f"""
    SELECT {_COLUMNS} FROM progress_events
     WHERE org_id = $1 AND learner_id = ANY($2::uuid[]) AND judged_at IS NULL
     ORDER BY learner_id, occurred_at, source, id LIMIT $3
"""
_HISTORY: Final = text(
    f"""
    SELECT {_COLUMNS}, judged_at IS NULL AS waiting FROM progress_events
     WHERE org_id = :org_id AND learner_id = ANY(:learners)
     ORDER BY learner_id, occurred_at, source, id
    """
)
_COUNT_WAITING: Final = text(
    """
    SELECT count(*) FROM (
        SELECT FROM progress_events e
         WHERE e.org_id = :org_id AND e.judged_at IS NULL
           AND NOT EXISTS (SELECT FROM standings s
                            WHERE s.org_id = e.org_id AND s.learner_id = e.learner_id AND s.failures > 0)
         LIMIT :most) AS waiting
    """
)
_FIND: Final = text(
    f"""
    SELECT {_COLUMNS} FROM progress_events
     WHERE org_id = :org_id AND learner_id = :learner_id AND source = :source AND id = :id
    """
)
_VOIDS: Final = text(
    f"""
    SELECT {_COLUMNS} FROM progress_events
     WHERE org_id = :org_id AND learner_id = :learner_id AND type = :type ORDER BY occurred_at, source, id
    """
)
_LOCK_VOIDS: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def append(connection: AsyncConnection, org_id: UUID, rows: Sequence[EventRow], at: datetime) -> set[int]:
    """Add the events that are not there yet, in sorted order; the places of the others. The rows' keys must differ.

    Whoever was erased is given none, even by a request that was let in before; nor is anybody from before the horizon
    up to which their events were erased.
    """
    columns = _columns(rows)
    given = {**columns, "sources": _said_once(columns["sources"]), "recorders": _said_once(columns["recorders"])}
    there = await direct.fetch(connection, _APPEND, org_id, *given.values(), at, len(rows))
    return {place - 1 for (place,) in there}


async def equal_keys(
    connection: AsyncConnection, org_id: UUID, rows: Sequence[EventRow], *, any_time: bool = False
) -> list[bool]:
    """For each row whether the stored event of its key has the same type, instant (or `any_time`) and data (M2)."""
    equal = set(
        (await connection.execute(_EQUAL, {"org_id": org_id, "any_time": any_time, **_columns(rows)})).scalars()
    )
    return [place in equal for place in range(1, len(rows) + 1)]


async def pending(
    connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID], most: int
) -> dict[UUID, list[ProgressEvent]]:
    """Up to `most` unjudged events, learner by learner in the order of their ids, each in canonical order."""
    found: dict[UUID, list[ProgressEvent]] = {}
    for learner_id, *columns in await direct.fetch(connection, _PENDING, org_id, learner_ids, most):
        found.setdefault(learner_id, []).append(_event(columns))
    return found


async def history(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]) -> dict[UUID, History]:
    """All events of these learners, and what remains of those that were erased."""
    checkpoints = await checkpoints_store.read(connection, org_id, learner_ids)
    found = {learner_id: History([], [], *checkpoints.get(learner_id, ())) for learner_id in learner_ids}
    rows = await connection.execute(_HISTORY, {"org_id": org_id, "learners": list(learner_ids)})
    for learner_id, *columns, waits in rows:
        event = _event(columns)
        found[learner_id].events.append(event)
        if waits:
            found[learner_id].waiting.append(event.ref)
    return found


async def count_waiting(connection: AsyncConnection, org_id: UUID, most: int) -> int:
    """How many events wait for the workers, without those of learners set aside; `most` means so many or more."""
    counted: int = (await connection.execute(_COUNT_WAITING, {"org_id": org_id, "most": most})).scalar_one()
    return counted


async def find(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, source: str, event_id: str
) -> ProgressEvent | None:
    """The learner's event of that name."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "source": source, "id": event_id}
    row = (await connection.execute(_FIND, parameters)).one_or_none()
    return _event(row[1:]) if row else None


async def voids(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> list[ProgressEvent]:
    """The learner's voids in canonical order."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "type": VOIDED}
    return [_event(row[1:]) for row in await connection.execute(_VOIDS, parameters)]


async def lock_voids(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> None:
    """Hold back other voids of the learner until the transaction ends; events and judging are not held back."""
    await connection.execute(_LOCK_VOIDS, {"name": f"{VOIDED}:{org_id}:{learner_id}"})


def _columns(rows: Sequence[EventRow]) -> dict[str, Any]:
    return {
        "learners": [row.learner_id for row in rows],
        "sources": [row.source for row in rows],
        "ids": [row.id for row in rows],
        "types": lines([row.type for row in rows]),
        "instants": [row.occurred_at for row in rows],
        "data": lines([row.data for row in rows]),
        # As the texts that they are: to ask each for its value takes longer than all the rest.
        "recorders": [row.recorded_by for row in rows],
    }


def _said_once(column: list[object]) -> list[object]:
    """The column, or its first value where all the others are the same."""
    return column[:1] if column.count(column[0]) == len(column) else column


_RECORDERS: Final = {recorder.value: recorder for recorder in RecordedBy}


def _event(columns: Sequence[Any]) -> ProgressEvent:
    ref, source, key, kind, occurred_at, data, recorder = columns
    return ProgressEvent(ref, source, key, kind, occurred_at, orjson.loads(data), _RECORDERS[recorder])
