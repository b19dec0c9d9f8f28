"""The composition root: one `Process` per process, one `Factory` per request or job; used by API, worker, commands and tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self
from uuid import UUID

from arq.connections import ArqRedis
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.engine.pack import Pack
from vekst.engine.version import ENGINE_VERSION
from vekst.jobs.arq_queue import ArqQueue
from vekst.jobs.live import Live
from vekst.jobs.valkey import Valkey, connect
from vekst.services.actors import ActorsService
from vekst.services.boards import BoardsService
from vekst.services.choices import ChoicesService
from vekst.services.clock import Clock, system_clock
from vekst.services.ingestion import IngestionService
from vekst.services.judging import JudgingService
from vekst.services.organisations import OrganisationsService
from vekst.services.outbox import OutboxService
from vekst.services.packs import Packs
from vekst.services.people import PeopleService
from vekst.services.planning import PlanningService
from vekst.services.publishing import PublishingService
from vekst.services.voiding import VoidingService
from vekst.settings import Settings
from vekst.storage import organisations_store
from vekst.storage.database import Database
from vekst.storage.migrations import is_current

__all__ = ["Factory", "Process"]


@dataclass(slots=True)
class Process:
    """What a process makes once and shares: connections, compiled packs, ids of organisations."""

    settings: Settings
    database: Database
    client: ArqRedis
    clock: Clock = system_clock
    packs: Packs = field(default_factory=Packs)
    organisation_ids: dict[str, UUID] = field(default_factory=dict)
    rounds: dict[UUID, UUID] = field(default_factory=dict)
    valkey: Valkey = field(init=False)
    queue: ArqQueue = field(init=False)
    live: Live = field(init=False)

    def __post_init__(self) -> None:
        self.valkey = Valkey(self.client)
        self.queue = ArqQueue(self.valkey)
        self.live = Live(self.valkey)

    @classmethod
    async def start(cls, settings: Settings, *, clock: Clock = system_clock) -> Self:
        """Prepare the connections; they are made when first used, so neither server need be there yet."""
        url = settings.database_url.get_secret_value()
        return cls(
            settings=settings,
            database=Database.open(url, connections=settings.database_pool),
            client=connect(settings.redis_url.get_secret_value()),
            clock=clock,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self.valkey.close()
        await self.database.close()

    @classmethod
    @asynccontextmanager
    async def running(cls, settings: Settings, *, clock: Clock = system_clock) -> AsyncIterator[Self]:
        """A process for the length of a block."""
        process = await cls.start(settings, clock=clock)
        try:
            yield process
        finally:
            await process.close()

    def reading(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """A read-only transaction in the organisation."""
        return self.database.reading(org_id)

    async def missing(self) -> list[str]:
        """What keeps the process from working: `database`, `migration` or `valkey`; nothing when all is well."""
        missing = [] if await self.valkey.ping() else ["valkey"]
        try:
            async with self.database.crossing() as connection:
                current = await is_current(connection)
        except (SQLAlchemyError, OSError):
            return ["database", *missing]
        return missing if current else ["migration", *missing]

    async def waiting(self) -> tuple[int, timedelta] | None:
        """How many organisations wait to be judged, and how long the first has; None while it can't be known."""
        try:
            async with self.database.crossing() as connection:
                pending = await organisations_store.pending(connection, ENGINE_VERSION)
        except (SQLAlchemyError, OSError):
            return None
        return len(pending), self.clock() - min((since for _, since in pending), default=self.clock())


class Factory:
    """Makes services, each with what it needs and nothing else."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def reading(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """A read-only transaction in the organisation, for queries."""
        return self._process.reading(org_id)

    def organisations(self) -> OrganisationsService:
        """Organisations by key."""
        return OrganisationsService(self._process.database, self._process.clock, self._process.organisation_ids)

    def people(self) -> PeopleService:
        """People, teams and integrations."""
        return PeopleService(self._process.database, self._process.packs, self._process.queue, self._process.clock)

    def publishing(self) -> PublishingService:
        """Versions of packs."""
        return PublishingService(self._process.database, self._process.packs, self._process.queue, self._process.clock)

    def planning(self) -> PlanningService:
        """What a publication would do."""
        return PlanningService(self._process.database, self._process.clock)

    def ingestion(self) -> IngestionService:
        """Progress events on their way in."""
        return IngestionService(self._process.database, self._process.packs, self._process.queue, self._process.clock)

    def choices(self) -> ChoicesService:
        """What learners choose: quests, time off, zones."""
        return ChoicesService(self._process.database, self._process.packs, self._process.queue, self._process.clock)

    def voiding(self) -> VoidingService:
        """Corrections of what was recorded."""
        return VoidingService(self._process.database, self._process.queue, self._process.clock)

    def outbox(self) -> OutboxService:
        """What is told after a commit."""
        return OutboxService(self._process.database, self._process.live, self._process.clock)

    def judging(self) -> JudgingService:
        """Judging in batches."""
        return JudgingService(
            self._process.database, self._process.packs, self.outbox(), self._process.clock, self._process.rounds
        )

    def boards(self) -> BoardsService:
        """Joining, leaving and sweeping boards."""
        return BoardsService(self._process.database, self._process.packs, self._process.clock)

    async def actor(self, org_key: str, *, person: str | None = None, integration: str | None = None) -> Actor | None:
        """Who acts, as the database knows them now; None for an unknown organisation, or an unknown or inactive actor."""
        actors = ActorsService(self._process.database, self.organisations())
        if person is not None:
            return await actors.person(org_key, person)
        return await actors.integration(org_key, integration) if integration is not None else None

    async def pack(self, org_id: UUID, version: int | None = None) -> Pack | None:
        """The latest version of the organisation's pack, or the one asked for, which costs no query once it was met."""
        if version is not None and (found := self._process.packs.cached(org_id, version)):
            return found
        async with self._process.database.reading(org_id) as connection:
            if version is None:
                return await self._process.packs.latest(connection, org_id)
            return await self._process.packs.version(connection, org_id, version)
