"""The composition root, used by API, worker, commands and tests: a `Process` each, a `Factory` per request or job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Final, Self
from uuid import UUID

from arq.connections import ArqRedis
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.domain.audit import SYSTEM, Author
from vekst.engine.pack import Pack
from vekst.engine.version import ENGINE_VERSION
from vekst.jobs.arq_queue import ArqQueue
from vekst.jobs.live import Live, Wakes
from vekst.jobs.marks import Marks
from vekst.jobs.query_store import QueryStore
from vekst.jobs.rates import Rates
from vekst.jobs.valkey import Valkey, connect
from vekst.push import SenderKey, WebPush
from vekst.services.acknowledging import AcknowledgingService
from vekst.services.actors import ActorsService, Arrival
from vekst.services.auditing import Auditor
from vekst.services.backlog import Backlog
from vekst.services.boards import BoardsService
from vekst.services.challenges import ChallengesService
from vekst.services.choices import ChoicesService
from vekst.services.clock import Clock, system_clock
from vekst.services.devices import DevicesService
from vekst.services.examination import ExaminationService
from vekst.services.feedback import FeedbackService
from vekst.services.goals import GoalsService
from vekst.services.ingestion import IngestionService
from vekst.services.judging import JudgingService
from vekst.services.organisations import OrganisationsService
from vekst.services.outbox import OutboxService, Told
from vekst.services.pace import Pace
from vekst.services.packs import Packs
from vekst.services.people import PeopleService
from vekst.services.planning import PlanningService
from vekst.services.privacy import PrivacyService
from vekst.services.publishing import PublishingService
from vekst.services.pushing import PushingService
from vekst.services.replaying import ReplayService
from vekst.services.replica import Replica, View
from vekst.services.retention import RetentionService
from vekst.services.settling import SettlingService
from vekst.services.voiding import VoidingService
from vekst.settings import Settings
from vekst.signals import Signals
from vekst.signals.tracing import TracingNotInstalledError
from vekst.storage import organisations_store, replay_store
from vekst.storage.database import Database
from vekst.storage.migrations import is_current
from vekst.storage.organisations_store import Totals
from vekst.storage.replay_store import Verifications

__all__ = ["Factory", "Process", "signals_of"]

_REPLICA_WITHIN: Final = 3.0
"""Seconds that a replica has for an answer: the primary is asked then, and must have time left."""


def signals_of(settings: Settings, service: str) -> Signals:
    """The signals of a process of that name; `TracingNotInstalledError` where traces are asked for in vain."""
    endpoint = settings.traces_endpoint
    if not endpoint:
        return Signals()
    try:
        from vekst.signals.exporter import exporting  # noqa: PLC0415 - the packages that it needs may not be there
    except ImportError:
        raise TracingNotInstalledError from None
    share, release = settings.traces_share, version("vekst")
    return Signals(tracing=exporting(endpoint, share=share, service=service, version=release))


def _web_push(settings: Settings) -> WebPush | None:
    key = settings.push_private_key.get_secret_value()
    if not key:
        return None
    return WebPush(SenderKey.read(key), settings.push_contact, anywhere=settings.development)


@dataclass(slots=True)
class Process:
    """What a process makes once and shares: connections, compiled packs, ids of organisations."""

    settings: Settings
    database: Database
    client: ArqRedis
    clock: Clock = system_clock
    signals: Signals = field(default_factory=Signals)
    author: Author = SYSTEM
    """Who acts through this process where nobody is signed in."""
    packs: Packs = field(default_factory=Packs)
    organisation_ids: dict[str, UUID] = field(default_factory=dict)
    rounds: dict[UUID, UUID] = field(default_factory=dict)
    told: Told = field(default_factory=dict)
    pushes: WebPush | None = None
    """What sends pushes; None where no key is set."""
    stream_turns: asyncio.Semaphore = field(init=False)
    """Held while a stream reads. Streams wake together, and must leave connections to those who ask."""
    valkey: Valkey = field(init=False)
    queue: ArqQueue = field(init=False)
    rates: Rates = field(init=False)
    backlog: Backlog = field(init=False)
    live: Live = field(init=False)
    replica: Replica | None = field(init=False)
    """The way to a replica, where there is one."""

    def __post_init__(self) -> None:
        self.stream_turns = asyncio.Semaphore(max(1, self.settings.database_pool // 2))
        self.valkey = Valkey(self.client, self.signals.metrics.valkey_away)
        self.queue = ArqQueue(self.valkey, self.signals.tracing)
        self.rates = Rates(self.valkey)
        self.live = Live(self.valkey)
        self.backlog = Backlog(self.settings.pending_at_most)
        url, connections = self.settings.replica_url.get_secret_value(), self.settings.database_pool
        self.replica = None
        if url:
            opened = Database.open(url, connections=connections, patience=_REPLICA_WITHIN)
            self.signals.tracing.follow_statements(opened.engine)
            self.replica = Replica(self.database, opened, Marks(self.valkey), self.signals.metrics.replica)

    @classmethod
    async def start(
        cls,
        settings: Settings,
        *,
        clock: Clock = system_clock,
        patience: float = 1.0,
        signals: Signals | None = None,
        author: Author = SYSTEM,
    ) -> Self:
        """Prepare the connections; they are made when first used, so neither server need be there yet.

        `patience` are the seconds that Valkey has for an answer before it counts as away.
        """
        url = settings.database_url.get_secret_value()
        told = signals or Signals()
        database = Database.open(url, connections=settings.database_pool)
        told.tracing.follow_statements(database.engine)
        told.metrics.of_build(version("vekst"), ENGINE_VERSION)
        told.metrics.of_pool(database.connections, settings.database_pool)
        return cls(
            settings=settings,
            database=database,
            client=connect(settings.redis_url.get_secret_value(), patience=patience),
            clock=clock,
            signals=told,
            author=author,
            pushes=_web_push(settings),
        )

    async def close(self) -> None:
        """Close all connections."""
        if self.pushes is not None:
            await self.pushes.close()
        await self.live.close()
        await self.valkey.close()
        await self.database.close()
        if self.replica is not None:
            await self.replica.close()
        await asyncio.to_thread(self.signals.tracing.close)

    @classmethod
    @asynccontextmanager
    async def running(
        cls,
        settings: Settings,
        *,
        clock: Clock = system_clock,
        patience: float = 1.0,
        signals: Signals | None = None,
        author: Author = SYSTEM,
    ) -> AsyncIterator[Self]:
        """A process for the length of a block."""
        process = await cls.start(settings, clock=clock, patience=patience, signals=signals, author=author)
        try:
            yield process
        finally:
            await process.close()

    def reading(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """What only reads in the organisation."""
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

    async def totals(self) -> Totals | None:
        """How much waits in all organisations; None while it can't be known."""
        try:
            async with self.database.crossing() as connection:
                return await organisations_store.totals(connection)
        except (SQLAlchemyError, OSError):
            return None

    async def waiting(self) -> tuple[int, timedelta] | None:
        """How many organisations wait to be judged, and how long the first has; None while it can't be known."""
        try:
            async with self.database.crossing() as connection:
                pending = await organisations_store.pending(connection, ENGINE_VERSION)
        except (SQLAlchemyError, OSError):
            return None
        return len(pending), self.clock() - min((since for _, since in pending), default=self.clock())

    async def verified(self) -> Verifications | None:
        """What the latest verifications of all organisations found; None while it can't be known."""
        try:
            async with self.database.crossing() as connection:
                return await replay_store.verifications(connection)
        except (SQLAlchemyError, OSError):
            return None


class Factory:
    """Makes services, each with what it needs and nothing else."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._view = View()

    def reading(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """What only reads in the organisation, for queries; on the replica if `question` said so."""
        replica = self._process.replica
        if replica is None or self._view.position is None:
            return self._process.reading(org_id)
        return replica.reading(org_id, self._view)

    async def question(self, actor: Actor) -> View:
        """From where the actor's question is answered: a replica that is not behind them, or the primary."""
        replica = self._process.replica
        self._view = await replica.look(actor.org_id, _name(actor)) if replica is not None else View()
        return self._view

    async def wrote(self, actor: Actor) -> None:
        """Remember, before the answer, that the actor has written: no replica may show them less from now on."""
        if self._process.replica is not None:
            await self._process.replica.wrote(actor.org_id, [_name(actor)])

    def now(self) -> datetime:
        """The present instant."""
        return self._process.clock()

    def wakes(self, org_id: UUID, learner_id: UUID | None = None) -> AbstractContextManager[Wakes]:
        """What tells, for the length of a block, that a learner (None: anyone) has something new."""
        return self._process.live.listening(org_id, learner_id)

    def stream_turn(self) -> AbstractAsyncContextManager[None]:
        """A stream's turn to read, first come first served; never to be held while it waits or sends."""
        return self._process.stream_turns

    def auditor(self) -> Auditor:
        """Who notes what is done in administering an organisation."""
        return Auditor(self._process.author)

    def organisations(self) -> OrganisationsService:
        """Organisations by key."""
        process = self._process
        return OrganisationsService(process.database, process.clock, process.organisation_ids, self.auditor())

    def people(self) -> PeopleService:
        """People, teams and integrations."""
        process = self._process
        return PeopleService(process.database, process.packs, process.queue, process.clock, self.auditor())

    def publishing(self) -> PublishingService:
        """Versions of packs."""
        process = self._process
        return PublishingService(process.database, process.packs, process.queue, process.clock, self.auditor())

    def planning(self) -> PlanningService:
        """What a publication would do."""
        return PlanningService(self._process.database, self._process.clock)

    def ingestion(self) -> IngestionService:
        """Progress events on their way in."""
        process = self._process
        return IngestionService(
            process.database,
            process.packs,
            process.queue,
            process.clock,
            backlog=process.backlog,
            pace=Pace(self.rates(), process.settings.organisation_events_per_minute),
            auditor=self.auditor(),
        )

    def choices(self) -> ChoicesService:
        """What learners choose: quests, time off, zones."""
        return ChoicesService(self._process.database, self._process.packs, self._process.queue, self._process.clock)

    def voiding(self) -> VoidingService:
        """Corrections of what was recorded."""
        return VoidingService(self._process.database, self._process.queue, self._process.clock, self.auditor())

    def queries(self, org_id: UUID) -> QueryStore:
        """Operations that the organisation's clients registered."""
        return QueryStore(self._process.valkey, org_id)

    def rates(self) -> Rates:
        """How often callers and organisations ask."""
        return self._process.rates

    def feedback(self) -> FeedbackService:
        """Feedback between two people."""
        return FeedbackService(self._process.database, self._process.packs, self._process.queue, self._process.clock)

    def goals(self) -> GoalsService:
        """Goals that learners set themselves."""
        return GoalsService(self._process.database, self._process.packs, self._process.queue, self._process.clock)

    def acknowledging(self) -> AcknowledgingService:
        """Progress that is seen."""
        return AcknowledgingService(
            self._process.database, self._process.packs, self._process.queue, self._process.clock
        )

    def outbox(self) -> OutboxService:
        """What is told after a commit."""
        process = self._process
        queue = process.queue if process.pushes else None
        return OutboxService(process.database, process.replica, process.live, process.clock, process.told, pushes=queue)

    def devices(self) -> DevicesService:
        """Where pushes may reach people."""
        return DevicesService(self._process.database, self._process.pushes, self._process.clock)

    def pushing(self) -> PushingService:
        """What devices are told."""
        process = self._process
        metrics = process.signals.metrics.work
        return PushingService(process.database, process.packs, process.pushes, process.clock, metrics)

    def judging(self) -> JudgingService:
        """Judging in batches."""
        return JudgingService(
            self._process.database,
            self._process.packs,
            self.outbox(),
            self._process.clock,
            self._process.rounds,
            signals=self._process.signals,
        )

    def replaying(self) -> ReplayService:
        """Judging again, and verifying."""
        process = self._process
        return ReplayService(
            process.database, process.packs, process.queue, self.judging(), process.clock, auditor=self.auditor()
        )

    def examination(self) -> ExaminationService:
        """A look at the whole installation."""
        process = self._process
        return ExaminationService(
            process.database, process.replica, process.valkey, process.clock, development=process.settings.development
        )

    def challenges(self) -> ChallengesService:
        """What teams set out to do together."""
        process = self._process
        return ChallengesService(process.database, process.packs, self.outbox(), process.clock, self.auditor())

    def settling(self) -> SettlingService:
        """Challenges whose time is over."""
        return SettlingService(
            self._process.database, self._process.packs, self.judging(), self.outbox(), self._process.clock
        )

    def privacy(self) -> PrivacyService:
        """All that concerns a person, out and away."""
        process = self._process
        return PrivacyService(process.database, process.packs, process.live, process.clock, self.auditor())

    def retention(self) -> RetentionService:
        """Events that were kept for long enough."""
        return RetentionService(self._process.database, self._process.packs, self._process.clock, self.auditor())

    def boards(self) -> BoardsService:
        """Joining, leaving and sweeping boards."""
        return BoardsService(self._process.database, self._process.packs, self._process.clock)

    async def actor(self, org_key: str, *, person: str | None = None, integration: str | None = None) -> Actor | None:
        """Who acts, as the database knows them now; None for an unknown organisation or actor, or an inactive one."""
        arrival = await self.arrival(org_key, person=person, integration=integration)
        return arrival.actor if arrival else None

    async def arrival(
        self, org_key: str, *, person: str | None = None, integration: str | None = None
    ) -> Arrival | None:
        """The same, with the version of the pack that is in force."""
        actors = ActorsService(self._process.database, self.organisations())
        if person is not None:
            return await actors.person(org_key, person)
        return await actors.integration(org_key, integration) if integration is not None else None

    async def actor_again(self, actor: Actor) -> Actor | None:
        """The same actor as the database knows them by now; None for one who is not active any more."""
        return await ActorsService(self._process.database, self.organisations()).again(actor)

    def pack_met(self, org_id: UUID, version: int) -> Pack | None:
        """That version of the organisation's pack, if this process has met it."""
        return self._process.packs.cached(org_id, version)

    async def pack(self, org_id: UUID, version: int | None = None) -> Pack | None:
        """The latest version of the organisation's pack, or the one asked for, which costs no query once it was met."""
        if version is not None and (found := self.pack_met(org_id, version)):
            return found
        async with self._process.database.reading(org_id) as connection:
            if version is None:
                return await self._process.packs.latest(connection, org_id)
            return await self._process.packs.version(connection, org_id, version)


def _name(actor: Actor) -> str:
    return str(actor.learner_id or actor.name)
