"""Notes administrative acts in the audit log, in the transaction of the act: neither is there without the other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.domain.audit import SYSTEM, Author, Note
from vekst.services.clock import new_id
from vekst.signals.causes import current_work
from vekst.storage import audit_store
from vekst.storage.audit_store import EntryRow

__all__ = ["Auditor"]


class Auditor:
    """Who a process acts for: an operator at the command line, or else the service itself."""

    def __init__(self, author: Author = SYSTEM) -> None:
        self._author = author

    async def note(
        self, connection: AsyncConnection, org_id: UUID, at: datetime, *notes: Note, by: Actor | None = None
    ) -> None:
        """Write what was done `by` a signed-in actor, or by the one whom the process acts for."""
        if not notes:
            return
        entries = [
            EntryRow(
                entry_id=new_id(at),
                act=note.act.value,
                subject_id=note.learner_id,
                thing=note.thing,
                facts=msgspec.json.encode(note.facts).decode(),
            )
            for note in notes
        ]
        author = Author.of(by) if by else self._author
        await audit_store.append(connection, org_id, entries, author=author, at=at, request_id=current_work())
