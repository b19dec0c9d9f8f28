"""Stores the ledger: appends entries under the learner's lock, and reads what a learner holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.recognitions import Identity, Nature, Recognition
from vekst.storage import direct

__all__ = ["Entry", "HeldEntry", "append", "held", "lives"]


class Entry(msgspec.Struct, frozen=True):
    """An entry to be added; a reversal names the `seq` that it takes back, and why."""

    learner_id: UUID
    seq: int
    entry_id: UUID
    recognition: Recognition
    life: int
    reverses_seq: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """A recognition that the learner holds: given, and not taken back."""

    seq: int
    life: int
    recognition: Recognition


# Columns that are empty throughout come as empty arrays, which `unnest` fills up with nulls.
_APPEND: Final = """
    INSERT INTO ledger_entries (org_id, learner_id, seq, entry_id, kind, key, tier, occurrence, life, points, nature,
                                skill, reached_at, recorded_at, pack_version, evidence, reverses_seq, reason)
    SELECT $1, n.learner_id, n.seq, n.entry_id, n.kind, n.key, coalesce(n.tier, ''), n.occurrence, coalesce(n.life, 1),
           n.points, n.nature, n.skill, n.reached_at, $2, $3, n.evidence::bigint[], n.reverses_seq, n.reason
      FROM unnest($4::uuid[], $5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
                  $11::integer[], $12::bigint[], $13::text[], $14::text[], $15::timestamptz[], $16::text[],
                  $17::bigint[], $18::text[])
           AS n (learner_id, seq, entry_id, kind, key, tier, occurrence, life, points, nature, skill, reached_at,
                 evidence, reverses_seq, reason)
"""
_HELD: Final = text(
    """
    SELECT l.learner_id, l.seq, l.kind, l.key, l.tier, l.occurrence, l.life, l.points, l.nature, l.skill, l.reached_at,
           l.evidence
      FROM ledger_entries l
     WHERE l.org_id = :org_id AND l.learner_id = ANY(:learners) AND l.reverses_seq IS NULL
       AND NOT EXISTS (SELECT FROM ledger_entries r
                        WHERE r.org_id = l.org_id AND r.learner_id = l.learner_id AND r.reverses_seq = l.seq)
     ORDER BY l.learner_id, l.seq
    """
)
_LIVES: Final = text(
    """
    SELECT learner_id, kind, key, tier, occurrence, max(life) AS life FROM ledger_entries
     WHERE org_id = :org_id AND learner_id = ANY(:learners) AND reverses_seq IS NULL GROUP BY 1, 2, 3, 4, 5
    """
)


async def append(
    connection: AsyncConnection, org_id: UUID, entries: Sequence[Entry], *, pack_version: int, at: datetime
) -> None:
    """Add the entries; an `IntegrityError` means that the ledger and a standing disagree, and nothing is written."""
    given = [entry.recognition for entry in entries]
    identities = [each.identity for each in given]
    columns: tuple[Sequence[object], ...] = (
        [entry.learner_id for entry in entries],
        [entry.seq for entry in entries],
        [entry.entry_id for entry in entries],
        [str(each.kind) for each in identities],
        [each.key for each in identities],
        _unless_all([each.tier for each in identities], ""),
        [each.occurrence for each in identities],
        _unless_all([entry.life for entry in entries], 1),
        [each.points for each in given],
        [each.nature.value for each in given],
        [each.skill for each in given],
        [each.reached_at for each in given],
        [f"{{{','.join(map(str, each.evidence))}}}" for each in given],
        _unless_all([entry.reverses_seq for entry in entries], None),
        _unless_all([entry.reason for entry in entries], None),
    )
    await direct.fetch(connection, _APPEND, org_id, at, pack_version, *columns)


def _unless_all(column: Sequence[object], usual: object) -> Sequence[object]:
    """The column, or an empty one where every value is the usual one."""
    return () if column.count(usual) == len(column) else column


async def held(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]) -> dict[UUID, list[HeldEntry]]:
    """What each of these learners holds, in the order it was recorded."""
    found: dict[UUID, list[HeldEntry]] = {}
    for row in await connection.execute(_HELD, {"org_id": org_id, "learners": list(learner_ids)}):
        recognition = Recognition(
            identity=Identity(row.kind, row.key, row.tier, row.occurrence),
            points=row.points,
            nature=Nature(row.nature),
            skill=row.skill,
            reached_at=row.reached_at,
            evidence=tuple(row.evidence),
        )
        found.setdefault(row.learner_id, []).append(HeldEntry(row.seq, row.life, recognition))
    return found


async def lives(
    connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]
) -> dict[UUID, dict[Identity, int]]:
    """How often each identity was earned so far, for learners from whom something was taken back."""
    found: dict[UUID, dict[Identity, int]] = {}
    for row in await connection.execute(_LIVES, {"org_id": org_id, "learners": list(learner_ids)}):
        found.setdefault(row.learner_id, {})[Identity(row.kind, row.key, row.tier, row.occurrence)] = row.life
    return found
