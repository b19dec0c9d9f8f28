"""Judges: claims learners with pending events, folds, and writes what comes of it, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.events import ProgressEvent
from vekst.domain.recognitions import Identity
from vekst.engine.pack import Pack
from vekst.engine.version import ENGINE_VERSION
from vekst.services.clock import Clock
from vekst.services.judged import Judged, judged_rows, write
from vekst.services.judgement import Judgement, judge_again, judge_on_top, leave_alone, standing_below
from vekst.services.outbox import OutboxService
from vekst.services.packs import Packs
from vekst.signals import Signals
from vekst.storage import events_store, ledger_store, organisations_store, standings_store
from vekst.storage.database import Database
from vekst.storage.standings_store import NOBODY, StandingRow

__all__ = ["AGAIN_AT_MOST", "EVENTS_AT_MOST", "LEARNERS_AT_MOST", "JudgedBatch", "JudgingService"]

EVENTS_AT_MOST: Final = 2_000
LEARNERS_AT_MOST: Final = 400
AGAIN_AT_MOST: Final = 50
_ERROR_AT_MOST: Final = 2_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """What one batch came to; no learners means that nothing could be claimed.

    `more` says whether anything else may wait that another batch could claim now.
    """

    learners: int = 0
    events: int = 0
    recognitions: int = 0
    set_aside: int = 0
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.learners or self.set_aside)

    def counts(self) -> dict[str, int]:
        """All of it by name."""
        return {
            "learners": self.learners,
            "events": self.events,
            "recognitions": self.recognitions,
            "set_aside": self.set_aside,
        }

    def __add__(self, other: JudgedBatch) -> JudgedBatch:
        return JudgedBatch(
            learners=self.learners + other.learners,
            events=self.events + other.events,
            recognitions=self.recognitions + other.recognitions,
            set_aside=self.set_aside + other.set_aside,
            more=self.more or other.more,
        )


class JudgingService:
    """Judging in batches; any number of workers may run at once, since learners are claimed."""

    def __init__(
        self,
        database: Database,
        packs: Packs,
        outbox: OutboxService,
        clock: Clock,
        rounds: dict[UUID, UUID],
        *,
        signals: Signals,
    ) -> None:
        self._database = database
        self._packs = packs
        self._outbox = outbox
        self._clock = clock
        # Where the round of claims has come to, so that no learner waits for ever behind busier ones.
        self._rounds = rounds
        self._metrics = signals.metrics.judging
        self._tracing = signals.tracing

    async def pending_organisations(self) -> list[UUID]:
        """Organisations with something to judge, the longest waiting first."""
        async with self._database.crossing() as connection:
            return [org_id for org_id, _ in await organisations_store.pending(connection, ENGINE_VERSION)]

    async def anyone_waits(self, org_id: UUID) -> bool:
        """Whether anybody of the organisation is to be judged now, or is being judged; costs one trip."""
        async with self._database.reading(org_id) as connection:
            return await standings_store.anyone_waits(connection, org_id, now=self._clock(), engine=ENGINE_VERSION)

    async def judge_batch(self, org_id: UUID) -> JudgedBatch:
        """Judge up to 2,000 events of one organisation, whole learners first; commits, then tells.

        A batch that cannot be written is tried again learner by learner, and who still fails is set aside for a while.
        """
        claimed: list[UUID] = []
        try:
            return await self._judge(org_id, claimed)
        except Exception as error:
            if not claimed or not _comes_from_the_data(error):
                raise
            self._metrics.retried.inc()
            told = str(getattr(error, "orig", None) or error)
            _log.warning("batch_failed", org_id=str(org_id), learners=len(claimed), error=told)
        total = JudgedBatch(more=True)
        for learner_id in claimed:
            total += await self._judge_alone(org_id, learner_id)
        return total

    async def judge_everything(self, org_id: UUID) -> JudgedBatch:
        """Judge until nothing waits; what it came to in all."""
        total = JudgedBatch()
        while batch := await self.judge_batch(org_id):
            total += batch
        return total

    async def judge_learners(self, org_id: UUID, learner_ids: Sequence[UUID]) -> JudgedBatch:
        """Judge what waits of these learners, waiting for whoever holds them; what it came to in all."""
        total = JudgedBatch()
        while True:
            try:
                batch = await self._judge(org_id, list(learner_ids), given=True)
            except Exception as error:
                if not _comes_from_the_data(error):
                    raise
                return sum([await self._judge_alone(org_id, each) for each in learner_ids], total)
            total += batch
            if not batch.events:
                return total

    async def _judge_alone(self, org_id: UUID, learner_id: UUID) -> JudgedBatch:
        try:
            return await self._judge(org_id, [learner_id], given=True)
        except Exception as error:
            if not _comes_from_the_data(error):
                raise
            async with self._database.writing(org_id) as connection:
                await _set_aside(connection, org_id, {learner_id: error}, self._clock())
            self._metrics.set_aside.inc()
            return JudgedBatch(set_aside=1)

    async def _judge(self, org_id: UUID, claimed: list[UUID], *, given: bool = False) -> JudgedBatch:
        """One transaction; `claimed` is filled with the learners that it holds, or names them when `given`."""
        began = perf_counter()
        with self._tracing.step("judge a batch", **{"vekst.organisation": str(org_id)}) as span:
            batch = await self._judge_and_tell(org_id, claimed, given=given)
            span.set_attributes({f"vekst.{name}": count for name, count in batch.counts().items()})
        if batch:
            self._metrics.seconds.observe(perf_counter() - began)
        return batch

    async def _judge_and_tell(self, org_id: UUID, claimed: list[UUID], *, given: bool) -> JudgedBatch:
        now, is_last = self._clock(), False
        async with self._database.writing(org_id) as connection:
            if given:
                await standings_store.lock(connection, org_id, claimed)
                pack = await self._packs.latest(connection, org_id) if claimed else None
            else:
                found, is_last, pack = await self._claim(connection, org_id, now)
                claimed += found
            if pack is None or not claimed:
                return JudgedBatch()
            judged, failed = await _judge_learners(connection, org_id, pack, claimed, now)
            await _set_aside(connection, org_id, failed, now)
            told = self._outbox.told(org_id)
            written = await write(connection, org_id, pack, judged, now, told=told)
        events = sum(len(each.refs) for each in judged)
        # Who was claimed and not judged waits on.
        is_full = events >= EVENTS_AT_MOST or len(judged) + len(failed) < len(claimed)
        batch = JudgedBatch(
            learners=len(judged),
            events=events,
            recognitions=sum(len(each.entries) for each in judged),
            set_aside=len(failed),
            more=is_full or not is_last,
        )
        self._count(org_id, batch, judged, written.oldest)
        if written.messages:
            self._outbox.deleted(org_id, told)
            await self._outbox.tell(org_id, written.messages)
        return batch

    def _count(self, org_id: UUID, batch: JudgedBatch, judged: Sequence[Judged], oldest: datetime | None) -> None:
        """Count and log a batch that was committed. Ledger entries are found by the first and last of their ids."""
        metrics = self._metrics
        metrics.set_aside.inc(batch.set_aside)
        if not judged:
            return
        metrics.events.inc(batch.events)
        metrics.recognitions.inc(batch.recognitions)
        metrics.batch_events.observe(batch.events)
        if oldest is not None:
            metrics.lag.observe(max(0.0, (self._clock() - oldest).total_seconds()))
        for each in judged:
            metrics.fold_events.observe(each.folded)
        entries = [entry.entry_id for each in judged for entry in each.entries]
        ends = {"first_entry": str(min(entries)), "last_entry": str(max(entries))} if entries else {}
        _log.info("judged", org_id=str(org_id), **batch.counts(), **ends)

    async def _claim(
        self, connection: AsyncConnection, org_id: UUID, now: datetime
    ) -> tuple[list[UUID], bool, Pack | None]:
        """Learners with pending events, next in the round; then those whom no version judged yet, or an earlier one.

        With them whether they are all who have pending events, and the version to judge them by. Whoever has met a
        later one meanwhile is left alone, and claimed again.
        """
        after = self._rounds.pop(org_id, NOBODY)
        for start in dict.fromkeys((after, NOBODY)):
            last: UUID | None = start
            while last is not None:
                claim = await standings_store.claim(connection, org_id, after=last, most=LEARNERS_AT_MOST, now=now)
                last = claim.last
                if claim.learners and last is not None:
                    self._rounds[org_id] = last
                if claim.learners:
                    pack = await self._packs.version(connection, org_id, claim.version) if claim.version else None
                    return claim.learners, start == NOBODY and last is None, pack
        pack = await self._packs.latest(connection, org_id)
        version = pack.version if pack else 0
        outdated = await standings_store.claim_outdated(
            connection, org_id, most=AGAIN_AT_MOST, now=now, engine=ENGINE_VERSION, version=version
        )
        return outdated, False, pack


def _comes_from_the_data(error: Exception) -> bool:
    """Whether the same batch would fail again, as no part is merely away.

    So it is with bad values, broken constraints, statements that take too long, and mistakes of ours.
    """
    if not isinstance(error, DBAPIError):
        return not isinstance(error, SQLAlchemyError | OSError)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return state.startswith(("22", "23")) or state == "57014"


async def _judge_learners(
    connection: AsyncConnection, org_id: UUID, pack: Pack, claimed: Sequence[UUID], now: datetime
) -> tuple[list[Judged], dict[UUID, Exception]]:
    """Judge the claimed learners as far as the batch goes: on top of their standings, or again from all events."""
    pending = await events_store.pending(connection, org_id, claimed, EVENTS_AT_MOST)
    # Learners beyond the last event read were claimed in vain; where none waits, all are here for the new version.
    found = await standings_store.read(connection, org_id, list(pending) or claimed)
    rows = {learner_id: row for learner_id, row in sorted(found.items()) if not leave_alone(row, pack)}
    reversed_ones = [learner_id for learner_id, row in rows.items() if row.reversals]
    lives = await ledger_store.lives(connection, org_id, reversed_ones) if reversed_ones else {}
    outcome = _Outcome(pack, now, lives)
    again: list[UUID] = []
    for learner_id, row in rows.items():
        if not outcome.judge(row, partial(_on_top, pack, row, pending.get(learner_id, ()))):
            again.append(learner_id)
    again = again[:AGAIN_AT_MOST]
    history = await events_store.history(connection, org_id, again) if again else {}
    held = await ledger_store.held(connection, org_id, again) if again else {}
    for learner_id in again:
        row = rows[learner_id]
        outcome.judge(row, partial(judge_again, pack, row, history[learner_id], held.get(learner_id, ())))
    return outcome.judged, outcome.failed


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What comes of judging one learner after the other; whose judging fails does not stop the others."""

    pack: Pack
    now: datetime
    lives: Mapping[UUID, Mapping[Identity, int]]
    judged: list[Judged] = field(default_factory=list)
    failed: dict[UUID, Exception] = field(default_factory=dict)

    def judge(self, row: StandingRow, judge: Callable[[], Judgement | None]) -> bool:
        """Judge a learner; False where that way leads to no judgement.

        Of it nothing is held but the rows it makes: the standing is gone before the next one is read, so that all are
        judged in the same few pages of memory, and no garbage collection finds more than one.
        """
        try:
            judgement = judge()
            if judgement is None:
                return False
            lives = self.lives.get(row.learner_id, {})
            self.judged.append(judged_rows(self.pack, row, judgement, lives, self.now))
        except Exception as error:  # noqa: BLE001 - whatever one learner's events bring about, the others are judged
            self.failed[row.learner_id] = error
        return True


def _on_top(pack: Pack, row: StandingRow, pending: Sequence[ProgressEvent]) -> Judgement | None:
    standing = standing_below(pack, row, pending)
    return judge_on_top(pack, standing, pending) if standing is not None else None


async def _set_aside(
    connection: AsyncConnection, org_id: UUID, failed: Mapping[UUID, Exception], now: datetime
) -> None:
    for learner_id, error in sorted(failed.items()):
        _log.error("judging_failed", org_id=str(org_id), learner_id=str(learner_id), exc_info=error)
        told = f"{type(error).__name__}: {error}"[:_ERROR_AT_MOST].replace("\0", "")
        await standings_store.set_aside(connection, org_id, learner_id, error=told, at=now)
