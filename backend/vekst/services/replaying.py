"""Replays: has everyone judged again from their events, or verifies without writing that nothing would differ."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.audit import Act, Note
from vekst.domain.errors import NotFound
from vekst.engine.pack import Pack
from vekst.engine.version import ENGINE_VERSION
from vekst.jobs.queue import Queue
from vekst.services.auditing import Auditor
from vekst.services.clock import Clock
from vekst.services.judging import AGAIN_AT_MOST, JudgingService
from vekst.services.packs import Packs
from vekst.services.rounds import OnProgress, round_of_learners
from vekst.services.verification import Difference, Fault, Stored, differences_of
from vekst.storage import boards_store, events_store, packs_store, people_store, replay_store, standings_store
from vekst.storage.database import Database
from vekst.storage.learners_store import LearnerRow
from vekst.storage.replay_store import Progress

__all__ = ["Progress", "ReplayService", "Retried", "Verification"]

_PAUSE: Final = 0.1
_PATIENCE: Final = 100
"""Pauses without any progress after which the rest is left to the workers that hold it."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found; `behind` are learners whom this version or engine has not judged yet."""

    learners: int
    behind: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Retried:
    """How many learners who were set aside were tried again, and how many of these failed again."""

    learners: int
    failed: int


class ReplayService:
    """Judging again what was judged."""

    def __init__(
        self,
        database: Database,
        packs: Packs,
        queue: Queue,
        judging: JudgingService,
        clock: Clock,
        *,
        auditor: Auditor,
    ) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._judging = judging
        self._clock = clock
        self._auditor = auditor

    async def mark(self, org_id: UUID) -> int:
        """Have everyone judged again from all events; how many were marked. What is held stays (M3, V1).

        Histograms of boards that are not what is on them are counted anew, while nobody else writes. It takes many
        transactions, and stands in the audit log before the first of them.
        """
        marked = 0
        miscounts = await self._miscounts(org_id)
        async with self._database.writing(org_id) as connection:
            note = Note(Act.REPLAYED, facts={"boardsCountedAnew": bool(miscounts)})
            await self._auditor.note(connection, org_id, self._clock(), note)
        if miscounts:
            async with self._database.erasing(org_id) as connection:
                await boards_store.recount(connection, org_id)
        async for learners in round_of_learners(self._database, org_id):
            ids = sorted(learner.learner_id for learner in learners)
            async with self._database.writing(org_id) as connection:
                await standings_store.lock(connection, org_id, ids)
                marked += await replay_store.mark(connection, org_id, ids)
        await self._queue.wake(org_id)
        return marked

    async def retry(self, org_id: UUID, person: str | None = None) -> Retried:
        """Try everyone who is set aside again now, or that person; `NotFound` for a person who is not there."""
        async with self._database.writing(org_id) as connection:
            identity = await people_store.find_person(connection, org_id, person) if person is not None else None
            if person is not None and identity is None:
                raise NotFound("UNKNOWN_PERSON", person=person)
            only = identity.learner_id if identity else None
            now = self._clock()
            learner_ids = await standings_store.retry(connection, org_id, now, only)
            if learner_ids:
                note = Note(Act.LEARNERS_RETRIED, only, facts={"learners": len(learner_ids)})
                await self._auditor.note(connection, org_id, now, note)
        for start in range(0, len(learner_ids), AGAIN_AT_MOST):
            await self._judging.judge_learners(org_id, learner_ids[start : start + AGAIN_AT_MOST])
        async with self._database.reading(org_id) as connection:
            failed = await standings_store.failing(connection, org_id, learner_ids)
        return Retried(len(learner_ids), len(failed))

    async def progress(self, org_id: UUID) -> Progress:
        """How many learners are judged under the version in force."""
        async with self._database.reading(org_id) as connection:
            head = await packs_store.head_of(connection, org_id)
            version = head.version if head else 0
            return await replay_store.progress(
                connection, org_id, engine=ENGINE_VERSION, version=version, now=self._clock()
            )

    async def finish(self, org_id: UUID, on_progress: OnProgress) -> Progress:
        """Judge beside the workers until everyone is judged under the version in force, or others hold the rest."""
        patience, before = _PATIENCE, -1
        while True:
            progress = await self.progress(org_id)
            on_progress(progress.judged, progress.learners)
            patience = _PATIENCE if progress.judged > before else patience - 1
            if progress.over or not patience:
                return progress
            before = progress.judged
            if not await self._judging.judge_batch(org_id):
                await asyncio.sleep(_PAUSE)

    async def verify(self, org_id: UUID, on_progress: OnProgress | None = None) -> Verification:
        """Judge everyone again beside what is stored, in read-only transactions, and name every difference."""
        learners = behind = 0
        differences: list[Difference] = []
        async for piece in round_of_learners(self._database, org_id, on_progress):
            now = self._clock()
            stored, left = await self._stored(org_id, piece)
            learners += len(stored)
            behind += left
            differences += await asyncio.to_thread(_differences, stored, now)
        differences += await self._miscounts(org_id)
        return Verification(learners, behind, tuple(differences))

    async def organisations(self) -> list[UUID]:
        """The organisations that can be verified: those with a pack."""
        async with self._database.crossing() as connection:
            return await replay_store.with_pack(connection)

    async def keep(self, org_id: UUID, verification: Verification) -> None:
        """Remember a verification as the organisation's latest, for the metrics."""
        async with self._database.writing(org_id) as connection:
            await replay_store.keep_verification(
                connection,
                org_id,
                learners=verification.learners,
                differences=len(verification.differences),
                at=self._clock(),
            )

    async def _stored(self, org_id: UUID, learners: Sequence[LearnerRow]) -> tuple[list[Stored], int]:
        """What is stored of those whom this engine has judged, or nobody, and how many others there are."""
        ids = [learner.learner_id for learner in learners]
        async with self._database.snapshot(org_id) as connection:
            rows = await standings_store.read(connection, org_id, ids)
            ours = [
                learner for learner in learners if rows[learner.learner_id].engine_version in {None, ENGINE_VERSION}
            ]
            ids = [learner.learner_id for learner in ours]
            history = await events_store.history(connection, org_id, ids)
            ledger = await replay_store.ledger(connection, org_id, ids)
            places = await replay_store.places(connection, org_id, ids)
            versions = {entry.pack_version for entries in ledger.values() for entry in entries}
            versions |= {version for row in rows.values() if (version := row.pack_version) is not None}
            packs = await self._versions(connection, org_id, versions)
        stored = [
            Stored(
                person=learner.person,
                row=rows[learner.learner_id],
                history=history[learner.learner_id],
                ledger=ledger.get(learner.learner_id, []),
                places=places.get(learner.learner_id, []),
                packs=packs,
            )
            for learner in ours
        ]
        return stored, len(learners) - len(ours)

    async def _versions(self, connection: AsyncConnection, org_id: UUID, versions: set[int]) -> dict[int, Pack]:
        found = {version: await self._packs.version(connection, org_id, version) for version in sorted(versions)}
        return {version: pack for version, pack in found.items() if pack is not None}

    async def _miscounts(self, org_id: UUID) -> list[Difference]:
        async with self._database.snapshot(org_id) as connection:
            found = await replay_store.miscounts(connection, org_id)
        return [
            Difference(
                Fault.COUNT, "", "board", each.board, each.scope, each.values, str(each.members), str(each.counted)
            )
            for each in found
        ]


def _differences(stored: Sequence[Stored], now: datetime) -> list[Difference]:
    return [difference for each in stored for difference in differences_of(each, now)]
