"""Reads what a replay compares with, marks learners to be judged again, and keeps what the last verification found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.recognitions import Identity, Nature, Recognition
from vekst.storage.board_scopes import BAND_SHIFTS
from vekst.storage.boards_store import Place

__all__ = [
    "LedgerEntry",
    "Miscount",
    "Progress",
    "Verifications",
    "keep_verification",
    "ledger",
    "mark",
    "miscounts",
    "places",
    "progress",
    "verifications",
    "with_pack",
]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An entry as it stands in the ledger."""

    seq: int
    recognition: Recognition
    life: int
    pack_version: int
    reverses_seq: int | None


@dataclass(frozen=True, slots=True)
class Miscount:
    """A value of an organisation's board, or a band of values, whose members in the histogram are not those on it."""

    board: str
    scope: str
    values: str
    counted: int
    members: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How many learners are to be judged, how many of these a version has judged, and how many others are set aside."""

    learners: int
    judged: int
    set_aside: int

    @property
    def over(self) -> bool:
        """Whether nobody is left but those who are set aside."""
        return self.judged + self.set_aside >= self.learners


@dataclass(frozen=True, slots=True)
class Verifications:
    """The latest verifications of all organisations: how many, their differences, and the instant of the oldest."""

    organisations: int
    differences: int
    oldest: datetime | None


_LEDGER: Final = text(
    """
    SELECT learner_id, seq, kind, key, tier, occurrence, life, points, nature, skill, reached_at, pack_version,
           evidence, reverses_seq
      FROM ledger_entries WHERE org_id = :org_id AND learner_id = ANY(:learners) ORDER BY learner_id, seq
    """
)
_PLACES: Final = text(
    """
    SELECT board, scope, learner_id, value, holds_until FROM board_members
     WHERE org_id = :org_id AND learner_id = ANY(:learners)
    """
)
_ON_BOARDS: Final = """
    SELECT board, scope, value, count(*) AS members FROM board_members
     WHERE org_id = :org_id GROUP BY 1, 2, 3
"""
# A band counts two things, and one that is wrong in either is told by its members.
_MISCOUNTS: Final = text(
    f"""
    WITH boards AS MATERIALIZED ({_ON_BOARDS})
    SELECT board, scope, CAST(value AS text) AS values, coalesce(c.members, 0) AS counted,
           coalesce(m.members, 0) AS members
      FROM boards m
      FULL JOIN (SELECT board, scope, value, members FROM board_counts WHERE org_id = :org_id) c
     USING (board, scope, value)
     WHERE coalesce(c.members, 0) <> coalesce(m.members, 0)
    UNION ALL
    SELECT board, scope, (band << shift) || ' to ' || (((band + 1) << shift) - 1), coalesce(c.members, 0),
           coalesce(m.members, 0)
      FROM (SELECT board, scope, shift, value >> shift AS band, sum(members) AS members, count(*) AS different
              FROM boards CROSS JOIN unnest(ARRAY{list(BAND_SHIFTS)}) AS s (shift) GROUP BY 1, 2, 3, 4) m
      FULL JOIN (SELECT board, scope, shift, band, members, different FROM board_bands WHERE org_id = :org_id) c
     USING (board, scope, shift, band)
     WHERE coalesce(c.members, 0) <> coalesce(m.members, 0) OR coalesce(c.different, 0) <> coalesce(m.different, 0)
     ORDER BY 1, 2, 3
    """
)
# An engine of no name is older than every other: judging folds such a standing anew, and readers take it as it is.
_MARK: Final = text(
    """
    UPDATE standings SET engine_version = ''
     WHERE org_id = :org_id AND learner_id = ANY(:learners) AND state IS NOT NULL
    """
)
_PROGRESS: Final = text(
    """
    SELECT count(*) AS learners, count(*) FILTER (WHERE is_judged) AS judged,
           count(*) FILTER (WHERE NOT is_judged AND is_aside) AS set_aside
      FROM (SELECT s.failures > 0 AND (s.retry_at IS NULL OR s.retry_at > :now) AS is_aside,
                   s.state IS NOT NULL AND s.engine_version = :engine AND s.pack_version >= :version AS is_judged
              FROM standings s WHERE s.org_id = :org_id) AS learners
    """
)
_KEEP: Final = text(
    """
    INSERT INTO verifications (org_id, verified_at, learners, differences)
    VALUES (:org_id, :at, :learners, :differences)
    ON CONFLICT (org_id) DO UPDATE SET verified_at = excluded.verified_at, learners = excluded.learners,
                                       differences = excluded.differences
    """
)
_VERIFICATIONS: Final = text("SELECT organisations, differences, oldest FROM vekst_verifications()")
_WITH_PACK: Final = text("SELECT vekst_organisations_with_pack()")


async def ledger(
    connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]
) -> dict[UUID, list[LedgerEntry]]:
    """Every entry of these learners, in the order it was recorded."""
    found: dict[UUID, list[LedgerEntry]] = {}
    for row in await connection.execute(_LEDGER, {"org_id": org_id, "learners": list(learner_ids)}):
        recognition = Recognition(
            identity=Identity(row.kind, row.key, row.tier, row.occurrence),
            points=row.points,
            nature=Nature(row.nature),
            skill=row.skill,
            reached_at=row.reached_at,
            evidence=tuple(row.evidence),
        )
        entry = LedgerEntry(row.seq, recognition, row.life, row.pack_version, row.reverses_seq)
        found.setdefault(row.learner_id, []).append(entry)
    return found


async def places(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]) -> dict[UUID, list[Place]]:
    """The places of these learners on boards."""
    found: dict[UUID, list[Place]] = {}
    for row in await connection.execute(_PLACES, {"org_id": org_id, "learners": list(learner_ids)}):
        place = Place(row.board, row.scope, row.learner_id, row.value, row.holds_until)
        found.setdefault(row.learner_id, []).append(place)
    return found


async def miscounts(connection: AsyncConnection, org_id: UUID) -> list[Miscount]:
    """Where the histograms of the organisation's boards are not what is on the boards."""
    rows = await connection.execute(_MISCOUNTS, {"org_id": org_id})
    return [Miscount(row.board, row.scope, row.values, int(row.counted), int(row.members)) for row in rows]


async def mark(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]) -> int:
    """Have these learners, locked by this transaction, judged again from their events; how many have a standing."""
    marked: CursorResult[tuple[()]] = await connection.execute(_MARK, {"org_id": org_id, "learners": list(learner_ids)})
    return marked.rowcount


async def progress(connection: AsyncConnection, org_id: UUID, *, engine: str, version: int, now: datetime) -> Progress:
    """How far judging everyone again under that version has come."""
    parameters = {"org_id": org_id, "engine": engine, "version": version, "now": now}
    row = (await connection.execute(_PROGRESS, parameters)).one()
    return Progress(row.learners, row.judged, row.set_aside)


async def keep_verification(
    connection: AsyncConnection, org_id: UUID, *, learners: int, differences: int, at: datetime
) -> None:
    """Remember what a verification found, in the place of the one before."""
    parameters = {"org_id": org_id, "at": at, "learners": learners, "differences": differences}
    await connection.execute(_KEEP, parameters)


async def verifications(connection: AsyncConnection) -> Verifications:
    """The sum over the latest verifications of all organisations."""
    row = (await connection.execute(_VERIFICATIONS)).one()
    return Verifications(row.organisations, row.differences, row.oldest)


async def with_pack(connection: AsyncConnection) -> list[UUID]:
    """The organisations that have published a pack."""
    return list((await connection.execute(_WITH_PACK)).scalars())
