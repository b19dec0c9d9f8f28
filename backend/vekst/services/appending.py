"""The append that every event goes through: once per key, with a status for each that says what is stored now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.receipts import ReceiptStatus
from vekst.storage import events_store
from vekst.storage.events_store import EventKey, EventRow

__all__ = ["append_events"]


async def append_events(
    connection: AsyncConnection, org_id: UUID, rows: Sequence[EventRow], at: datetime, *, any_time: bool = False
) -> list[ReceiptStatus]:
    """Append the first row of each key; every other row is compared with what is then stored under its key (M2).

    With `any_time` the instant is not compared: it was the server's, and a repeated call has another one.
    """
    if not rows:
        return []
    first: dict[EventKey, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row.key, place)
    added = await events_store.append(connection, org_id, [rows[place] for place in first.values()], at)
    known = [place for place, row in enumerate(rows) if row.key not in added or first[row.key] != place]
    statuses = [ReceiptStatus.STORED] * len(rows)
    if known:
        equal = await events_store.equal_keys(connection, org_id, [rows[place] for place in known], any_time=any_time)
        for place, same in zip(known, equal, strict=True):
            statuses[place] = ReceiptStatus.DUPLICATE if same else ReceiptStatus.CONFLICT
    return statuses
