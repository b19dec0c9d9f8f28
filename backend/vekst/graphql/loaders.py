"""Batches what resolvers ask for: each loader opens its own read-only transaction, so siblings never share one."""

from __future__ import annotations

from uuid import UUID

from strawberry.dataloader import DataLoader

from vekst.engine.pack import Pack
from vekst.factory import Factory
from vekst.queries.learners import LearnerRow, learners_by_id
from vekst.queries.ledger import EntryKey, EvidenceRow, LedgerRow, entries, evidence, reversals

__all__ = ["Loaders"]


class Loaders:
    """The loaders of one request in one organisation; what was loaded is kept until the request ends."""

    def __init__(self, factory: Factory, org_id: UUID) -> None:
        self._factory = factory
        self._org_id = org_id
        self.learners: DataLoader[UUID, LearnerRow | None] = DataLoader(self._learners)
        self.packs: DataLoader[int | None, Pack | None] = DataLoader(self._packs)
        self.entries: DataLoader[EntryKey, LedgerRow | None] = DataLoader(self._entries)
        self.reversals: DataLoader[EntryKey, LedgerRow | None] = DataLoader(self._reversals)
        self.evidence: DataLoader[EntryKey, EvidenceRow | None] = DataLoader(self._evidence)

    async def _learners(self, ids: list[UUID]) -> list[LearnerRow | None]:
        async with self._factory.reading(self._org_id) as connection:
            found = await learners_by_id(connection, self._org_id, ids)
        return [found.get(learner_id) for learner_id in ids]

    async def _packs(self, versions: list[int | None]) -> list[Pack | None]:
        return [await self._factory.pack(self._org_id, version) for version in versions]

    async def _entries(self, keys: list[EntryKey]) -> list[LedgerRow | None]:
        async with self._factory.reading(self._org_id) as connection:
            found = await entries(connection, self._org_id, keys)
        return [found.get(key) for key in keys]

    async def _reversals(self, keys: list[EntryKey]) -> list[LedgerRow | None]:
        async with self._factory.reading(self._org_id) as connection:
            found = await reversals(connection, self._org_id, keys)
        return [found.get(key) for key in keys]

    async def _evidence(self, keys: list[EntryKey]) -> list[EvidenceRow | None]:
        async with self._factory.reading(self._org_id) as connection:
            found = await evidence(connection, self._org_id, keys)
        return [found.get(key) for key in keys]
