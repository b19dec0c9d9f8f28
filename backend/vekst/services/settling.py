"""Settling: once, a grace time after its end, a challenge's result becomes final and contributors are recognised (C3).

One transaction holds the challenge and its members, measures, decides, writes the values used, the ledger, the
standings and the outbox: a crash before its commit leaves nothing, and after it nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.challenges import Move, moved
from vekst.domain.recognitions import ONCE, Identity, Nature, Recognition, RecognitionKind
from vekst.engine.challenges import MemberReading, Verdict
from vekst.engine.pack import Pack
from vekst.engine.sides import outcome
from vekst.engine.standing import keep
from vekst.services.clock import Clock, new_id
from vekst.services.judged import Judged, judged_rows, write
from vekst.services.judgement import Judgement, leave_alone, standing_below
from vekst.services.judging import JudgingService
from vekst.services.outbox import RECOGNISED, OutboxService
from vekst.services.packs import Packs
from vekst.storage import (
    challenge_results_store,
    challenges_store,
    events_store,
    judged_store,
    organisations_store,
    standings_store,
)
from vekst.storage.challenge_readings import read_members, terms_of
from vekst.storage.challenge_results_store import ProgressRow, SideRow
from vekst.storage.challenges_store import ChallengeRow, Totals
from vekst.storage.database import Database
from vekst.storage.judged_store import JudgedRows
from vekst.storage.ledger_store import Entry
from vekst.storage.outbox_store import Message
from vekst.storage.standings_store import StandingRow

__all__ = ["SettlingService"]

_TURNS: Final = 5
"""How often members who did something meanwhile are judged again before what they left is measured as it is."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What came of one try: `again` when members have events that are not judged yet, or others are members by now."""

    messages: Sequence[Message] = ()
    done: bool = False
    again: bool = False


class SettlingService:
    """The last stage of a challenge; any number of workers may try at once, and one of them does it."""

    def __init__(
        self, database: Database, packs: Packs, judging: JudgingService, outbox: OutboxService, clock: Clock
    ) -> None:
        self._database = database
        self._packs = packs
        self._judging = judging
        self._outbox = outbox
        self._clock = clock

    async def sweep(self) -> int:
        """Settle what is due, in every organisation; how many challenges that were."""
        now = self._clock()
        async with self._database.crossing() as connection:
            organisations = await organisations_store.with_challenges_due(connection, now)
        settled = 0
        for org_id in organisations:
            async with self._database.reading(org_id) as connection:
                waiting = await challenges_store.due(connection, org_id, now)
            for challenge_id in waiting:
                settled += await self._settle_apart(org_id, challenge_id)
        return settled

    async def settle(self, org_id: UUID, challenge_id: UUID) -> bool:
        """Settle a challenge that is due; False where it is not (any more), or another worker is at it."""
        if not await self._is_free(org_id, challenge_id):
            return False
        for turn in range(_TURNS):
            await self._judge_members(org_id, challenge_id)
            told = self._outbox.told(org_id)
            async with self._database.writing(org_id) as connection:
                settled = await self._try(connection, org_id, challenge_id, told, last=turn == _TURNS - 1)
            if settled.messages:
                self._outbox.deleted(org_id, told)
                await self._outbox.tell(org_id, settled.messages)
            elif settled.done:
                await self._outbox.nudge(org_id)
            if not settled.again:
                return settled.done
        return False

    async def _settle_apart(self, org_id: UUID, challenge_id: UUID) -> bool:
        """A challenge that can't be settled now does not hold up the others; the next sweep tries again."""
        try:
            return await self.settle(org_id, challenge_id)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one challenge, the others are settled
            _log.error("settling_failed", org_id=str(org_id), challenge_id=str(challenge_id), exc_info=error)
            return False

    async def _is_free(self, org_id: UUID, challenge_id: UUID) -> bool:
        """Whether it is due and nobody is at it: whoever came second would wait for the members, and in vain."""
        async with self._database.writing(org_id) as connection:
            return await challenges_store.lock_due(connection, org_id, challenge_id, self._clock()) is not None

    async def _judge_members(self, org_id: UUID, challenge_id: UUID) -> None:
        async with self._database.reading(org_id) as connection:
            spans = await challenges_store.memberships(connection, org_id, [challenge_id])
        learners = sorted({span.learner_id for span in spans})
        if learners:
            await self._judging.judge_learners(org_id, learners)

    async def _try(
        self,
        connection: AsyncConnection,
        org_id: UUID,
        challenge_id: UUID,
        told: frozenset[UUID],
        *,
        last: bool,
    ) -> _Settled:
        now = self._clock()
        row = await challenges_store.lock_due(connection, org_id, challenge_id, now)
        pack = await self._packs.version(connection, org_id, row.pack_version) if row else None
        if row is None or pack is None:
            return _Settled()
        spans = await challenges_store.memberships(connection, org_id, [challenge_id])
        members = sorted({span.learner_id for span in spans})
        await standings_store.lock(connection, org_id, members)
        if not last and await events_store.pending(connection, org_id, members, 1):
            return _Settled(again=True)
        # Read under the members' locks: whoever judges them later finds the challenge settled.
        latest = await self._packs.latest(connection, org_id) or pack
        standings = await standings_store.read(connection, org_id, members)
        if any(leave_alone(each, latest) for each in standings.values()):
            return _Settled()
        terms = terms_of(row, pack)
        reading = (await read_members(connection, org_id, {challenge_id: (terms, pack.zone)}, now))[challenge_id]
        if not standings.keys() >= reading.members.keys():
            # An import that had begun before the end was committed just now; those whom it let in are not held.
            return _Settled(again=True)
        sides = reading.sides_of(row.teams)
        came = outcome(terms, reading.members, sides)
        life = moved(row.life, Move.SETTLE, now)
        totals, values = _totals(came.whole), _values(reading.members)
        await challenge_results_store.settle(connection, org_id, challenge_id, totals, values, life=life)
        results = [SideRow(team, _totals(each), _values(sides[team])) for team, each in sorted(came.sides.items())]
        await challenge_results_store.settle_sides(connection, org_id, challenge_id, results)
        if not came.whole.met:
            return _Settled(done=True)
        given = {key: _recognition(row, evidence) for key, evidence in came.evidence.items()}
        messages = await _recognise(connection, org_id, latest, standings, given, now=now, told=told)
        return _Settled(messages, done=True)


def _totals(verdict: Verdict) -> Totals:
    return Totals(verdict.met, verdict.members, verdict.asked, verdict.reached, verdict.total)


def _values(members: Mapping[UUID, MemberReading]) -> list[ProgressRow]:
    return [ProgressRow(key, each.value, each.asked, each.reached) for key, each in sorted(members.items())]


def _recognition(row: ChallengeRow, evidence: Sequence[int]) -> Recognition:
    return Recognition(
        identity=Identity(RecognitionKind.CHALLENGE, str(row.challenge_id), "", ONCE),
        points=row.points,
        nature=Nature(row.nature),
        skill=None,
        reached_at=row.life.ends_at,
        evidence=tuple(evidence),
    )


async def _recognise(
    connection: AsyncConnection,
    org_id: UUID,
    pack: Pack,
    standings: Mapping[UUID, StandingRow],
    given: Mapping[UUID, Recognition],
    *,
    now: datetime,
    told: frozenset[UUID],
) -> list[Message]:
    """Add each recognition to its learner's ledger and standing.

    Where the standing waits to be judged from all events, the ledger alone is written: judging again keeps what is
    held there.
    """
    judged: list[Judged] = []
    apart: list[Entry] = []
    for learner_id, recognition in sorted(given.items()):
        row = standings[learner_id]
        standing = standing_below(pack, row, ())
        if standing is None:
            apart.append(Entry(learner_id, row.ledger_seq + 1, new_id(now), recognition, 1))
            continue
        keep(pack, standing, recognition)
        judged.append(judged_rows(pack, row, Judgement(standing, [recognition], (), ()), {}, now))
    messages = [Message(new_id(now), each.learner_id, RECOGNISED, {"from": each.seq, "to": each.seq}) for each in apart]
    if apart:
        rows = JudgedRows(pack.version, apart, messages, told=() if judged else told)
        await judged_store.write(connection, org_id, rows, now)
        await standings_store.count_entries(connection, org_id, {each.learner_id: each.seq for each in apart})
    return [*messages, *(await write(connection, org_id, pack, judged, now, told=told)).messages]
