"""Pack versions: the published quest files, word for word, and since when rules judge that say so; never changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["pack_versions"]

pack_versions = Table(
    "pack_versions",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("key", KEY, nullable=False),
    Column("digest", Text, nullable=False),
    Column("files", JSONB, nullable=False),
    Column("published_at", MOMENT, nullable=False),
    Column("since", JSONB, nullable=False, server_default=text("'[]'")),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_pack_versions_org"),
)
