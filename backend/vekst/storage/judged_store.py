"""Writes what judging a batch came to: rows of every kind in one statement, and so in one trip.

The rows are arrays, one for each column; kinds of which there is nothing cost next to nothing. Boards are apart, as
their counts are shared by everybody and are to be held for as short as possible.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct, ledger_store, outbox_store, standings_store
from vekst.storage.ledger_store import Entry
from vekst.storage.lines import as_array
from vekst.storage.outbox_store import Message
from vekst.storage.standings_store import StandingUpdate

__all__ = ["JudgedRows", "write"]

# Columns that are empty throughout come as empty arrays, which `unnest` fills up with nulls.
_WRITE: Final = f"""
    WITH marked AS (
        UPDATE progress_events e SET judged_at = $2
          FROM unnest($4::uuid[], $5::bigint[]) AS n (learner_id, ref)
         WHERE e.org_id = $1 AND e.learner_id = n.learner_id AND e.ref = n.ref
        RETURNING e.received_at
    ), moved AS (
        UPDATE standings s
           SET pack_version = n.pack_version, engine_version = n.engine_version, last_occurred_at = n.last_occurred_at,
               last_source = n.last_source, last_id = n.last_id, ledger_seq = n.ledger_seq, reversals = n.reversals,
               state = n.state, updated_at = $2, failures = 0, failed_at = NULL, retry_at = NULL, error = NULL
          FROM unnest($6::uuid[], $7::integer[], {as_array("$8")}, $9::timestamptz[], $10::text[], $11::text[],
                      $12::bigint[], $13::integer[], $14::bytea[])
               AS n (learner_id, pack_version, engine_version, last_occurred_at, last_source, last_id,
                     ledger_seq, reversals, state)
         WHERE s.org_id = $1 AND s.learner_id = n.learner_id
    ), given AS (
        INSERT INTO ledger_entries (org_id, learner_id, seq, entry_id, kind, key, tier, occurrence, life, points,
                                    nature, skill, reached_at, recorded_at, pack_version, evidence, reverses_seq,
                                    reason)
        SELECT $1, n.learner_id, n.seq, n.entry_id, n.kind, n.key, coalesce(n.tier, ''), n.occurrence,
               coalesce(n.life, 1), n.points, n.nature, n.skill, n.reached_at, $2, $3, n.evidence::bigint[],
               n.reverses_seq, n.reason
          FROM unnest($15::uuid[], $16::bigint[], $17::uuid[], {as_array("$18")}, {as_array("$19")}, $20::text[],
                      {as_array("$21")}, $22::integer[], $23::bigint[], {as_array("$24")}, {as_array("$25")},
                      $26::timestamptz[], {as_array("$27")}, $28::bigint[], $29::text[])
               AS n (learner_id, seq, entry_id, kind, key, tier, occurrence, life, points, nature, skill, reached_at,
                     evidence, reverses_seq, reason)
    ), queued AS (
        INSERT INTO outbox (org_id, outbox_id, learner_id, topic, payload, created_at)
        SELECT $1, n.outbox_id, n.learner_id, n.topic, n.payload::jsonb, $2
          FROM unnest($30::uuid[], $31::uuid[], {as_array("$32")}, {as_array("$33")})
               AS n (outbox_id, learner_id, topic, payload)
    ), told AS (
        {outbox_store.FORGET.format(ids="$34")}
    )
    SELECT min(received_at) FROM marked
"""


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """What is to be written under one version of the pack.

    `judged` are the (learner, ref) to be taken out of the queue, `told` earlier messages that may be forgotten.
    """

    pack_version: int
    entries: Sequence[Entry]
    messages: Sequence[Message]
    told: Collection[UUID]
    judged: Sequence[tuple[UUID, int]] = ()
    updates: Sequence[StandingUpdate] = ()


async def write(connection: AsyncConnection, org_id: UUID, rows: JudgedRows, at: datetime) -> datetime | None:
    """Write it for learners whom the transaction holds; when the first of the judged events had come.

    An `IntegrityError` means that the ledger and a standing disagree, and nothing is written.
    """
    columns = (
        [learner_id for learner_id, _ in rows.judged],
        [ref for _, ref in rows.judged],
        *standings_store.columns(rows.updates),
        *ledger_store.columns(rows.entries),
        *outbox_store.columns(rows.messages),
        list(rows.told),
    )
    [(oldest,)] = await direct.fetch(connection, _WRITE, org_id, at, rows.pack_version, *columns)
    first: datetime | None = oldest
    return first
