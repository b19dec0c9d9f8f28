"""Memberships: who belonged to, or managed, which team, from when until when."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Table, Uuid, text

from vekst.storage.tables.base import MOMENT, metadata

__all__ = ["memberships"]

memberships = Table(
    "memberships",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("membership_id", Uuid, primary_key=True),
    Column("team_id", Uuid, nullable=False),
    Column("manages", Boolean, nullable=False),
    Column("joined_at", MOMENT, nullable=False),
    Column("left_at", MOMENT),
    ForeignKeyConstraint(
        ["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_memberships_person"
    ),
    ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.team_id"], name="fk_memberships_team"),
    Index(
        "ix_memberships_present",
        "org_id",
        "learner_id",
        "team_id",
        unique=True,
        postgresql_where=text("left_at IS NULL"),
    ),
    Index("ix_memberships_team", "org_id", "team_id", "learner_id"),
)
