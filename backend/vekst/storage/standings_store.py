"""Stores standings: claims learners without ever waiting, reads what judging needs, and writes what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.events import Position
from vekst.storage import direct
from vekst.storage.lines import lines

__all__ = [
    "NOBODY",
    "TRIES_AT_MOST",
    "Claim",
    "StandingRow",
    "StandingUpdate",
    "anyone_waits",
    "append",
    "claim",
    "claim_outdated",
    "columns",
    "count_entries",
    "failing",
    "lock",
    "lock_due",
    "read",
    "retry",
    "set_aside",
]

NOBODY: Final = UUID(int=0)
"""A learner id before all others: where a round of claims begins."""
TRIES_AT_MOST: Final = 12
"""Judgings in a row that may fail, over half an hour; then the learner is stuck until somebody has them tried again."""


class StandingRow(msgspec.Struct, frozen=True):
    """A locked standing with what else judging needs of the learner; `state` is None before the first judging."""

    learner_id: UUID
    pack_version: int | None
    engine_version: str | None
    state: bytes | None
    ledger_seq: int
    reversals: int
    failures: int
    first_zone: str | None
    active: bool
    role: str
    joined: frozenset[str]
    left: frozenset[str]


class StandingUpdate(msgspec.Struct, frozen=True):
    """What judging leaves; `last` is the position of the last event folded in."""

    learner_id: UUID
    pack_version: int
    engine_version: str
    last: Position | None
    ledger_seq: int
    reversals: int
    state: bytes


class Claim(msgspec.Struct, frozen=True):
    """Learners who are held; `last` is the last one looked at, None where there is nobody beyond.

    `version` is the pack's latest version before they were held, None where nobody was found or nothing is published.
    """

    learners: list[UUID]
    last: UUID | None
    version: int | None


# Leaps from learner to learner over the index of pending events, however many events each has, and holds on the way
# those whom nobody else holds and who are not set aside.
_CLAIM: Final = """
    WITH RECURSIVE waiting AS (
        (SELECT e.learner_id FROM progress_events e
          WHERE e.org_id = $1 AND e.judged_at IS NULL AND e.learner_id > $2 ORDER BY e.learner_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.learner_id FROM progress_events e
                 WHERE e.org_id = $1 AND e.judged_at IS NULL AND e.learner_id > w.learner_id
                 ORDER BY e.learner_id LIMIT 1)
          FROM waiting w WHERE w.learner_id IS NOT NULL
    ), page AS (
        SELECT learner_id FROM waiting WHERE learner_id IS NOT NULL LIMIT $3
    ), held AS (
        SELECT s.learner_id FROM standings s
         WHERE s.org_id = $1 AND s.learner_id = ANY(ARRAY(SELECT learner_id FROM page))
           AND (s.failures = 0 OR s.retry_at <= $4)
         ORDER BY s.learner_id FOR NO KEY UPDATE SKIP LOCKED
    )
    SELECT p.learner_id, h.learner_id IS NOT NULL AS held,
           (SELECT v.version FROM pack_versions v WHERE v.org_id = $1 ORDER BY v.version DESC LIMIT 1) AS version
      FROM page p LEFT JOIN held h USING (learner_id)
     ORDER BY p.learner_id
"""
_OUTDATED: Final = """
        SELECT s.learner_id FROM standings s
         WHERE s.org_id = :org_id AND {} AND (s.failures = 0 OR s.retry_at <= :now)
         LIMIT :most FOR NO KEY UPDATE OF s SKIP LOCKED
"""
# Each way to be outdated is a range of an index, however many learners are not; later ones are only looked for when
# the earlier ones did not fill the batch.
_CLAIM_OUTDATED: Final = text(
    f"""
    WITH unjudged AS ({_OUTDATED.format("s.engine_version IS NULL")}),
    of_older AS ({_OUTDATED.format("s.engine_version < :engine")}),
    earlier AS ({_OUTDATED.format("s.engine_version = :engine AND s.pack_version < :version")}),
    of_newer AS ({_OUTDATED.format("s.engine_version > :engine")})
    SELECT learner_id FROM (SELECT learner_id FROM unjudged UNION ALL SELECT learner_id FROM of_older
                            UNION ALL SELECT learner_id FROM earlier UNION ALL SELECT learner_id FROM of_newer) AS found
     LIMIT :most
    """
)
# The same, without holding anybody: the first who is found is enough.
_WAITS: Final = """
    WITH latest AS (SELECT version FROM pack_versions WHERE org_id = $1 ORDER BY version DESC LIMIT 1)
    SELECT EXISTS (SELECT FROM progress_events e
                    WHERE e.org_id = $1 AND e.judged_at IS NULL
                      AND NOT EXISTS (SELECT FROM standings s
                                       WHERE s.org_id = $1 AND s.learner_id = e.learner_id AND s.failures > 0
                                         AND (s.retry_at > $2 OR s.retry_at IS NULL)))
        OR EXISTS (SELECT FROM standings s WHERE s.org_id = $1 AND s.engine_version IS NULL AND @due@)
        OR EXISTS (SELECT FROM standings s WHERE s.org_id = $1 AND s.engine_version < $3 AND @due@)
        OR EXISTS (SELECT FROM standings s WHERE s.org_id = $1 AND s.engine_version > $3 AND @due@)
        OR EXISTS (SELECT FROM standings s
                    WHERE s.org_id = $1 AND s.engine_version = $3
                      AND s.pack_version < (SELECT version FROM latest) AND @due@)
""".replace("@due@", "(s.failures = 0 OR s.retry_at <= $2)")
_LOCK: Final = text(
    """
    SELECT learner_id FROM standings WHERE org_id = :org_id AND learner_id = ANY(:learners)
     ORDER BY learner_id FOR NO KEY UPDATE
    """
)
_LOCK_DUE: Final = text(
    """
    SELECT s.learner_id FROM standings s
     WHERE s.org_id = :org_id AND s.learner_id IN (
           SELECT m.learner_id FROM board_members m WHERE m.org_id = :org_id AND m.holds_until <= :now LIMIT :most)
     ORDER BY s.learner_id FOR NO KEY UPDATE OF s SKIP LOCKED
    """
)
# However many learners are asked for, and without their number in sight the plan is made once.
_READ: Final = """
    SELECT s.learner_id, s.pack_version, s.engine_version, s.state, s.ledger_seq, s.reversals, s.failures,
           p.first_zone, p.active, p.role,
           ARRAY(SELECT c.board FROM board_choices c
                  WHERE c.org_id = s.org_id AND c.learner_id = s.learner_id AND c.joined) AS joined,
           ARRAY(SELECT c.board FROM board_choices c
                  WHERE c.org_id = s.org_id AND c.learner_id = s.learner_id AND NOT c.joined) AS left
      FROM standings s JOIN people p ON p.org_id = s.org_id AND p.learner_id = s.learner_id
     WHERE s.org_id = $1 AND s.learner_id = ANY(ARRAY(SELECT unnest($2::uuid[])))
"""
_APPEND: Final = text(
    """
    INSERT INTO standings (org_id, learner_id, ledger_seq, reversals, failures, updated_at)
    SELECT :org_id, n.learner_id, 0, 0, 0, :at FROM unnest(CAST(:learners AS uuid[])) AS n (learner_id)
    ON CONFLICT (org_id, learner_id) DO NOTHING
    """
)
_COUNT_ENTRIES: Final = text(
    """
    UPDATE standings s SET ledger_seq = n.seq
      FROM unnest(CAST(:learners AS uuid[]), CAST(:seqs AS bigint[])) AS n (learner_id, seq)
     WHERE s.org_id = :org_id AND s.learner_id = n.learner_id
    """
)
_SET_ASIDE: Final = text(
    """
    UPDATE standings SET failures = failures + 1, failed_at = :at, error = :error,
           retry_at = CASE WHEN failures + 1 < :tries
                           THEN CAST(:at AS timestamptz) + power(2, failures) * interval '1 second' END
     WHERE org_id = :org_id AND learner_id = :learner_id
    """
)
# One failure stays on record, so that the learner is judged from all events; the tries are counted from the beginning.
_RETRY: Final = text(
    """
    WITH found AS (
        SELECT learner_id FROM standings
         WHERE org_id = :org_id AND failures > 0
           AND (CAST(:learner_id AS uuid) IS NULL OR learner_id = CAST(:learner_id AS uuid))
         ORDER BY learner_id FOR NO KEY UPDATE
    )
    UPDATE standings s SET failures = 1, retry_at = :at FROM found f
     WHERE s.org_id = :org_id AND s.learner_id = f.learner_id
    RETURNING s.learner_id
    """
)
_FAILING: Final = text(
    "SELECT learner_id FROM standings WHERE org_id = :org_id AND learner_id = ANY(:learners) AND failures > 0"
)


async def append(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID], at: datetime) -> None:
    """Give new people their row."""
    await connection.execute(_APPEND, {"org_id": org_id, "learners": list(learner_ids), "at": at})


async def claim(connection: AsyncConnection, org_id: UUID, *, after: UUID, most: int, now: datetime) -> Claim:
    """Look at up to `most` learners beyond `after` who have unjudged events, in the order of their ids.

    Locked are those who are neither held by another worker nor set aside.
    """
    rows = await direct.fetch(connection, _CLAIM, org_id, after, most, now)
    return Claim(
        learners=[learner_id for learner_id, held, _ in rows if held],
        last=rows[-1][0] if len(rows) == most else None,
        version=rows[0][2] if rows else None,
    )


async def claim_outdated(
    connection: AsyncConnection, org_id: UUID, *, most: int, now: datetime, engine: str, version: int
) -> list[UUID]:
    """Lock up to `most` learners whom nobody, another engine or an earlier version of the pack has judged."""
    parameters = {"org_id": org_id, "most": most, "now": now, "engine": engine, "version": version}
    return await _ids(connection, _CLAIM_OUTDATED, parameters)


async def anyone_waits(connection: AsyncConnection, org_id: UUID, *, now: datetime, engine: str) -> bool:
    """Whether there is anybody to claim in either way, be they held or not."""
    [(waits,)] = await direct.fetch(connection, _WAITS, org_id, now, engine)
    return bool(waits)


async def lock(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]) -> list[UUID]:
    """Lock these learners in sorted order, waiting for whoever holds them."""
    return await _ids(connection, _LOCK, {"org_id": org_id, "learners": list(learner_ids)})


async def lock_due(connection: AsyncConnection, org_id: UUID, *, now: datetime, most: int) -> list[UUID]:
    """Lock learners with a board value that no longer holds, passing over those held by another worker."""
    return await _ids(connection, _LOCK_DUE, {"org_id": org_id, "now": now, "most": most})


async def read(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]) -> dict[UUID, StandingRow]:
    """The standings of learners that this transaction holds."""
    found: dict[UUID, StandingRow] = {}
    for learner_id, *columns, joined, left in await direct.fetch(connection, _READ, org_id, learner_ids):
        values = [learner_id, *columns, frozenset(joined), frozenset(left)]
        found[learner_id] = StandingRow(*values)
    return found


def columns(updates: Sequence[StandingUpdate]) -> tuple[Sequence[object], ...]:
    """The outcome of a judging, column by column."""
    return (
        [each.learner_id for each in updates],
        [each.pack_version for each in updates],
        lines([each.engine_version for each in updates]),
        [each.last[0] if each.last else None for each in updates],
        [each.last[1] if each.last else None for each in updates],
        [each.last[2] if each.last else None for each in updates],
        [each.ledger_seq for each in updates],
        [each.reversals for each in updates],
        [each.state for each in updates],
    )


async def count_entries(connection: AsyncConnection, org_id: UUID, seqs: Mapping[UUID, int]) -> None:
    """Remember the latest `seq` in the ledgers of learners whose standing stays as it is."""
    await connection.execute(_COUNT_ENTRIES, {"org_id": org_id, "learners": list(seqs), "seqs": list(seqs.values())})


async def set_aside(connection: AsyncConnection, org_id: UUID, learner_id: UUID, *, error: str, at: datetime) -> None:
    """Let a learner whose judging failed wait, twice as long with every failure; after the last try, for `retry`."""
    parameters = {"org_id": org_id, "learner_id": learner_id, "error": error, "at": at, "tries": TRIES_AT_MOST}
    await connection.execute(_SET_ASIDE, parameters)


async def retry(connection: AsyncConnection, org_id: UUID, at: datetime, learner_id: UUID | None = None) -> list[UUID]:
    """Let everyone who is set aside, or that learner, be tried again at once and from the first try; who they are."""
    return await _ids(connection, _RETRY, {"org_id": org_id, "learner_id": learner_id, "at": at})


async def failing(connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the learners whose last judging failed."""
    return await _ids(connection, _FAILING, {"org_id": org_id, "learners": list(learner_ids)})


async def _ids(connection: AsyncConnection, statement: TextClause, parameters: dict[str, object]) -> list[UUID]:
    return list((await connection.execute(statement, parameters)).scalars())
