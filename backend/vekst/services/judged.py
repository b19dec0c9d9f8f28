"""What a judgement writes: the rows that it makes for its learner, and those of a whole batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.recognitions import Identity
from vekst.engine.pack import Pack
from vekst.engine.standing import encode
from vekst.services.clock import new_id, new_ids
from vekst.services.judgement import Judgement
from vekst.services.outbox import RECOGNISED, SUMMARISED
from vekst.services.places import places_of
from vekst.storage import boards_store, judged_store
from vekst.storage.boards_store import Place
from vekst.storage.judged_store import JudgedRows
from vekst.storage.ledger_store import Entry
from vekst.storage.outbox_store import Message
from vekst.storage.standings_store import StandingRow, StandingUpdate

__all__ = ["Judged", "Written", "judged_rows", "write"]


class Judged(msgspec.Struct, frozen=True):
    """The rows that a learner's judgement makes, without the standing: a batch never holds those of all its learners.

    `refs` are the events judged, `folded` is how many were looked at for it; `whole` says that the places are all that
    the learner has.
    """

    row: StandingRow
    refs: Sequence[int]
    folded: int
    entries: Sequence[Entry]
    update: StandingUpdate
    places: Sequence[Place]
    whole: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch wrote: the messages to be told, and when the first of its events had come."""

    messages: Sequence[Message] = ()
    oldest: datetime | None = None


def judged_rows(
    pack: Pack, row: StandingRow, judgement: Judgement, lives: Mapping[Identity, int], now: datetime
) -> Judged:
    """The rows of a judgement; what is new is numbered, reversals first, each entry with the learner's next `seq`."""
    past = {**lives, **{each.held.recognition.identity: each.held.life for each in judgement.reversals}}
    ids = iter(new_ids(now, len(judgement.reversals) + len(judgement.recognitions)))
    seqs = count(row.ledger_seq + 1)
    entries = [
        Entry(row.learner_id, next(seqs), next(ids), each.recognition, each.held.life, each.held.seq, each.reason)
        for each in judgement.reversals
    ]
    for recognition in judgement.recognitions:
        life = past.get(recognition.identity, 0) + 1
        entries.append(Entry(row.learner_id, next(seqs), next(ids), recognition, life))
    update = StandingUpdate(
        learner_id=row.learner_id,
        pack_version=judgement.standing.pack_version,
        engine_version=judgement.standing.engine_version,
        last=judgement.standing.last,
        ledger_seq=row.ledger_seq + len(entries),
        reversals=row.reversals + len(judgement.reversals),
        state=encode(judgement.standing),
    )
    # There may be no places yet, or all of them may be others.
    since = None if row.state is None else judgement.since
    places = places_of(pack, judgement.standing, row, now, since=since)
    return Judged(row, judgement.judged, judgement.folded, entries, update, places, whole=since is None)


async def write(
    connection: AsyncConnection,
    org_id: UUID,
    pack: Pack,
    judged: Sequence[Judged],
    now: datetime,
    *,
    told: frozenset[UUID],
) -> Written:
    """Write a whole batch in one statement, and what moved on boards, whose counts are shared, in a last one."""
    if not judged:
        return Written()
    messages = [_message(each, now) for each in judged if each.entries]
    rows = JudgedRows(
        pack_version=pack.version,
        entries=[entry for each in judged for entry in each.entries],
        messages=messages,
        told=told if messages else (),
        judged=[(each.row.learner_id, ref) for each in judged for ref in each.refs],
        updates=[each.update for each in judged],
    )
    oldest = await judged_store.write(connection, org_id, rows, now)
    if pack.leaderboards or any(each.row.pack_version != pack.version for each in judged):
        places = [place for each in judged for place in each.places]
        whole = [each.row.learner_id for each in judged if each.whole]
        if places or whole:
            await boards_store.put(connection, org_id, places, whole=whole)
    return Written(messages, oldest)


def _message(judged: Judged, now: datetime) -> Message:
    """One message for all that a judging brought a learner, so that a change of rules is told as one summary (V1)."""
    row, update, entries = judged.row, judged.update, judged.entries
    payload = {"from": entries[0].seq, "to": entries[-1].seq}
    if (row.pack_version, row.engine_version) in {(None, None), (update.pack_version, update.engine_version)}:
        return Message(new_id(now), row.learner_id, RECOGNISED, payload)
    points = sum(entry.recognition.points for entry in entries)
    told = {**payload, "recognitions": len(entries), "points": points, "version": update.pack_version}
    return Message(new_id(now), row.learner_id, SUMMARISED, told)
