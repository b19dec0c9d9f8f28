"""Teams of an organisation."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Table, Text, UniqueConstraint, Uuid

from vekst.storage.tables.base import KEY, metadata

__all__ = ["teams"]

teams = Table(
    "teams",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("team_id", Uuid, primary_key=True),
    Column("key", KEY, nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", Text),
    UniqueConstraint("org_id", "key", name="uq_teams_key"),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_teams_org"),
)
