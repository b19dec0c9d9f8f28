"""Takes in who is in an organisation: people, their teams and roles, as a file or a directory tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from operator import itemgetter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Role
from vekst.domain.audit import Act, Note
from vekst.domain.calendars import day_start, has_zone
from vekst.domain.errors import InvalidInput
from vekst.domain.events import RESERVED_SOURCES, VEKST_SOURCE, ZONE_CHANGED, RecordedBy
from vekst.domain.storable import is_storable
from vekst.jobs.queue import Queue
from vekst.services.auditing import Auditor
from vekst.services.boards import refresh_places
from vekst.services.clock import Clock, new_id
from vekst.services.event_forms import json_text
from vekst.services.packs import Packs
from vekst.services.people_notes import Placed, notes_of
from vekst.storage import events_store, people_store, privacy_store, standings_store
from vekst.storage.database import Database
from vekst.storage.events_store import EventRow
from vekst.storage.people_store import MembershipRow, PersonRow

__all__ = ["LONGEST", "PeopleChanged", "PeopleService", "PersonEntry", "can_be"]

LONGEST = 200
"""As many characters a key or a name of a person may have."""

Teams = Mapping[str, tuple[UUID, str | None]]
"""By key, the id and the zone of a team."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """What is told of a person; None leaves what is known. Someone in several teams has an entry for each.

    `team` is a team's key, made if it is new; a manager manages the team of the entry. Teams that are not told for a
    person of whom any team is told are left.
    """

    person: str
    name: str | None = None
    email: str | None = None
    role: Role | None = None
    team: str | None = None
    zone: str | None = None
    locale: str | None = None
    joined: date | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """How many people were new, how many known ones were told of, and whom nobody may take in again: the erased."""

    added: int
    updated: int
    erased: tuple[str, ...] = ()


class PeopleService:
    """The people of an organisation."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock, auditor: Auditor) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock
        self._auditor = auditor

    async def upsert(self, org_id: UUID, entries: Sequence[PersonEntry]) -> PeopleChanged:
        """Add who is new and update who is known, but for whom was erased; a change of zone holds from now on (S1)."""
        told = _by_person(entries)
        async with self._database.writing(org_id) as connection:
            erased = await privacy_store.find_erased(connection, sorted(told))
            told = {person: each for person, each in told.items() if person not in erased}
            began, entered = self._clock(), [entry for each in told.values() for entry in each]
            teams = await _teams(connection, org_id, entered, began)
            known = await people_store.lock_people(connection, org_id, sorted(told))
            # Now that they are held: no membership ends before the one that another import began meanwhile.
            now = self._clock()
            fresh = [_new_person(each, teams, now) for person, each in sorted(told.items()) if person not in known]
            added = await people_store.append_people(connection, org_id, fresh)
            await standings_store.append(connection, org_id, sorted(added), now)
            # Someone else may have added them in the meantime: then they are known after all.
            if len(added) < len(fresh):
                known = await people_store.lock_people(connection, org_id, sorted(told))
            changed = await self._update(connection, org_id, known, told, now)
            people = {**{person.person: person for person in fresh if person.learner_id in added}, **changed}
            joined_at = {row.learner_id: row.joined_at if row.learner_id in added else now for row in people.values()}
            memberships = _memberships(people, told, teams, joined_at)
            stepping_down = _stepping_down(known, changed, {each.learner_id for each in memberships})
            memberships += await _as_members(connection, org_id, stepping_down, now)
            placed = await _place(connection, org_id, memberships, now)
            new = [row for row in people.values() if row.learner_id in added]
            notes = notes_of(new, [(known[person], row) for person, row in changed.items()], placed)
            await self._auditor.note(connection, org_id, now, *notes)
            ids = sorted(person.learner_id for person in people.values())
            await standings_store.lock(connection, org_id, ids)
            await refresh_places(connection, self._packs, org_id, ids, now)
        await self._queue.wake(org_id)
        return PeopleChanged(len(added), len(told) - len(added), tuple(sorted(erased)))

    async def add(self, org_id: UUID, entries: Sequence[PersonEntry]) -> int:
        """Add those who are not there yet, and leave the others alone; how many were added."""
        told = _by_person(entries)
        async with self._database.reading(org_id) as connection:
            known = await people_store.read_people(connection, org_id, sorted(told))
        missing = [entry for entry in entries if entry.person not in known]
        return (await self.upsert(org_id, missing)).added if missing else 0

    async def add_integration(self, org_id: UUID, name: str) -> None:
        """Let a system of that name record events for people; the name is the source of its events."""
        if name in RESERVED_SOURCES or not _is_key(name):
            raise InvalidInput("SOURCE_NOT_VALID", field="name", source=name)
        now = self._clock()
        async with self._database.writing(org_id) as connection:
            if await people_store.put_integration(connection, org_id, new_id(now), name):
                await self._auditor.note(connection, org_id, now, Note(Act.INTEGRATION_ADDED, thing=name))

    async def _update(
        self,
        connection: AsyncConnection,
        org_id: UUID,
        known: dict[str, PersonRow],
        told: dict[str, list[PersonEntry]],
        now: datetime,
    ) -> dict[str, PersonRow]:
        changed = {person: _told(row, told[person]) for person, row in sorted(known.items())}
        if changed:
            await people_store.update_people(connection, org_id, list(changed.values()))
        moved = [row for person, row in changed.items() if row.zone != known[person].zone]
        if moved:
            await events_store.append(connection, org_id, [_zone_event(row, now) for row in moved], now)
        return changed


def _by_person(entries: Iterable[PersonEntry]) -> dict[str, list[PersonEntry]]:
    told: dict[str, list[PersonEntry]] = {}
    for entry in entries:
        _check(entry)
        told.setdefault(entry.person, []).append(entry)
    return told


def _check(entry: PersonEntry) -> None:
    for name in ("person", "team", "name", "email", "locale"):
        value: str | None = getattr(entry, name)
        if value is not None and not can_be(name, value):
            raise InvalidInput("NAME_NOT_VALID", field=name, most=LONGEST, person=entry.person[:80])
    if entry.zone is not None and not has_zone(entry.zone):
        raise InvalidInput("ZONE_UNKNOWN", field="zone", zone=entry.zone, person=entry.person)
    if entry.role is Role.INTEGRATION:
        raise InvalidInput("ROLE_NOT_VALID", field="role", role=entry.role.value, person=entry.person)


def can_be(field: str, text: str) -> bool:
    """Whether a text can be kept as that field of an entry: `person` and `team` are keys, the others are only shown."""
    return _is_key(text) if field in ("person", "team") else len(text) <= LONGEST and is_storable(text)


def _is_key(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text.isprintable() and is_storable(text)


async def _teams(connection: AsyncConnection, org_id: UUID, entries: Iterable[PersonEntry], now: datetime) -> Teams:
    keys = sorted({entry.team for entry in entries if entry.team is not None})
    if not keys:
        return {}
    await people_store.append_teams(connection, org_id, {key: new_id(now) for key in keys})
    return await people_store.read_teams(connection, org_id, keys)


def _new_person(entries: list[PersonEntry], teams: Teams, now: datetime) -> PersonRow:
    """A person as first told; without a zone of their own they begin with their team's."""
    team = next((entry.team for entry in entries if entry.team is not None), None)
    zone = teams[team][1] if team is not None else None
    blank = PersonRow(
        learner_id=new_id(now),
        person=entries[0].person,
        name=entries[0].person,
        email=None,
        role=Role.LEARNER.value,
        zone=zone,
        first_zone=None,
        locale=None,
        active=True,
        joined_at=now,
    )
    row = _told(blank, entries)
    return replace(row, first_zone=row.zone)


def _told(row: PersonRow, entries: list[PersonEntry]) -> PersonRow:
    for entry in entries:
        zone = entry.zone or row.zone
        row = replace(
            row,
            name=entry.name or row.name,
            email=entry.email or row.email,
            role=entry.role.value if entry.role else row.role,
            zone=zone,
            locale=entry.locale or row.locale,
            active=row.active if entry.active is None else entry.active,
            joined_at=_start_of(entry.joined, zone) if entry.joined else row.joined_at,
        )
    return row


def _start_of(day: date, zone: str | None) -> datetime:
    return day_start(day.toordinal(), zone) if zone else datetime.combine(day, time(), UTC)


def _zone_event(row: PersonRow, now: datetime) -> EventRow:
    return EventRow(
        learner_id=row.learner_id,
        source=VEKST_SOURCE,
        id=str(new_id(now)),
        type=ZONE_CHANGED,
        occurred_at=now,
        data=json_text({"zone": row.zone}),
        recorded_by=RecordedBy.SYSTEM,
    )


def _memberships(
    people: dict[str, PersonRow], told: dict[str, list[PersonEntry]], teams: Teams, joined_at: Mapping[UUID, datetime]
) -> list[MembershipRow]:
    """The memberships that were told; `joined_at` has an instant for everyone."""
    memberships = {
        (people[person].learner_id, teams[entry.team][0]): people[person]
        for person, entries in told.items()
        for entry in entries
        if entry.team is not None
    }
    return [
        MembershipRow(
            learner_id=learner_id,
            membership_id=new_id(joined_at[learner_id]),
            team_id=team_id,
            manages=Role(row.role) is Role.MANAGER,
            joined_at=joined_at[learner_id],
        )
        for (learner_id, team_id), row in sorted(memberships.items(), key=itemgetter(0))
    ]


def _stepping_down(
    known: Mapping[str, PersonRow], changed: Mapping[str, PersonRow], placed: AbstractSet[UUID]
) -> list[UUID]:
    """Who is told to be no manager any more, and of whose teams nothing is told."""
    return [
        row.learner_id
        for person, row in changed.items()
        if known[person].role == Role.MANAGER and row.role != Role.MANAGER and row.learner_id not in placed
    ]


async def _as_members(
    connection: AsyncConnection, org_id: UUID, learners: Sequence[UUID], now: datetime
) -> list[MembershipRow]:
    """Their present teams, to be members of these from now on."""
    present = await people_store.present_teams(connection, org_id, learners) if learners else []
    return [
        MembershipRow(learner_id, membership_id=new_id(now), team_id=team_id, manages=False, joined_at=now)
        for learner_id, team_id in present
    ]


async def _place(connection: AsyncConnection, org_id: UUID, memberships: list[MembershipRow], now: datetime) -> Placed:
    """Put everyone in the teams that were told, in the part that was told, and out of the others; what that changed."""
    if not memberships:
        return Placed()
    left = await people_store.end_memberships(connection, org_id, memberships, now)
    return Placed(left=left, joined=await people_store.join_teams(connection, org_id, memberships))
