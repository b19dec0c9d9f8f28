"""Integrations: systems that record events for people, under their own name as the source."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Table, UniqueConstraint, Uuid

from vekst.storage.tables.base import KEY, metadata

__all__ = ["integrations"]

integrations = Table(
    "integrations",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("integration_id", Uuid, primary_key=True),
    Column("name", KEY, nullable=False),
    Column("active", Boolean, nullable=False),
    UniqueConstraint("org_id", "name", name="uq_integrations_name"),
    CheckConstraint("name NOT IN ('app', 'vekst')", name="name"),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_integrations_org"),
)
