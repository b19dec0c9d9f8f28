"""Stores the published versions of packs, word for word; a version is never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["PackHead", "append", "files_of", "head_of", "lock"]


@dataclass(frozen=True, slots=True)
class PackHead:
    """Which version an organisation has: `digest` tells its content."""

    version: int
    digest: str


_HEAD: Final = text(
    """
    SELECT version, digest FROM pack_versions
     WHERE org_id = :org_id AND version = coalesce(:version, version) ORDER BY version DESC LIMIT 1
    """
)
_FILES: Final = text("SELECT files FROM pack_versions WHERE org_id = :org_id AND version = :version")
_APPEND: Final = text(
    """
    INSERT INTO pack_versions (org_id, version, key, digest, files, published_at)
    VALUES (:org_id, :version, :key, :digest, CAST(:files AS jsonb), :published_at)
    """
)
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('vekst.publish:' || CAST(:org_id AS text), 0))")


async def head_of(connection: AsyncConnection, org_id: UUID, version: int | None = None) -> PackHead | None:
    """The latest version, or the one asked for; None where there is none."""
    row = (await connection.execute(_HEAD, {"org_id": org_id, "version": version})).one_or_none()
    return PackHead(row.version, row.digest) if row else None


async def files_of(connection: AsyncConnection, org_id: UUID, version: int) -> dict[str, str]:
    """The texts of that version by file name; `KeyError` for a version that was never published."""
    found: dict[str, str] | None = (
        await connection.execute(_FILES, {"org_id": org_id, "version": version})
    ).scalar_one_or_none()
    if found is None:
        raise KeyError(version)
    return found


async def lock(connection: AsyncConnection, org_id: UUID) -> None:
    """Let one publication of an organisation happen at a time."""
    await connection.execute(_LOCK, {"org_id": str(org_id)})


async def append(
    connection: AsyncConnection, org_id: UUID, head: PackHead, *, key: str, files: Mapping[str, str], at: datetime
) -> None:
    """Add a version."""
    parameters = {
        "org_id": org_id,
        "version": head.version,
        "key": key,
        "digest": head.digest,
        "files": msgspec.json.encode(files).decode(),
        "published_at": at,
    }
    await connection.execute(_APPEND, parameters)
