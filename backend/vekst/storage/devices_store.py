"""Stores devices: who is reached where, and how far each was told of the ledger.

A device is due while its person's ledger is longer than `told_seq`. So nothing is queued that a crash could lose: what
was not told is what is left between the two numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Device", "DueDevice", "News", "claim", "news", "organisations_due", "put", "put_off", "remove", "told"]


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its person registers it."""

    learner_id: UUID
    endpoint: str
    public_key: bytes
    secret: bytes
    language: str


@dataclass(frozen=True, slots=True)
class DueDevice:
    """A device that is to be told of entries after `told_seq`, up to `upto`."""

    endpoint: str
    learner_id: UUID
    public_key: bytes
    secret: bytes
    language: str
    told_seq: int
    upto: int
    tries: int


@dataclass(frozen=True, slots=True)
class News:
    """An entry of the ledger that a device may be told of."""

    seq: int
    kind: str
    key: str
    tier: str
    occurrence: str
    pack_version: int


_LOCK: Final = text(
    """
    SELECT FROM devices WHERE org_id = :org_id AND (learner_id = :learner_id OR endpoint = :endpoint)
     ORDER BY endpoint FOR UPDATE
    """
)
# Whoever had the device before has it no longer; a new owner is told of nothing that was before.
_PUT: Final = text(
    """
    INSERT INTO devices AS d
           (org_id, endpoint, learner_id, public_key, secret, language, told_seq, tries, registered_at)
    SELECT :org_id, :endpoint, :learner_id, :public_key, :secret, :language, ledger_seq, 0, :at
      FROM standings WHERE org_id = :org_id AND learner_id = :learner_id
    ON CONFLICT (org_id, endpoint) DO UPDATE SET
        learner_id = excluded.learner_id, public_key = excluded.public_key, secret = excluded.secret,
        language = excluded.language, registered_at = excluded.registered_at,
        told_seq = CASE WHEN d.learner_id = excluded.learner_id THEN d.told_seq ELSE excluded.told_seq END,
        tries = CASE WHEN d.learner_id = excluded.learner_id THEN d.tries ELSE 0 END,
        retry_at = CASE WHEN d.learner_id = excluded.learner_id THEN d.retry_at END,
        delivered_at = CASE WHEN d.learner_id = excluded.learner_id THEN d.delivered_at END
    """
)
_KEEP: Final = text(
    """
    DELETE FROM devices WHERE org_id = :org_id AND endpoint IN (
        SELECT endpoint FROM devices WHERE org_id = :org_id AND learner_id = :learner_id
         ORDER BY endpoint = :endpoint DESC, greatest(registered_at, delivered_at) DESC, endpoint OFFSET :most)
    """
)
_REMOVE: Final = text(
    "DELETE FROM devices WHERE org_id = :org_id AND endpoint = :endpoint AND learner_id = :learner_id"
)
_ORGANISATIONS_DUE: Final = text("SELECT vekst_organisations_with_devices_due(:moment)")
_CLAIM: Final = text(
    """
    WITH due AS (
        SELECT d.endpoint, s.ledger_seq
          FROM devices d
          JOIN standings s ON s.org_id = d.org_id AND s.learner_id = d.learner_id
          JOIN people p ON p.org_id = d.org_id AND p.learner_id = d.learner_id
         WHERE d.org_id = :org_id AND s.ledger_seq > d.told_seq AND p.active
           AND (d.retry_at IS NULL OR d.retry_at <= :now)
         ORDER BY d.retry_at NULLS FIRST, d.endpoint LIMIT :most FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE devices d SET retry_at = :until FROM due
     WHERE d.org_id = :org_id AND d.endpoint = due.endpoint
    RETURNING d.endpoint, d.learner_id, d.public_key, d.secret, d.language, d.told_seq, due.ledger_seq, d.tries
    """
)
_NEWS: Final = text(
    """
    SELECT w.endpoint, l.seq, l.kind, l.key, l.tier, l.occurrence, l.pack_version
      FROM unnest(CAST(:endpoints AS text[]), CAST(:learners AS uuid[]), CAST(:after AS bigint[]),
                  CAST(:upto AS bigint[])) AS w (endpoint, learner_id, told_seq, upto)
     CROSS JOIN LATERAL (
        SELECT * FROM ledger_entries e
         WHERE e.org_id = :org_id AND e.learner_id = w.learner_id AND e.seq > w.told_seq AND e.seq <= w.upto
           AND e.kind = ANY(:kinds) AND NOT EXISTS (
               SELECT FROM ledger_entries r
                WHERE r.org_id = e.org_id AND r.learner_id = e.learner_id AND r.reverses_seq = e.seq)
         ORDER BY e.seq DESC LIMIT :most) l
     ORDER BY l.seq DESC
    """
)
_TOLD: Final = text(
    """
    UPDATE devices SET told_seq = greatest(told_seq, :upto), tries = 0, retry_at = NULL,
                       delivered_at = coalesce(:delivered_at, delivered_at)
     WHERE org_id = :org_id AND endpoint = :endpoint AND learner_id = :learner_id
    """
)
_PUT_OFF: Final = text(
    """
    UPDATE devices SET tries = :tries, retry_at = :retry_at
     WHERE org_id = :org_id AND endpoint = :endpoint AND learner_id = :learner_id
    """
)


async def put(connection: AsyncConnection, org_id: UUID, device: Device, at: datetime, *, most: int) -> None:
    """Keep the device for its person, whom this transaction holds; of more than `most` the longest silent ones go."""
    names = {"org_id": org_id, "endpoint": device.endpoint, "learner_id": device.learner_id}
    values = {"public_key": device.public_key, "secret": device.secret, "language": device.language, "at": at}
    await connection.execute(_LOCK, names)
    await connection.execute(_PUT, {**names, **values})
    await connection.execute(_KEEP, {**names, "most": most})


async def remove(connection: AsyncConnection, org_id: UUID, learner_id: UUID, endpoint: str) -> bool:
    """Forget a device of that person; whether there was one."""
    names = {"org_id": org_id, "endpoint": endpoint, "learner_id": learner_id}
    removed: CursorResult[tuple[()]] = await connection.execute(_REMOVE, names)
    return bool(removed.rowcount)


async def organisations_due(connection: AsyncConnection, moment: datetime) -> list[UUID]:
    """The organisations with a device that is to be told something now."""
    return list((await connection.execute(_ORGANISATIONS_DUE, {"moment": moment})).scalars())


async def claim(
    connection: AsyncConnection, org_id: UUID, *, now: datetime, until: datetime, most: int
) -> list[DueDevice]:
    """Devices that are due; nobody else takes them before `until`."""
    rows = await connection.execute(_CLAIM, {"org_id": org_id, "now": now, "until": until, "most": most})
    return [DueDevice(*row) for row in rows]


async def news(
    connection: AsyncConnection, org_id: UUID, devices: Sequence[DueDevice], kinds: Sequence[str], *, most: int
) -> dict[str, list[News]]:
    """By endpoint the newest `most` entries of these kinds that the device was not told of, newest first.

    One that was taken back meanwhile is left out.
    """
    found: dict[str, list[News]] = {}
    parameters = {
        "org_id": org_id,
        "endpoints": [each.endpoint for each in devices],
        "learners": [each.learner_id for each in devices],
        "after": [each.told_seq for each in devices],
        "upto": [each.upto for each in devices],
        "kinds": list(kinds),
        "most": most,
    }
    for endpoint, *columns in await connection.execute(_NEWS, parameters):
        found.setdefault(endpoint, []).append(News(*columns))
    return found


async def told(
    connection: AsyncConnection, org_id: UUID, due: DueDevice, *, delivered_at: datetime | None = None
) -> None:
    """Note that there is nothing more to tell the device of what it was due for, and when a push was taken."""
    await connection.execute(_TOLD, {**_names(org_id, due), "upto": due.upto, "delivered_at": delivered_at})


async def put_off(connection: AsyncConnection, org_id: UUID, due: DueDevice, *, retry_at: datetime) -> None:
    """Note that a push failed, and when to try again."""
    await connection.execute(_PUT_OFF, {**_names(org_id, due), "tries": due.tries + 1, "retry_at": retry_at})


def _names(org_id: UUID, due: DueDevice) -> dict[str, object]:
    return {"org_id": org_id, "endpoint": due.endpoint, "learner_id": due.learner_id}
