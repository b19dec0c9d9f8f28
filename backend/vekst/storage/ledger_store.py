"""Stores the ledger: appends entries under the learner's lock, and reads what a learner holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.recognitions import Identity, Nature, Recognition

__all__ = ["Entry", "HeldEntry", "append", "held", "lives"]


@dataclass(frozen=True, slots=True)
class Entry:
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


_APPEND: Final = text(
    """
    INSERT INTO ledger_entries (org_id, learner_id, seq, entry_id, kind, key, tier, occurrence, life, points, nature,
                                skill, reached_at, recorded_at, pack_version, evidence, reverses_seq, reason)
    SELECT :org_id, n.learner_id, n.seq, n.entry_id, n.kind, n.key, n.tier, n.occurrence, n.life, n.points, n.nature,
           n.skill, n.reached_at, :at, :pack_version,
           CAST(n.evidence AS bigint[]),
           n.reverses_seq, n.reason
      FROM unnest(CAST(:learners AS uuid[]), CAST(:seqs AS bigint[]), CAST(:entries AS uuid[]),
                  CAST(:kinds AS text[]), CAST(:keys AS text[]), CAST(:tiers AS text[]), CAST(:occurrences AS text[]),
                  CAST(:lives AS integer[]), CAST(:points AS bigint[]), CAST(:natures AS text[]),
                  CAST(:skills AS text[]), CAST(:instants AS timestamptz[]), CAST(:evidence AS text[]),
                  CAST(:reverses AS bigint[]), CAST(:reasons AS text[]))
           AS n (learner_id, seq, entry_id, kind, key, tier, occurrence, life, points, nature, skill, reached_at,
                 evidence, reverses_seq, reason)
    """
)
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
    parameters = {
        "org_id": org_id,
        "at": at,
        "pack_version": pack_version,
        "learners": [entry.learner_id for entry in entries],
        "seqs": [entry.seq for entry in entries],
        "entries": [entry.entry_id for entry in entries],
        "kinds": [str(each.identity.kind) for each in given],
        "keys": [each.identity.key for each in given],
        "tiers": [each.identity.tier for each in given],
        "occurrences": [each.identity.occurrence for each in given],
        "lives": [entry.life for entry in entries],
        "points": [each.points for each in given],
        "natures": [each.nature.value for each in given],
        "skills": [each.skill for each in given],
        "instants": [each.reached_at for each in given],
        "evidence": [f"{{{','.join(map(str, each.evidence))}}}" for each in given],
        "reverses": [entry.reverses_seq for entry in entries],
        "reasons": [entry.reason for entry in entries],
    }
    await connection.execute(_APPEND, parameters)


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
