"""The compiled packs of a process: published texts are compiled once, and shared by all that run the same version."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.engine.pack import Pack
from vekst.quests import load_pack_files
from vekst.quests.compiler import compile_pack
from vekst.storage import packs_store
from vekst.storage.packs_store import PackHead

__all__ = ["Packs"]

_KEPT = 256


class Packs:
    """Compiled packs by version and digest. A version is never changed, so what was compiled stays true."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[PackHead, Pack] = OrderedDict()
        self._heads: dict[tuple[UUID, int], PackHead] = {}
        self._compiling: dict[PackHead, asyncio.Lock] = {}

    def cached(self, org_id: UUID, version: int) -> Pack | None:
        """That version of the organisation's pack, if this process has met it."""
        head = self._heads.get((org_id, version))
        if head is None or head not in self._compiled:
            return None
        self._compiled.move_to_end(head)
        return self._compiled[head]

    async def latest(self, connection: AsyncConnection, org_id: UUID) -> Pack | None:
        """The organisation's latest published version, None before the first; costs one small query."""
        return await self.of(connection, org_id, await packs_store.head_of(connection, org_id))

    async def version(self, connection: AsyncConnection, org_id: UUID, version: int) -> Pack | None:
        """That version of the organisation's pack; costs no query once it was met."""
        found = self.cached(org_id, version)
        return found or await self.of(connection, org_id, await packs_store.head_of(connection, org_id, version))

    async def of(self, connection: AsyncConnection, org_id: UUID, head: PackHead | None) -> Pack | None:
        """The version whose head was read already; costs a query when it is met for the first time."""
        if head is None:
            return None
        self._heads[org_id, head.version] = head
        if head not in self._compiled:
            async with self._compiling.setdefault(head, asyncio.Lock()):
                if head not in self._compiled:
                    files = await packs_store.files_of(connection, org_id, head.version)
                    self._keep(head, await asyncio.to_thread(_compile, files, head))
        self._compiled.move_to_end(head)
        return self._compiled[head]

    def _keep(self, head: PackHead, pack: Pack) -> None:
        self._compiled[head] = pack
        self._compiling.pop(head, None)
        while len(self._compiled) > _KEPT:
            self._compiled.popitem(last=False)


def _compile(files: Mapping[str, str], head: PackHead) -> Pack:
    loaded = load_pack_files(files)
    if loaded.document is None:
        told = "; ".join(each.render() for each in loaded.diagnostics[:3])
        raise RuntimeError(f"published version {head.version} can no longer be read: {told}")
    since = {(kind, key): at for kind, key, at in head.since}
    return compile_pack(loaded.document, version=head.version, digest=head.digest, since=since)
