"""Creates organisations, and finds them by the key that tokens and commands name."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from vekst.domain.audit import Act, Note
from vekst.domain.errors import InvalidInput
from vekst.services.auditing import Auditor
from vekst.services.clock import Clock, new_id
from vekst.storage import organisations_store
from vekst.storage.database import Database

__all__ = ["OrganisationsService"]

_KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_NAME: Final = 200


class OrganisationsService:
    """Organisations by key; a key never changes hands, so an id once found stays true."""

    def __init__(self, database: Database, clock: Clock, known: dict[str, UUID], auditor: Auditor) -> None:
        self._database = database
        self._clock = clock
        self._known = known
        self._auditor = auditor

    async def create(self, key: str, name: str | None = None) -> UUID:
        """Create an organisation; `InvalidInput` for a key that is taken or is not lower-case words joined by `-`."""
        if not _KEY.fullmatch(key):
            raise InvalidInput("ORGANISATION_KEY_NOT_VALID", field="key", key=key)
        title = name or key
        if len(title) > _LONGEST_NAME or not title.isprintable():
            raise InvalidInput("NAME_NOT_VALID", field="name", most=_LONGEST_NAME)
        now = self._clock()
        org_id = new_id(now)
        async with self._database.writing(org_id) as connection:
            if not await organisations_store.append(connection, org_id, key=key, name=title, at=now):
                raise InvalidInput("ORGANISATION_KEY_TAKEN", field="key", key=key)
            await self._auditor.note(connection, org_id, now, Note(Act.ORGANISATION_CREATED, thing=key))
        return org_id

    async def find(self, key: str) -> UUID | None:
        """The id of the organisation with that key."""
        found = self._known.get(key)
        if found is None and _KEY.fullmatch(key):
            async with self._database.crossing() as connection:
                found = await organisations_store.find_id(connection, key)
            if found is not None:
                self._known[key] = found
        return found
