"""Challenges: created by the managers of their teams, changed only in what can't hurt anyone, and called off."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor, Role
from vekst.domain.audit import Act, Note
from vekst.domain.calendars import zone as named_zone
from vekst.domain.challenges import Lifetime, Move, after, leads, moved
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.domain.storable import is_storable
from vekst.engine.pack import Pack
from vekst.quests.challenges import OwnTerms, goal_json, nature_of, read_measure, tally_of
from vekst.quests.documents import Goal, Measure
from vekst.services.auditing import Auditor
from vekst.services.challenge_changes import changed, changes_of
from vekst.services.challenge_forms import ChallengeChange, NewChallenge, check_new, check_times, fitting, goal_of
from vekst.services.clock import Clock, new_id
from vekst.services.outbox import OutboxService
from vekst.services.packs import Packs
from vekst.storage import challenges_store, packs_store
from vekst.storage.challenges_store import ChallengeRow
from vekst.storage.database import Database

__all__ = ["ChallengesService"]

_GRACE: Final = timedelta(hours=24)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Content:
    template: str | None
    measure: Measure
    own_measure: object
    goal: Goal
    points: int
    lasts: timedelta | None
    grace: timedelta


class ChallengesService:
    """What teams set out to do together; for managers of all the teams concerned, and admins."""

    def __init__(self, database: Database, packs: Packs, outbox: OutboxService, clock: Clock, auditor: Auditor) -> None:
        self._database = database
        self._packs = packs
        self._outbox = outbox
        self._clock = clock
        self._auditor = auditor

    async def create(self, actor: Actor, new: NewChallenge, *, locale: str = "en") -> UUID:
        """Create a challenge, once per client's id; `InvalidInput` says what does not fit, in that locale."""
        creator = _person(actor)
        check_new(new)
        async with self._database.writing(actor.org_id) as connection:
            found = await challenges_store.find(connection, actor.org_id, creator, new.id)
            if found is not None:
                return _same(found, new)
            teams = await _teams(connection, actor, creator, new.teams)
            pack = await self._packs.latest(connection, actor.org_id)
            if pack is None:
                raise InvalidInput("CHALLENGE_NEEDS_PACK")
            now = self._clock()
            row = await self._row(connection, actor, new, pack=pack, teams=teams, now=now, locale=locale)
            if await challenges_store.append(connection, actor.org_id, row):
                facts = {"template": row.template, "draft": row.life.draft, "teams": len(row.teams)}
                note = Note(Act.CHALLENGE_CREATED, thing=str(row.challenge_id), facts=facts)
                await self._auditor.note(connection, actor.org_id, now, note, by=actor)
                return row.challenge_id
            # Somebody sent the same at the same time, and was first.
            found = await challenges_store.find(connection, actor.org_id, creator, new.id)
            return _same(found, new) if found else row.challenge_id

    async def change(self, actor: Actor, challenge_id: UUID, change: ChallengeChange) -> None:
        """Change a challenge: everything before it starts; while it runs, a later end and a lower goal only."""
        _person(actor)
        async with self._database.writing(actor.org_id) as connection:
            row = await _held(connection, actor, challenge_id)
            now = self._clock()
            wanted = changed(row, change, now)
            await challenges_store.change(connection, actor.org_id, wanted)
            if fields := changes_of(row, wanted):
                note = Note(Act.CHALLENGE_CHANGED, thing=str(challenge_id), facts={"changed": fields})
                await self._auditor.note(connection, actor.org_id, now, note, by=actor)
        await self._outbox.nudge(actor.org_id)

    async def cancel(self, actor: Actor, challenge_id: UUID) -> None:
        """Call a challenge off before its end; calling it off twice is calling it off once."""
        _person(actor)
        async with self._database.writing(actor.org_id) as connection:
            row = await _held(connection, actor, challenge_id)
            now = self._clock()
            if after(row.state(now), Move.CANCEL) is None:
                raise InvalidInput("CHALLENGE_OVER", field="challenge")
            life = moved(row.life, Move.CANCEL, now)
            if life == row.life:
                return
            await challenges_store.cancel(connection, actor.org_id, challenge_id, life)
            note = Note(Act.CHALLENGE_CANCELLED, thing=str(challenge_id))
            await self._auditor.note(connection, actor.org_id, now, note, by=actor)
        await self._outbox.nudge(actor.org_id)

    async def _row(
        self,
        connection: AsyncConnection,
        actor: Actor,
        new: NewChallenge,
        *,
        pack: Pack,
        teams: Sequence[challenges_store.TeamRow],
        now: datetime,
        locale: str,
    ) -> ChallengeRow:
        zone = teams[0].zone or pack.zone
        starts = new.starts_at or now
        if new.template is not None:
            content = _of_template(new, pack)
        else:
            content = await self._of_manager(connection, actor, new, version=pack.version, starts=starts, locale=locale)
        ends = new.ends_at or _after(starts, content.lasts, zone)
        life = Lifetime(starts, ends, ends + content.grace, draft=new.draft)
        check_times(life, now, started=new.starts_at is None)
        return ChallengeRow(
            challenge_id=new_id(now),
            created_by=_person(actor),
            client_id=new.id,
            request=new.request(),
            created_at=now,
            pack_version=pack.version,
            template=content.template,
            title=new.title,
            measure=content.own_measure,
            goal=goal_json(content.goal),
            nature=nature_of(pack, tally_of(content.measure, content.goal)).value,
            points=content.points,
            zone=zone,
            life=life,
            teams=tuple(team.team_id for team in teams),
            form=new.form,
        )

    async def _of_manager(
        self,
        connection: AsyncConnection,
        actor: Actor,
        new: NewChallenge,
        *,
        version: int,
        starts: datetime,
        locale: str,
    ) -> _Content:
        if new.title is None:
            raise InvalidInput("CHALLENGE_NEEDS_TITLE", field="title")
        if new.measure is None or new.goal is None:
            raise InvalidInput("CHALLENGE_NEEDS_TERMS", field="goal" if new.goal is None else "measure")
        if new.ends_at is None:
            raise InvalidInput("CHALLENGE_NEEDS_END", field="endsAt")
        files = await packs_store.files_of(connection, actor.org_id, version)
        lasts = max(new.ends_at - starts, timedelta(hours=1))
        faults = await asyncio.to_thread(OwnTerms(new.measure, new.goal, lasts).faults, files)
        if faults:
            field, told = faults[0]
            detail = f"{told.message(locale)} ({told.cure(locale)})"
            raise InvalidInput("CHALLENGE_TERMS_NOT_VALID", field=field, detail=detail)
        measure, goal = read_measure(new.measure), goal_of(new.goal, new.form)
        return _Content(None, measure, new.measure, goal, new.points or 0, None, _GRACE)


def _person(actor: Actor) -> UUID:
    if actor.learner_id is None:
        raise NotAllowed("NOT_A_LEARNER")
    return actor.learner_id


def _same(found: ChallengeRow, new: NewChallenge) -> UUID:
    if dict(found.request) != new.request():
        raise InvalidInput("ID_TAKEN", field="id", id=new.id)
    return found.challenge_id


async def _teams(
    connection: AsyncConnection, actor: Actor, viewer: UUID, keys: Sequence[str]
) -> list[challenges_store.TeamRow]:
    """The teams of these keys, all of which the actor manages; who has no part in a team does not learn of it."""
    known = await challenges_store.teams_by_key(
        connection, actor.org_id, [key for key in keys if is_storable(key)], viewer
    )
    for key in keys:
        team = known.get(key)
        allowed = team is not None and leads(actor.manages, {team.team_id}, is_admin=actor.has(Role.ADMIN))
        if team is None or not (allowed or team.has_viewer):
            raise NotFound("TEAM_UNKNOWN", field="teams", team=key[:80])
        if not allowed:
            raise NotAllowed("CHALLENGE_NOT_YOURS", field="teams")
    return [known[key] for key in keys]


async def _held(connection: AsyncConnection, actor: Actor, challenge_id: UUID) -> ChallengeRow:
    """The challenge, locked, for one who may change it; `NotFound` for who has no part in it."""
    row = await challenges_store.lock(connection, actor.org_id, challenge_id)
    if row is None:
        raise NotFound("CHALLENGE_UNKNOWN", field="challenge")
    if leads(actor.manages, set(row.teams), is_admin=actor.has(Role.ADMIN)):
        return row
    spans = [] if row.life.draft else await challenges_store.memberships(connection, actor.org_id, [challenge_id])
    if actor.manages.intersection(row.teams) or any(span.learner_id == actor.learner_id for span in spans):
        raise NotAllowed("CHALLENGE_NOT_YOURS", field="challenge")
    raise NotFound("CHALLENGE_UNKNOWN", field="challenge")


def _of_template(new: NewChallenge, pack: Pack) -> _Content:
    template = pack.challenges.get(str(new.template))
    if template is None:
        raise NotFound("CHALLENGE_TEMPLATE_UNKNOWN", field="template", key=str(new.template)[:80])
    goal = fitting(template.document.goal, new.form) if new.goal is None else goal_of(new.goal, new.form)
    measure = template.document.measure
    return _Content(template.key, measure, None, goal, template.points, template.lasts, template.settles_after)


def _after(starts: datetime, lasts: timedelta | None, zone: str) -> datetime:
    """The end: whole days later it is the same hour on the team's clocks, whatever summer time does."""
    length = lasts or _DAY
    if length % _DAY:
        return starts + length
    return (starts.astimezone(named_zone(zone)) + length).astimezone(UTC)
