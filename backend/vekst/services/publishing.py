"""Publishes quest files as a new, immutable version; the worker then judges everyone again under it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from vekst.domain.audit import Act, Note
from vekst.jobs.queue import Queue
from vekst.services.auditing import Auditor
from vekst.services.clock import Clock
from vekst.services.packs import Packs
from vekst.services.releases import Release, checked_pack, digest_of, release_of
from vekst.storage import packs_store, standings_store
from vekst.storage.database import Database

__all__ = ["Published", "PublishingService", "digest_of"]


@dataclass(frozen=True, slots=True)
class Published:
    """Which version is in force now; `changed` is false where the same files were in force already."""

    version: int
    changed: bool


class PublishingService:
    """Versions of an organisation's pack."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock, auditor: Auditor) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock
        self._auditor = auditor

    async def publish(self, org_id: UUID, files: Mapping[str, str]) -> Published:
        """Put the files in force as the next version; the same files again make none.

        `InvalidInput` with `diagnostics` where they have errors, or where a field changes its type.
        """
        pack = await asyncio.to_thread(checked_pack, files)
        now = self._clock()
        async with self._database.writing(org_id) as connection:
            await packs_store.lock(connection, org_id)
            release = await release_of(connection, org_id, pack, now)
            if not release.changed:
                return Published(release.head.version, changed=False)
            key = release.document.pack.pack
            await packs_store.append(connection, org_id, release.head, key=key, files=pack.files, at=now)
            # Whose judging failed under the version before may well be judged under this one.
            await standings_store.retry(connection, org_id, now)
            await self._auditor.note(connection, org_id, now, _note(release))
        await self._queue.wake(org_id)
        return Published(release.head.version, changed=True)


def _note(release: Release) -> Note:
    """The version, and for how many days it keeps events: less than before takes some away for good."""
    pack = release.document.pack
    facts: dict[str, object] = {"version": release.head.version, "retentionDays": pack.retention.days}
    if release.before is not None and release.before[1].pack.retention != pack.retention:
        facts["retentionDaysBefore"] = release.before[1].pack.retention.days
    return Note(Act.PACK_PUBLISHED, thing=pack.pack, facts=facts)
