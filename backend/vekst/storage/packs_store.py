"""Stores the published versions of packs, word for word; a version is never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct

__all__ = ["PackHead", "RuleSince", "append", "files_of", "head_from", "head_of", "lock"]

RuleSince = tuple[str, str, datetime]
"""A rule, by kind and key, and the instant from which it judges (V1)."""


@dataclass(frozen=True, slots=True)
class PackHead:
    """Which version an organisation has: `digest` tells its content, `since` when rules began that say so."""

    version: int
    digest: str
    since: tuple[RuleSince, ...] = ()


_HEAD: Final = """
    SELECT version, digest, since FROM pack_versions
     WHERE org_id = $1 AND version = coalesce($2, version) ORDER BY version DESC LIMIT 1
"""
_FILES: Final = text("SELECT files FROM pack_versions WHERE org_id = :org_id AND version = :version")
_APPEND: Final = text(
    """
    INSERT INTO pack_versions (org_id, version, key, digest, files, published_at, since)
    VALUES (:org_id, :version, :key, :digest, CAST(:files AS jsonb), :published_at, CAST(:since AS jsonb))
    """
)
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('vekst.publish:' || CAST(:org_id AS text), 0))")


async def head_of(connection: AsyncConnection, org_id: UUID, version: int | None = None) -> PackHead | None:
    """The latest version, or the one asked for; None where there is none."""
    rows = await direct.fetch(connection, _HEAD, org_id, version)
    return head_from(*rows[0]) if rows else None


def head_from(version: int, digest: str, since: Iterable[tuple[str, str, str]]) -> PackHead:
    """The version from the columns of its row."""
    return PackHead(version, digest, tuple((kind, key, datetime.fromisoformat(at)) for kind, key, at in since))


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
        "since": msgspec.json.encode([(kind, key, began.isoformat()) for kind, key, began in head.since]).decode(),
    }
    await connection.execute(_APPEND, parameters)
