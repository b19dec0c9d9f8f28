"""Publishes quest files as a new, immutable version; the worker then judges everyone again under it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec

from vekst.domain.errors import InvalidInput
from vekst.engine.pack import Pack
from vekst.jobs.queue import Queue
from vekst.quests import load_pack_files
from vekst.quests.checks import check_document
from vekst.quests.diagnostics import Severity
from vekst.quests.documents import PackDocument
from vekst.services.clock import Clock
from vekst.services.packs import Packs
from vekst.storage import packs_store
from vekst.storage.database import Database
from vekst.storage.packs_store import PackHead

__all__ = ["Published", "PublishingService", "digest_of"]


@dataclass(frozen=True, slots=True)
class Published:
    """Which version is in force now; `changed` is false where the same files were in force already."""

    version: int
    changed: bool


def digest_of(files: Mapping[str, str]) -> str:
    """What tells the content of a pack: equal files, equal digest."""
    return hashlib.sha256(msgspec.json.encode(sorted(files.items()))).hexdigest()


class PublishingService:
    """Versions of an organisation's pack."""

    def __init__(self, database: Database, packs: Packs, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._packs = packs
        self._queue = queue
        self._clock = clock

    async def publish(self, org_id: UUID, files: Mapping[str, str]) -> Published:
        """Put the files in force as the next version.

        `InvalidInput` with `diagnostics` where they have errors, or where a field changes its type: what was recorded
        under the old one would then mean something else.
        """
        document = await asyncio.to_thread(_checked, files)
        digest = digest_of(files)
        async with self._database.writing(org_id) as connection:
            await packs_store.lock(connection, org_id)
            latest = await self._packs.latest(connection, org_id)
            if latest is not None and latest.digest == digest:
                return Published(latest.version, changed=False)
            if latest is not None:
                _check_fields(latest, document)
            head = PackHead(latest.version + 1 if latest else 1, digest)
            await packs_store.append(connection, org_id, head, key=document.pack.pack, files=files, at=self._clock())
        await self._queue.wake(org_id)
        return Published(head.version, changed=True)


def _checked(files: Mapping[str, str]) -> PackDocument:
    loaded = load_pack_files(files)
    diagnostics = loaded.diagnostics
    if loaded.document is not None:
        diagnostics += check_document(loaded.document, loaded.places)
    errors = tuple(each.render() for each in diagnostics if each.severity is Severity.ERROR)
    if loaded.document is None or errors:
        raise InvalidInput("PACK_NOT_VALID", field="files", count=len(errors), diagnostics=errors)
    return loaded.document


def _check_fields(old: Pack, new: PackDocument) -> None:
    for key, event_type in old.event_types.items():
        for name, field in event_type.fields.items():
            changed = new.events[key].fields.get(name) if key in new.events else None
            if changed is not None and changed.type != field.type:
                raise InvalidInput("FIELD_TYPE_CHANGED", field="files", event=key, name=name, was=field.type)
