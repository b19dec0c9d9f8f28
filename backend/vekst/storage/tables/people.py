"""People: everyone who signs in; `zone` is today's, `first_zone` where a fold begins, null for the pack's."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Table, Text, UniqueConstraint, Uuid

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["people"]

people = Table(
    "people",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("person", KEY, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("role", Text, nullable=False),
    Column("zone", Text, comment="the zone of today; the pack's where null"),
    Column(
        "first_zone",
        Text,
        comment="the zone in which a fold begins; the pack's where null",
    ),
    Column("locale", Text),
    Column("active", Boolean, nullable=False),
    Column("joined_at", MOMENT, nullable=False),
    Column("events_from", MOMENT, comment="events from before it were erased, and none are let in; null for no bound"),
    UniqueConstraint("org_id", "person", name="uq_people_person"),
    CheckConstraint("role IN ('learner', 'manager', 'author', 'admin')", name="role"),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_people_org"),
)
