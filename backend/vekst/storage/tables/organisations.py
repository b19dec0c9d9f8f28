"""Organisations: the directory; the only table whose key is unique beyond one organisation."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, UniqueConstraint, Uuid

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["organisations"]

organisations = Table(
    "organisations",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("key", KEY, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("key", name="uq_organisations_key"),
)
