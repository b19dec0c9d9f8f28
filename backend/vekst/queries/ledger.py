"""Reads the ledger: pages newest first by the learner's own numbering, single entries and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct

__all__ = [
    "EntryKey",
    "EvidenceRow",
    "LedgerRow",
    "entries",
    "evidence",
    "ledger_page",
    "ledger_since",
    "newest_seq",
]

EntryKey = tuple[UUID, int]
"""What tells a ledger entry apart within the organisation: the learner and the entry's number."""


class LedgerRow(msgspec.Struct, frozen=True):
    """One ledger entry; `rule_kind` is the kind of the rule it speaks of, also where the entry is a reversal.

    `reversed_by_seq` is the number of the entry that took this one back, if one did.
    """

    learner_id: UUID
    seq: int
    kind: str
    rule_kind: str
    key: str
    tier: str
    occurrence: str
    points: int
    nature: str
    reached_at: datetime
    recorded_at: datetime
    pack_version: int
    evidence: Sequence[int]
    reverses_seq: int | None
    reason: str | None
    reversed_by_seq: int | None


class EvidenceRow(msgspec.Struct, frozen=True):
    """An event that a recognition rests on."""

    learner_id: UUID
    ref: int
    source: str
    id: str
    type: str
    occurred_at: datetime


# Few entries are reversals, and what these took back is looked up for them alone.
_SELECT: Final = """
    select l.learner_id, l.seq, l.kind,
           case when l.reverses_seq is null then l.kind else coalesce((
               select o.kind from ledger_entries o
                where o.org_id = l.org_id and o.learner_id = l.learner_id and o.seq = l.reverses_seq), l.kind)
           end as rule_kind,
           l.key, l.tier, l.occurrence, l.points, l.nature, l.reached_at, l.recorded_at, l.pack_version, l.evidence,
           l.reverses_seq, l.reason,
           (select r.seq from ledger_entries r
             where r.org_id = l.org_id and r.learner_id = l.learner_id and r.reverses_seq = l.seq) as reversed_by_seq
      from ledger_entries l
"""
_PAGE: Final = (
    _SELECT
    + """
     where l.org_id = $1 and l.learner_id = $2 and l.seq < $3
     order by l.seq desc
     limit $4
    """
)
_SINCE: Final = text(
    _SELECT
    + """
     where l.org_id = :org_id and l.learner_id = :learner_id and l.seq > :after
     order by l.seq
     limit :count
    """
)
_NEWEST_SEQ: Final = text(
    "select coalesce(max(seq), 0) from ledger_entries where org_id = :org_id and learner_id = :learner_id"
)
_ENTRIES: Final = (
    _SELECT
    + """
      join unnest($2::uuid[], $3::bigint[]) as wanted(learner_id, seq)
        on l.learner_id = wanted.learner_id and l.seq = wanted.seq
     where l.org_id = $1
    """
)
_EVIDENCE: Final = """
    select e.learner_id, e.ref, e.source, e.id, e.type, e.occurred_at
      from unnest($2::uuid[], $3::bigint[]) as wanted(learner_id, ref)
      join progress_events e on e.org_id = $1 and e.learner_id = wanted.learner_id and e.ref = wanted.ref
"""

_NEWEST: Final = 2**63 - 1


async def ledger_page(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, *, before: int | None, count: int
) -> list[LedgerRow]:
    """Up to `count` entries of a learner, newest first, with numbers below `before`."""
    below = _NEWEST if before is None else before
    return [LedgerRow(*row) for row in await direct.fetch(connection, _PAGE, org_id, learner_id, below, count)]


async def ledger_since(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, *, after: int, count: int
) -> list[LedgerRow]:
    """Up to `count` entries of a learner with numbers above `after`, oldest first; numbers appear in their order."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "after": after, "count": count}
    return [LedgerRow(*row) for row in await connection.execute(_SINCE, parameters)]


async def newest_seq(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> int:
    """The number of a learner's newest entry; 0 without any."""
    parameters = {"org_id": org_id, "learner_id": learner_id}
    return int((await connection.execute(_NEWEST_SEQ, parameters)).scalar_one())


async def entries(connection: AsyncConnection, org_id: UUID, keys: Sequence[EntryKey]) -> dict[EntryKey, LedgerRow]:
    """The entries of these keys; one that does not exist is left out."""
    rows = [LedgerRow(*row) for row in await direct.fetch(connection, _ENTRIES, org_id, *_columns(keys))]
    return {(row.learner_id, row.seq): row for row in rows}


async def evidence(
    connection: AsyncConnection, org_id: UUID, refs: Sequence[EntryKey]
) -> dict[tuple[UUID, int], EvidenceRow]:
    """The events of these (learner, ref) pairs; one that was erased is left out."""
    found = [EvidenceRow(*row) for row in await direct.fetch(connection, _EVIDENCE, org_id, *_columns(refs))]
    return {(event.learner_id, event.ref): event for event in found}


def _columns(keys: Sequence[EntryKey]) -> tuple[list[UUID], list[int]]:
    return [learner for learner, _ in keys], [number for _, number in keys]
