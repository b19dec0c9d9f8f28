"""Boards with many members, written as rows: a board is read by what stands on it, whoever put it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from benchmarks.companies import BenchmarkError
from benchmarks.packs import sales_craft_files
from benchmarks.stage import Stage, owning
from vekst.factory import Factory
from vekst.storage.board_scopes import BAND_SHIFTS

__all__ = ["CrowdedBoard", "crowd_board"]

BOARD: Final = "learning-streaks"
POINTS_AT_MOST: Final = 100_000

# Many have a little and few have much, as it is with runs and points: a third of the members share the lowest values.
_PEOPLE: Final = """
INSERT INTO people (org_id, learner_id, person, name, role, active, joined_at)
SELECT $1, gen_random_uuid(), 'p' || n, 'Person ' || n, 'learner', true, now() FROM generate_series(1, $2::int) AS n
"""
_MEMBERS: Final = """
INSERT INTO board_members (org_id, board, scope, learner_id, value, holds_until)
SELECT org_id, $2, 'org', learner_id, 1 + floor($3 * random() ^ 3), $4 FROM people WHERE org_id = $1
"""
_COUNTS: Final = """
INSERT INTO board_counts (org_id, board, scope, value, members)
SELECT org_id, board, scope, value, count(*) FROM board_members WHERE org_id = $1 GROUP BY 1, 2, 3, 4
"""
_BANDS: Final = f"""
INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
SELECT org_id, board, scope, shift, value >> shift, sum(members), count(*)
  FROM board_counts CROSS JOIN unnest(ARRAY{list(BAND_SHIFTS)}) AS s (shift) WHERE org_id = $1 GROUP BY 1, 2, 3, 4, 5
"""
_VALUES: Final = "SELECT learner_id, value FROM board_members WHERE org_id = $1"


@dataclass(frozen=True, slots=True)
class CrowdedBoard:
    """An organisation's board, and the value of everyone on it."""

    org_id: UUID
    key: str
    values: dict[UUID, int]


async def crowd_board(stage: Stage, factory: Factory, name: str, *, members: int, runs: bool = False) -> CrowdedBoard:
    """A board of so many members: of points, or of runs that end on some day to come."""
    stage.say(f"{name}: a board of {members:,} members")
    org_id = await factory.organisations().create(name, "Benchmark")
    await factory.publishing().publish(org_id, sales_craft_files())
    until = datetime.now(UTC) + timedelta(days=2) if runs else None
    async with owning(stage) as owner:
        await owner.execute(_PEOPLE, org_id, members)
        await owner.execute(_MEMBERS, org_id, BOARD, 400 if runs else POINTS_AT_MOST, until)
        await owner.execute(_COUNTS, org_id)
        await owner.execute(_BANDS, org_id)
        values = dict(await owner.fetch(_VALUES, org_id))
        # As it is after a while by itself; so nothing is cleaned up beside what is measured.
        await owner.execute("VACUUM (ANALYZE) people, board_members, board_counts, board_bands")
    if len(values) != members:
        raise BenchmarkError(f"{len(values):,} are on the board")
    return CrowdedBoard(org_id, BOARD, values)
