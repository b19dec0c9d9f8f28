"""Stores boards: places with the instant until which each holds, the histogram of values, and who chose what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct
from vekst.storage.board_scopes import BAND_SHIFTS, window_scope
from vekst.storage.lines import as_array, lines

__all__ = ["Place", "choose", "find_past", "put", "recount", "take_empty_counts"]


class Place(msgspec.Struct, frozen=True, gc=False):
    """A learner's row on one board, in one of its windows; `holds_until` is None for a value that time does not end."""

    board: str
    scope: str
    learner_id: UUID
    value: int
    holds_until: datetime | None


_BANDS: Final = f"unnest(ARRAY{list(BAND_SHIFTS)}) AS s (shift)"

# One statement, so that hot histogram rows are touched once per batch, in sorted order, just before the commit. Values
# first and then their bands: everyone locks them in this order. A move within a band leaves the band alone.
_PUT: Final = f"""
    WITH wanted AS (
        SELECT * FROM unnest({as_array("$3")}, {as_array("$4")}, $5::uuid[], $6::bigint[], $7::timestamptz[])
            AS n (board, scope, learner_id, value, holds_until)
    ), present AS (
        SELECT board, scope, learner_id, value, holds_until FROM board_members
         WHERE org_id = $1 AND learner_id = ANY($2::uuid[])
        UNION ALL
        SELECT m.board, m.scope, m.learner_id, m.value, m.holds_until
          FROM wanted w JOIN board_members m
            ON m.org_id = $1 AND (m.board, m.scope, m.learner_id) = (w.board, w.scope, w.learner_id)
         WHERE w.learner_id <> ALL($2::uuid[])
    ), changed AS (
        SELECT board, scope, learner_id, w.value, w.holds_until, p.value AS before
          FROM wanted w FULL JOIN present p USING (board, scope, learner_id)
         WHERE w.value IS DISTINCT FROM p.value OR w.holds_until IS DISTINCT FROM p.holds_until
    ), gone AS (
        DELETE FROM board_members m USING changed c
         WHERE c.value IS NULL
           AND m.org_id = $1 AND (m.board, m.scope, m.learner_id) = (c.board, c.scope, c.learner_id)
    ), written AS (
        INSERT INTO board_members (org_id, board, scope, learner_id, value, holds_until)
        SELECT $1, board, scope, learner_id, value, holds_until FROM changed WHERE value IS NOT NULL
        ON CONFLICT (org_id, board, scope, learner_id)
        DO UPDATE SET value = excluded.value, holds_until = excluded.holds_until
    ), moved AS (
        SELECT board, scope, value, sum(change) AS change
          FROM (SELECT board, scope, value, 1 AS change FROM changed WHERE value IS NOT NULL
                 UNION ALL SELECT board, scope, before, -1 FROM changed WHERE before IS NOT NULL) AS changes
         GROUP BY 1, 2, 3 HAVING sum(change) <> 0
    ), counted AS (
        INSERT INTO board_counts (org_id, board, scope, value, members)
        SELECT $1, board, scope, value, change FROM moved ORDER BY board, scope, value
        ON CONFLICT (org_id, board, scope, value) DO UPDATE SET members = board_counts.members + excluded.members
        RETURNING board, scope, value, members
    ), banded AS (
        SELECT board, scope, shift, value >> shift AS band, sum(change) AS members,
               sum(CAST(c.members > 0 AS integer) - CAST(c.members > change AS integer)) AS different
          FROM counted c JOIN moved USING (board, scope, value) CROSS JOIN {_BANDS}
         GROUP BY 1, 2, 3, 4
    )
    INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
    SELECT $1, board, scope, shift, band, members, different FROM banded
     WHERE members <> 0 OR different <> 0 ORDER BY board, scope, shift, band
    ON CONFLICT (org_id, board, scope, shift, band)
    DO UPDATE SET members = board_bands.members + excluded.members,
                  different = board_bands.different + excluded.different
"""
# A range of an index for each board, as windows of one length sort by their names.
_FIND_PAST: Final = text(
    """
    SELECT DISTINCT past.learner_id
      FROM unnest(CAST(:boards AS text[]), CAST(:oldest AS text[])) AS b (board, oldest)
     CROSS JOIN LATERAL (
           SELECT m.learner_id FROM board_members m
            WHERE m.org_id = :org_id AND m.board = b.board
              AND m.scope > :windows AND m.scope < :windows || b.oldest LIMIT :most) AS past
     LIMIT :most
    """
)
# Passing over what is held: whoever writes there waits for nobody, and next night is time enough.
_TAKE_EMPTY: Final = (
    text(
        """
        WITH empty AS (SELECT board, scope, value FROM board_counts WHERE org_id = :org_id AND members = 0
                        FOR UPDATE SKIP LOCKED)
        DELETE FROM board_counts c USING empty e
         WHERE c.org_id = :org_id AND (c.board, c.scope, c.value) = (e.board, e.scope, e.value)
        """
    ),
    text(
        """
        WITH empty AS (SELECT board, scope, shift, band FROM board_bands WHERE org_id = :org_id AND members = 0
                        FOR UPDATE SKIP LOCKED)
        DELETE FROM board_bands b USING empty e
         WHERE b.org_id = :org_id AND (b.board, b.scope, b.shift, b.band) = (e.board, e.scope, e.shift, e.band)
        """
    ),
)
_CHOOSE: Final = text(
    """
    INSERT INTO board_choices (org_id, board, learner_id, joined, chosen_at)
    VALUES (:org_id, :board, :learner_id, :joined, :at)
    ON CONFLICT (org_id, board, learner_id) DO UPDATE SET joined = excluded.joined, chosen_at = excluded.chosen_at
    """
)
_UNCOUNT: Final = (
    text("DELETE FROM board_counts WHERE org_id = :org_id"),
    text("DELETE FROM board_bands WHERE org_id = :org_id"),
)
_COUNT: Final = text(
    """
    INSERT INTO board_counts (org_id, board, scope, value, members)
    SELECT org_id, board, scope, value, count(*) FROM board_members
     WHERE org_id = :org_id GROUP BY 1, 2, 3, 4
    """
)
_BAND: Final = text(
    f"""
    INSERT INTO board_bands (org_id, board, scope, shift, band, members, different)
    SELECT org_id, board, scope, shift, value >> shift, sum(members), count(*)
      FROM board_counts CROSS JOIN {_BANDS} WHERE org_id = :org_id GROUP BY 1, 2, 3, 4, 5
    """
)


async def put(
    connection: AsyncConnection, org_id: UUID, places: Sequence[Place], *, whole: Sequence[UUID] = ()
) -> None:
    """Write places of learners who are locked by this transaction. Call it once, and last.

    For the learners in `whole` these are all of their places, and any others go; others keep what is not named.
    """
    columns = (
        lines([place.board for place in places]),
        lines([place.scope for place in places]),
        [place.learner_id for place in places],
        [place.value for place in places],
        [place.holds_until for place in places],
    )
    await direct.fetch(connection, _PUT, org_id, whole, *columns)


async def choose(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, *, board: str, joined: bool, at: datetime
) -> None:
    """Remember that the learner joined or left the board."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "board": board, "joined": joined, "at": at}
    await connection.execute(_CHOOSE, parameters)


async def find_past(connection: AsyncConnection, org_id: UUID, oldest: Mapping[str, str], *, most: int) -> list[UUID]:
    """Up to `most` learners with a place in a window before the `oldest` of its board, whose name is given by board."""
    parameters = {
        "org_id": org_id,
        "boards": list(oldest),
        "oldest": list(oldest.values()),
        "windows": window_scope(""),
        "most": most,
    }
    return list((await connection.execute(_FIND_PAST, parameters)).scalars())


async def take_empty_counts(connection: AsyncConnection, org_id: UUID) -> int:
    """Take away the rows of histograms that count nobody any more; how many values were among them."""
    taken: list[int] = []
    for statement in _TAKE_EMPTY:
        result: CursorResult[tuple[()]] = await connection.execute(statement, {"org_id": org_id})
        taken.append(result.rowcount)
    return taken[0]


async def recount(connection: AsyncConnection, org_id: UUID) -> None:
    """Count the histograms anew from the places; nobody else may write in the organisation meanwhile."""
    for statement in (*_UNCOUNT, _COUNT, _BAND):
        await connection.execute(statement, {"org_id": org_id})
