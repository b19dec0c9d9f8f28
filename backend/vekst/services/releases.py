"""What a publication would put in force, beside what is; for publishing, which does it, and planning, which asks."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.errors import InvalidInput
from vekst.quests import LoadedPack, load_pack_files
from vekst.quests.changes import changed_fields, since_publication
from vekst.quests.checks import check_document
from vekst.quests.diagnostics import Diagnostic, Severity
from vekst.quests.documents import PackDocument
from vekst.storage import packs_store
from vekst.storage.packs_store import PackHead

__all__ = ["Release", "checked_pack", "digest_of", "release_of"]


@dataclass(frozen=True, slots=True)
class Release:
    """A version about to be, and the one in force `before`; they have the same head where nothing changes."""

    head: PackHead
    document: PackDocument
    before: tuple[PackHead, PackDocument] | None

    @property
    def changed(self) -> bool:
        """Whether the files differ from those in force."""
        return self.before is None or self.before[0] != self.head


def digest_of(files: Mapping[str, str]) -> str:
    """What tells the content of a pack: equal files, equal digest."""
    return hashlib.sha256(msgspec.json.encode(sorted(files.items()))).hexdigest()


def checked_pack(files: Mapping[str, str]) -> LoadedPack:
    """The pack that the files make; `InvalidInput` with `diagnostics`, a line each, where they have errors."""
    loaded = load_pack_files(files)
    diagnostics = loaded.diagnostics
    if loaded.document is not None:
        diagnostics += check_document(loaded.document, loaded.places)
    errors = tuple(each.render() for each in diagnostics if each.severity is Severity.ERROR)
    if loaded.document is None or errors:
        raise InvalidInput("PACK_NOT_VALID", field="files", count=len(errors), diagnostics=errors)
    return loaded


async def release_of(connection: AsyncConnection, org_id: UUID, pack: LoadedPack, at: datetime) -> Release:
    """The version that a checked pack would become, published `at`.

    `InvalidInput` with `diagnostics` where a field changes its type: what was recorded under the old one would then
    mean something else.
    """
    if pack.document is None:
        raise ValueError("a release is made of a checked pack")
    digest = digest_of(pack.files)
    latest = await packs_store.head_of(connection, org_id)
    if latest is None:
        begun = since_publication(pack.document, at=at, before=None, since={})
        return Release(_head(1, digest, begun), pack.document, None)
    before = await _document(connection, org_id, latest)
    if latest.digest == digest:
        return Release(latest, pack.document, (latest, before))
    _refuse(changed_fields(before, pack.document, pack.places))
    since = {(kind, key): began for kind, key, began in latest.since}
    begun = since_publication(pack.document, at=at, before=before, since=since)
    return Release(_head(latest.version + 1, digest, begun), pack.document, (latest, before))


def _head(version: int, digest: str, since: Mapping[tuple[str, str], datetime]) -> PackHead:
    return PackHead(version, digest, tuple((kind, key, at) for (kind, key), at in sorted(since.items())))


async def _document(connection: AsyncConnection, org_id: UUID, head: PackHead) -> PackDocument:
    loaded = await asyncio.to_thread(load_pack_files, await packs_store.files_of(connection, org_id, head.version))
    if loaded.document is None:
        told = "; ".join(each.render() for each in loaded.diagnostics[:3])
        raise RuntimeError(f"published version {head.version} can no longer be read: {told}")
    return loaded.document


def _refuse(diagnostics: tuple[Diagnostic, ...]) -> None:
    if not diagnostics:
        return
    first = diagnostics[0].arguments
    raise InvalidInput(
        "FIELD_TYPE_CHANGED",
        field="files",
        event=first["event"],
        name=first["field"],
        was=first["was"],
        diagnostics=tuple(each.render() for each in diagnostics),
    )
