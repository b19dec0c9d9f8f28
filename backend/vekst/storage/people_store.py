"""Stores people, teams, memberships and integrations; reads who somebody is, with roles and teams, in one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct

__all__ = [
    "IdentityRow",
    "IntegrationRow",
    "MembershipRow",
    "PersonRow",
    "SubjectRow",
    "TeamPlace",
    "append_people",
    "append_teams",
    "end_memberships",
    "find_integration",
    "find_person",
    "find_present",
    "find_subjects",
    "join_teams",
    "lock_people",
    "present_teams",
    "put_integration",
    "read_people",
    "read_teams",
    "set_zone",
    "update_people",
]


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Who acts: an active person, with the teams they manage now, and the pack's version in force."""

    learner_id: UUID
    person: str
    name: str
    role: str
    locale: str | None
    pack_version: int | None
    manages: Sequence[UUID]


class IntegrationRow(NamedTuple):
    """An active integration acts, under the pack's version in force."""

    pack_version: int | None


class SubjectRow(msgspec.Struct, frozen=True, gc=False):
    """Whom an event is about, with the teams they are in now; events from before `events_from` were erased."""

    learner_id: UUID
    active: bool
    teams: tuple[UUID, ...]
    events_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as stored."""

    learner_id: UUID
    person: str
    name: str
    email: str | None
    role: str
    zone: str | None
    first_zone: str | None
    locale: str | None
    active: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """Somebody's present or future membership of a team."""

    learner_id: UUID
    membership_id: UUID
    team_id: UUID
    manages: bool
    joined_at: datetime


class TeamPlace(NamedTuple):
    """Who is, or was, in which team, and whether they manage it."""

    learner_id: UUID
    team: str
    manages: bool


# Nearly whoever acts goes on to read the pack: with its version there is no trip more for it.
_PACK_VERSION: Final = "(SELECT max(v.version) FROM pack_versions v WHERE v.org_id = $1) AS pack_version"
_FIND_PERSON: Final = f"""
    SELECT p.learner_id, p.person, p.name, p.role, p.locale, {_PACK_VERSION},
           ARRAY(SELECT m.team_id FROM memberships m
                  WHERE m.org_id = p.org_id AND m.learner_id = p.learner_id AND m.left_at IS NULL AND m.manages)
               AS manages
      FROM people p WHERE p.org_id = $1 AND p.person = $2 AND p.active
"""
_FIND_INTEGRATION: Final = f"SELECT {_PACK_VERSION} FROM integrations WHERE org_id = $1 AND name = $2 AND active"
_FIND_SUBJECTS: Final = text(
    """
    SELECT p.person, p.learner_id, p.active,
           ARRAY(SELECT m.team_id FROM memberships m
                  WHERE m.org_id = p.org_id AND m.learner_id = p.learner_id AND m.left_at IS NULL) AS teams
      FROM people p WHERE p.org_id = :org_id AND p.person = ANY(:persons)
    """
)
_FIND_PRESENT: Final = text("SELECT learner_id FROM people WHERE org_id = :org_id AND learner_id = ANY(:learners)")
_READ_PEOPLE: Final = text(
    """
    SELECT learner_id, person, name, email, role, zone, first_zone, locale, active, joined_at
      FROM people WHERE org_id = :org_id AND person = ANY(:persons)
    """
)
_LOCK_PEOPLE: Final = text(f"{_READ_PEOPLE.text} ORDER BY person FOR NO KEY UPDATE")
_PEOPLE_ROWS: Final = """
    unnest(CAST(:learners AS uuid[]), CAST(:persons AS text[]), CAST(:names AS text[]), CAST(:emails AS text[]),
           CAST(:roles AS text[]), CAST(:zones AS text[]), CAST(:first_zones AS text[]), CAST(:locales AS text[]),
           CAST(:active AS boolean[]), CAST(:joined AS timestamptz[]))
        AS n (learner_id, person, name, email, role, zone, first_zone, locale, active, joined_at)
"""
_APPEND_PEOPLE: Final = text(
    f"""
    INSERT INTO people (org_id, learner_id, person, name, email, role, zone, first_zone, locale, active, joined_at)
    SELECT :org_id, n.* FROM {_PEOPLE_ROWS} ON CONFLICT (org_id, person) DO NOTHING RETURNING learner_id
    """
)
_UPDATE_PEOPLE: Final = text(
    f"""
    UPDATE people p SET name = n.name, email = n.email, role = n.role, zone = n.zone, locale = n.locale,
           active = n.active, joined_at = n.joined_at
      FROM {_PEOPLE_ROWS} WHERE p.org_id = :org_id AND p.learner_id = n.learner_id
    """
)
_SET_ZONE: Final = text("UPDATE people SET zone = :zone WHERE org_id = :org_id AND learner_id = :learner_id")
_READ_TEAMS: Final = text("SELECT key, team_id, zone FROM teams WHERE org_id = :org_id AND key = ANY(:keys)")
_APPEND_TEAMS: Final = text(
    """
    INSERT INTO teams (org_id, team_id, key, name)
    SELECT :org_id, n.team_id, n.key, n.key FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[])) AS n (team_id, key)
    ON CONFLICT (org_id, key) DO NOTHING
    """
)
_JOIN: Final = text(
    """
    INSERT INTO memberships (org_id, learner_id, membership_id, team_id, manages, joined_at)
    SELECT :org_id, n.* FROM unnest(CAST(:learners AS uuid[]), CAST(:ids AS uuid[]), CAST(:teams AS uuid[]),
                                    CAST(:manages AS boolean[]), CAST(:joined AS timestamptz[]))
        AS n (learner_id, membership_id, team_id, manages, joined_at)
    ON CONFLICT (org_id, learner_id, team_id) WHERE left_at IS NULL DO NOTHING
    RETURNING learner_id, (SELECT t.key FROM teams t WHERE t.org_id = :org_id AND t.team_id = memberships.team_id),
              manages
    """
)
_LEAVE_OTHERS: Final = text(
    """
    UPDATE memberships m SET left_at = greatest(m.joined_at, :at)
     WHERE m.org_id = :org_id AND m.left_at IS NULL AND m.learner_id = ANY(:leavers)
       AND (m.learner_id, m.team_id, m.manages) NOT IN (
           SELECT * FROM unnest(CAST(:learners AS uuid[]), CAST(:teams AS uuid[]), CAST(:manages AS boolean[])))
    RETURNING m.learner_id, (SELECT t.key FROM teams t WHERE t.org_id = :org_id AND t.team_id = m.team_id), m.manages
    """
)
_PRESENT_TEAMS: Final = text(
    """
    SELECT learner_id, team_id FROM memberships
     WHERE org_id = :org_id AND learner_id = ANY(:learners) AND left_at IS NULL
     ORDER BY learner_id, team_id
    """
)
_PUT_INTEGRATION: Final = text(
    """
    INSERT INTO integrations (org_id, integration_id, name, active) VALUES (:org_id, :integration_id, :name, true)
    ON CONFLICT (org_id, name) DO UPDATE SET active = true WHERE NOT integrations.active
    RETURNING integration_id
    """
)


async def find_person(connection: AsyncConnection, org_id: UUID, person: str) -> IdentityRow | None:
    """The active person of that key."""
    rows = await direct.fetch(connection, _FIND_PERSON, org_id, person)
    return IdentityRow(*rows[0]) if rows else None


async def find_integration(connection: AsyncConnection, org_id: UUID, name: str) -> IntegrationRow | None:
    """The active integration of that name."""
    rows = await direct.fetch(connection, _FIND_INTEGRATION, org_id, name)
    return IntegrationRow(*rows[0]) if rows else None


async def find_subjects(connection: AsyncConnection, org_id: UUID, persons: Sequence[str]) -> dict[str, SubjectRow]:
    """Whom these keys name."""
    rows = await connection.execute(_FIND_SUBJECTS, {"org_id": org_id, "persons": list(persons)})
    return {row.person: SubjectRow(row.learner_id, row.active, tuple(row.teams)) for row in rows}


async def find_present(connection: AsyncConnection, org_id: UUID, learner_ids: Collection[UUID]) -> set[UUID]:
    """Those of the learners who are in the organisation, active or not."""
    found = await connection.execute(_FIND_PRESENT, {"org_id": org_id, "learners": sorted(learner_ids)})
    return set(found.scalars())


async def read_people(connection: AsyncConnection, org_id: UUID, persons: Sequence[str]) -> dict[str, PersonRow]:
    """The people of these keys, the inactive ones too."""
    rows = await connection.execute(_READ_PEOPLE, {"org_id": org_id, "persons": list(persons)})
    return {row.person: PersonRow(*row) for row in rows}


async def lock_people(connection: AsyncConnection, org_id: UUID, persons: Sequence[str]) -> dict[str, PersonRow]:
    """The same, held until the end of the transaction; everyone locks people in the order of their keys."""
    rows = await connection.execute(_LOCK_PEOPLE, {"org_id": org_id, "persons": list(persons)})
    return {row.person: PersonRow(*row) for row in rows}


async def append_people(connection: AsyncConnection, org_id: UUID, people: Sequence[PersonRow]) -> set[UUID]:
    """Add people; the ids of those whose key was free."""
    added = await connection.execute(_APPEND_PEOPLE, {"org_id": org_id, **_people_columns(people)})
    return set(added.scalars())


async def update_people(connection: AsyncConnection, org_id: UUID, people: Sequence[PersonRow]) -> None:
    """Write what has changed about people; the key and the first zone stay."""
    await connection.execute(_UPDATE_PEOPLE, {"org_id": org_id, **_people_columns(people)})


async def set_zone(connection: AsyncConnection, org_id: UUID, learner_id: UUID, zone: str) -> None:
    """Write the zone that the learner has from now on."""
    await connection.execute(_SET_ZONE, {"org_id": org_id, "learner_id": learner_id, "zone": zone})


async def append_teams(connection: AsyncConnection, org_id: UUID, teams: Mapping[str, UUID]) -> None:
    """Add the teams of these keys, with these ids, that are not there yet."""
    ordered = sorted(teams.items())
    parameters = {"org_id": org_id, "keys": [key for key, _ in ordered], "ids": [team_id for _, team_id in ordered]}
    await connection.execute(_APPEND_TEAMS, parameters)


async def read_teams(
    connection: AsyncConnection, org_id: UUID, keys: Sequence[str]
) -> dict[str, tuple[UUID, str | None]]:
    """Id and zone of the teams of these keys."""
    rows = await connection.execute(_READ_TEAMS, {"org_id": org_id, "keys": list(keys)})
    return {row.key: (row.team_id, row.zone) for row in rows}


async def present_teams(
    connection: AsyncConnection, org_id: UUID, learner_ids: Sequence[UUID]
) -> list[tuple[UUID, UUID]]:
    """Each of these learners with each of their present teams."""
    rows = await connection.execute(_PRESENT_TEAMS, {"org_id": org_id, "learners": list(learner_ids)})
    return [(row.learner_id, row.team_id) for row in rows]


async def join_teams(
    connection: AsyncConnection, org_id: UUID, memberships: Sequence[MembershipRow]
) -> list[TeamPlace]:
    """Add memberships but those that are there already, and answer the new ones; see `end_memberships`."""
    parameters = {
        "org_id": org_id,
        "learners": [each.learner_id for each in memberships],
        "ids": [each.membership_id for each in memberships],
        "teams": [each.team_id for each in memberships],
        "manages": [each.manages for each in memberships],
        "joined": [each.joined_at for each in memberships],
    }
    return [TeamPlace(*row) for row in await connection.execute(_JOIN, parameters)]


async def end_memberships(
    connection: AsyncConnection, org_id: UUID, kept: Sequence[MembershipRow], at: datetime
) -> list[TeamPlace]:
    """End those memberships of these learners that are not named: of another team, or in another part; which they were.

    So who becomes the manager of their team has been its member until then, as challenges count (C1).
    """
    parameters = {
        "org_id": org_id,
        "at": at,
        "leavers": list({each.learner_id for each in kept}),
        "learners": [each.learner_id for each in kept],
        "teams": [each.team_id for each in kept],
        "manages": [each.manages for each in kept],
    }
    return [TeamPlace(*row) for row in await connection.execute(_LEAVE_OTHERS, parameters)]


async def put_integration(connection: AsyncConnection, org_id: UUID, integration_id: UUID, name: str) -> bool:
    """Add an integration, or make it active again; whether it was not there, or not active."""
    parameters = {"org_id": org_id, "integration_id": integration_id, "name": name}
    return (await connection.execute(_PUT_INTEGRATION, parameters)).one_or_none() is not None


def _people_columns(people: Sequence[PersonRow]) -> dict[str, list[object]]:
    return {
        "learners": [each.learner_id for each in people],
        "persons": [each.person for each in people],
        "names": [each.name for each in people],
        "emails": [each.email for each in people],
        "roles": [each.role for each in people],
        "zones": [each.zone for each in people],
        "first_zones": [each.first_zone for each in people],
        "locales": [each.locale for each in people],
        "active": [each.active for each in people],
        "joined": [each.joined_at for each in people],
    }
