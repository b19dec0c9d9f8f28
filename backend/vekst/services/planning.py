"""Plans a publication: judges the stored events by the files in force and by changed ones, and writes nothing (V2)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from vekst.quests.documents import PackDocument
from vekst.quests.plan import LearnerHistory, Planner, Ruleset
from vekst.quests.plan_records import Plan
from vekst.services.clock import Clock
from vekst.services.releases import Release, checked_pack, release_of
from vekst.services.rounds import OnProgress, round_of_learners
from vekst.storage import events_store, ledger_store
from vekst.storage.database import Database
from vekst.storage.learners_store import LearnerRow
from vekst.storage.packs_store import PackHead

__all__ = ["PlanningService"]


class PlanningService:
    """What publishing would do. All its transactions are read-only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def plan(
        self, org_id: UUID, files: Mapping[str, str], *, names: bool = False, on_progress: OnProgress | None = None
    ) -> Plan:
        """What would happen if the files were published now; with `names`, to whom.

        `InvalidInput` with `diagnostics` where publishing would refuse them.
        """
        pack = await asyncio.to_thread(checked_pack, files)
        async with self._database.reading(org_id) as connection:
            release = await release_of(connection, org_id, pack, self._clock())
        planner = await asyncio.to_thread(_planner, release, names=names)
        async for learners in round_of_learners(self._database, org_id, on_progress):
            histories = await self._histories(org_id, learners)
            await asyncio.to_thread(_add, planner, histories)
        return await asyncio.to_thread(planner.plan)

    async def _histories(self, org_id: UUID, learners: Sequence[LearnerRow]) -> list[LearnerHistory]:
        ids = [learner.learner_id for learner in learners]
        async with self._database.snapshot(org_id) as connection:
            events = await events_store.history(connection, org_id, ids)
            held = await ledger_store.held(connection, org_id, ids)
        return [
            LearnerHistory(
                person=learner.person,
                name=learner.name,
                zone=learner.first_zone,
                events=events[learner.learner_id].events,
                held=[entry.recognition for entry in held.get(learner.learner_id, ())],
                checkpoint=events[learner.learner_id].checkpoint,
            )
            for learner in learners
            if (known := events[learner.learner_id]).events or known.checkpoint
        ]


def _planner(release: Release, *, names: bool) -> Planner:
    before = _ruleset(*release.before) if release.before else None
    return Planner(before, _ruleset(release.head, release.document), names=names)


def _ruleset(head: PackHead, document: PackDocument) -> Ruleset:
    since = {(kind, key): at for kind, key, at in head.since}
    return Ruleset.of(document, version=head.version, digest=head.digest, since=since)


def _add(planner: Planner, histories: Iterable[LearnerHistory]) -> None:
    for history in histories:
        planner.add(history)
