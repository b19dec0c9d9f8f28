"""Finds who acts, with the roles and teams that the database knows at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vekst.domain.actors import Actor, Role
from vekst.domain.storable import is_storable
from vekst.services.organisations import OrganisationsService
from vekst.storage import people_store
from vekst.storage.database import Database

__all__ = ["ActorsService", "Arrival"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came, and the version of the pack that was in force then; None where none is published."""

    actor: Actor
    pack_version: int | None


class ActorsService:
    """Turns what a token says into an actor; a token never says what somebody may do."""

    def __init__(self, database: Database, organisations: OrganisationsService) -> None:
        self._database = database
        self._organisations = organisations

    async def person(self, org_key: str, person: str) -> Arrival | None:
        """The active person of that key; None for an unknown organisation or person."""
        org_id = await self._organisations.find(org_key)
        if org_id is None or not is_storable(person):
            return None
        return await self._person(org_id, person)

    async def integration(self, org_key: str, name: str) -> Arrival | None:
        """The active integration of that name; None for an unknown organisation or name."""
        org_id = await self._organisations.find(org_key)
        if org_id is None or not is_storable(name):
            return None
        return await self._integration(org_id, name)

    async def again(self, actor: Actor) -> Actor | None:
        """The same actor as the database knows them by now; None for one who is not active any more."""
        if actor.person is not None:
            arrival = await self._person(actor.org_id, actor.person)
        else:
            arrival = await self._integration(actor.org_id, actor.name)
        return arrival.actor if arrival else None

    async def _person(self, org_id: UUID, person: str) -> Arrival | None:
        async with self._database.reading(org_id) as connection:
            found = await people_store.find_person(connection, org_id, person)
        if found is None:
            return None
        roles = {Role.LEARNER, Role(found.role)} | ({Role.MANAGER} if found.manages else set())
        actor = Actor(
            org_id=org_id,
            name=found.name,
            roles=frozenset(roles),
            locale=found.locale or "",
            learner_id=found.learner_id,
            person=found.person,
            manages=frozenset(found.manages),
        )
        return Arrival(actor, found.pack_version)

    async def _integration(self, org_id: UUID, name: str) -> Arrival | None:
        async with self._database.reading(org_id) as connection:
            found = await people_store.find_integration(connection, org_id, name)
        if found is None:
            return None
        return Arrival(Actor(org_id=org_id, name=name, roles=frozenset({Role.INTEGRATION})), found.pack_version)
