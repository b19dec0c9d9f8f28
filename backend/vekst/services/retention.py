"""Erases events past the pack's retention; a checkpoint stands for them, so that judging goes on unchanged.

The points, recognitions and runs that they brought stay. Of a learner whom the version in force has not judged yet, or
whose judging fails, nothing is erased: their events are still needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.audit import Act, Note
from vekst.domain.events import VOIDED, ProgressEvent
from vekst.domain.instants import micros
from vekst.engine.checkpoint import Beginning, checkpoint_of, encode_checkpoint, fold_from
from vekst.engine.fold import without_voided
from vekst.engine.pack import Pack
from vekst.engine.standing import decode
from vekst.engine.version import ENGINE_VERSION
from vekst.services.auditing import Auditor
from vekst.services.clock import Clock
from vekst.services.packs import Packs
from vekst.services.rounds import round_of_learners
from vekst.storage import checkpoints_store, events_store, ledger_store, replay_store, standings_store
from vekst.storage.database import Database
from vekst.storage.events_store import History
from vekst.storage.ledger_store import HeldEntry
from vekst.storage.standings_store import StandingRow

__all__ = ["Expired", "RetentionService"]

# Nothing else is written in the organisation meanwhile, so a turn must be short.
_LEARNERS_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Expired:
    """How many learners' events were erased, and how many events."""

    learners: int
    events: int


class RetentionService:
    """Keeps events for as long as the pack says, and no longer."""

    def __init__(self, database: Database, packs: Packs, clock: Clock, auditor: Auditor) -> None:
        self._database = database
        self._packs = packs
        self._clock = clock
        self._auditor = auditor

    async def organisations(self) -> list[UUID]:
        """The organisations that have a pack, and with it a retention."""
        async with self._database.crossing() as connection:
            return await replay_store.with_pack(connection)

    async def expire(self, org_id: UUID) -> Expired:
        """Erase what the organisation has kept for long enough, a few learners at a time.

        The horizon is a midnight in UTC, and never after the start of a challenge that is not over. The audit log is
        told once, with the first ones that go.
        """
        learners = events = 0
        async for piece in round_of_learners(self._database, org_id):
            ids = [learner.learner_id for learner in piece]
            for first in range(0, len(ids), _LEARNERS_AT_ONCE):
                done = await self._expire(org_id, ids[first : first + _LEARNERS_AT_ONCE], told=bool(learners))
                learners, events = learners + done.learners, events + done.events
        return Expired(learners, events)

    async def _expire(self, org_id: UUID, learner_ids: Sequence[UUID], *, told: bool) -> Expired:
        now = self._clock()
        async with self._database.reading(org_id) as connection:
            pack = await self._packs.latest(connection, org_id)
            horizon = await _horizon(connection, org_id, pack, now) if pack else None
            due = await checkpoints_store.due(connection, org_id, learner_ids, horizon) if horizon else []
        if not due or horizon is None:
            return Expired(0, 0)
        async with self._database.erasing(org_id) as connection:
            # Read anew: nobody can publish, judge or record beside this.
            pack = await self._packs.latest(connection, org_id)
            made = await _checkpoints(connection, org_id, pack, due, horizon) if pack else {}
            if not made or pack is None:
                return Expired(0, 0)
            if not told:
                facts = {"before": horizon.date().isoformat(), "retentionDays": pack.retention.days}
                await self._auditor.note(connection, org_id, now, Note(Act.EVENTS_EXPIRED, facts=facts))
            await checkpoints_store.keep(connection, org_id, made, now)
            erased = await checkpoints_store.erase_events(
                connection, org_id, {learner_id: at for learner_id, (at, _) in made.items()}
            )
        return Expired(len(made), erased)


async def _horizon(connection: AsyncConnection, org_id: UUID, pack: Pack, now: datetime) -> datetime:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    challenge = await checkpoints_store.earliest_challenge(connection, org_id)
    return min(filter(None, (midnight - pack.retention, challenge)))


async def _checkpoints(
    connection: AsyncConnection, org_id: UUID, pack: Pack, due: Sequence[UUID], horizon: datetime
) -> dict[UUID, tuple[datetime, bytes]]:
    """The horizon and the checkpoint of every learner who can have one."""
    rows = await standings_store.read(connection, org_id, due)
    ready = [learner_id for learner_id in due if _is_judged(rows[learner_id], pack)]
    history = await events_store.history(connection, org_id, ready)
    held = await ledger_store.held(connection, org_id, ready)
    made: dict[UUID, tuple[datetime, bytes]] = {}
    for learner_id in ready:
        own = _own_horizon(history[learner_id], horizon)
        state = _checkpoint(pack, rows[learner_id], history[learner_id], held.get(learner_id, ()), own)
        if state is not None:
            made[learner_id] = own, state
    return made


def _is_judged(row: StandingRow, pack: Pack) -> bool:
    judged_by = (row.pack_version, row.engine_version)
    return row.state is not None and not row.failures and judged_by == (pack.version, ENGINE_VERSION)


def _own_horizon(history: History, horizon: datetime) -> datetime:
    """No void goes before what it names, or the event would count again."""
    at = {(event.source, event.id): event.occurred_at for event in history.events}
    for event in reversed(history.events):
        if event.type == VOIDED and event.occurred_at < horizon:
            named = at.get((str(event.data.get("source")), str(event.data.get("id"))))
            if named is not None and named >= horizon:
                horizon = event.occurred_at
    return horizon


def _checkpoint(
    pack: Pack, row: StandingRow, history: History, held: Sequence[HeldEntry], horizon: datetime
) -> bytes | None:
    """The fold up to the horizon; None where nothing goes, or where something from before it still waits."""
    before = [event for event in history.events if event.occurred_at < horizon]
    if not before or row.state is None or _waits(before, history):
        return None
    counted = [event for event in without_voided(history.events) if event.occurred_at < horizon]
    ledger = [entry.recognition for entry in held]
    kept = {each.identity for each in decode(pack, row.state).kept}
    beginning = Beginning(row.first_zone, history.checkpoint, ledger)
    standing, _ = fold_from(pack, beginning, counted, [each for each in ledger if each.identity in kept])
    if standing.last_at is None:
        # All of them were voided. What comes later goes on from the place of the last one.
        standing.last_at, standing.last_source, standing.last_id = micros(before[-1].occurred_at), "", ""
    return encode_checkpoint(checkpoint_of(pack, standing, horizon, ledger))


def _waits(before: Sequence[ProgressEvent], history: History) -> bool:
    waiting = set(history.waiting)
    return any(event.ref in waiting for event in before)
