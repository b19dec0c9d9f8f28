"""The ledger: the columns of entries that a judging appends, and what a learner holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.recognitions import Identity, Nature, Recognition
from vekst.storage.lines import lines

__all__ = ["Entry", "HeldEntry", "columns", "held", "lives"]


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


def columns(entries: Sequence[Entry]) -> tuple[Sequence[object], ...]:
    """The entries, column by column."""
    given = [entry.recognition for entry in entries]
    identities = [each.identity for each in given]
    return (
        [entry.learner_id for entry in entries],
        [entry.seq for entry in entries],
        [entry.entry_id for entry in entries],
        lines([each.kind for each in identities]),
        lines([each.key for each in identities]),
        _unless_all([each.tier for each in identities], ""),
        lines([each.occurrence for each in identities]),
        _unless_all([entry.life for entry in entries], 1),
        [each.points for each in given],
        lines([each.nature for each in given]),
        lines([each.skill or "" for each in given]),
        [each.reached_at for each in given],
        lines([f"{{{','.join(map(str, each.evidence))}}}" for each in given]),
        _unless_all([entry.reverses_seq for entry in entries], None),
        _unless_all([entry.reason for entry in entries], None),
    )


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
