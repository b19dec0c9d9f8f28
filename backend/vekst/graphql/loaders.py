"""What resolvers may ask for by key: each loader opens its own read-only transaction, so siblings never share one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from vekst.engine.pack import Pack
from vekst.factory import Factory
from vekst.graphql.batching import BatchLoader, Tasks
from vekst.queries.challenges import ChallengeProgress, ChallengeView, ChallengeViewer, challenges_by_id, read_progress
from vekst.queries.growth import Acknowledgement, acknowledgements
from vekst.queries.learners import LearnerRow, learners_by_id
from vekst.queries.ledger import EntryKey, EvidenceRow, LedgerRow, entries, evidence

__all__ = ["Loaders"]


class Loaders:
    """The loaders of one request in one organisation; what was loaded is kept until the request ends."""

    def __init__(self, factory: Factory, org_id: UUID, tasks: Tasks, *, viewer: UUID | None) -> None:
        self._factory = factory
        self._viewer = viewer
        self._org_id = org_id
        self.learners: BatchLoader[UUID, LearnerRow] = BatchLoader(self._learners, tasks)
        self.packs: BatchLoader[int | None, Pack] = BatchLoader(self._packs, tasks)
        self.entries: BatchLoader[EntryKey, LedgerRow] = BatchLoader(self._entries, tasks)
        self.challenges: BatchLoader[UUID, ChallengeView] = BatchLoader(self._challenges, tasks)
        self.challenge_progress: BatchLoader[ChallengeView, ChallengeProgress] = BatchLoader(
            self._challenge_progress, tasks
        )
        self.acknowledgements: BatchLoader[EntryKey, Acknowledgement] = BatchLoader(self._acknowledgements, tasks)
        self.evidence: BatchLoader[EntryKey, EvidenceRow] = BatchLoader(self._evidence, tasks)

    async def _learners(self, ids: Sequence[UUID]) -> Mapping[UUID, LearnerRow]:
        async with self._factory.reading(self._org_id) as connection:
            return await learners_by_id(connection, self._org_id, ids)

    async def _packs(self, versions: Sequence[int | None]) -> Mapping[int | None, Pack]:
        found = {version: await self._factory.pack(self._org_id, version) for version in versions}
        return {version: pack for version, pack in found.items() if pack is not None}

    async def _entries(self, keys: Sequence[EntryKey]) -> Mapping[EntryKey, LedgerRow]:
        async with self._factory.reading(self._org_id) as connection:
            return await entries(connection, self._org_id, keys)

    async def _evidence(self, keys: Sequence[EntryKey]) -> Mapping[EntryKey, EvidenceRow]:
        async with self._factory.reading(self._org_id) as connection:
            return await evidence(connection, self._org_id, keys)

    async def _acknowledgements(self, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Acknowledgement]:
        async with self._factory.reading(self._org_id) as connection:
            return await acknowledgements(connection, self._org_id, keys)

    async def _challenges(self, ids: Sequence[UUID]) -> Mapping[UUID, ChallengeView]:
        """Challenges for which somebody whom the caller may see was recognised."""
        viewer = ChallengeViewer(self._viewer, frozenset(), sees_everything=True)
        async with self._factory.reading(self._org_id) as connection:
            return await challenges_by_id(connection, self._org_id, ids, viewer)

    async def _challenge_progress(self, views: Sequence[ChallengeView]) -> Mapping[ChallengeView, ChallengeProgress]:
        versions = {view.row.pack_version for view in views}
        packs = {version: await self._factory.pack(self._org_id, version) for version in versions}
        known = {version: pack for version, pack in packs.items() if pack is not None}
        judgeable = [view for view in views if view.row.pack_version in known]
        async with self._factory.reading(self._org_id) as connection:
            return await read_progress(
                connection, self._org_id, judgeable, known, viewer=self._viewer, now=self._factory.now()
            )
