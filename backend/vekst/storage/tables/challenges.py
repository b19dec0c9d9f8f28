"""Challenges: what teams set out to do together; `met` and the totals are there once it is settled."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["challenges"]

challenges = Table(
    "challenges",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("challenge_id", Uuid, primary_key=True),
    Column("created_by", Uuid, comment="null once who created it was erased"),
    Column("client_id", KEY, nullable=False),
    Column("request", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("pack_version", Integer, nullable=False),
    Column("template", KEY),
    Column("title", Text),
    Column("measure", JSONB, comment="a measure of the manager's own; null for the template's"),
    Column("goal", JSONB, nullable=False),
    Column("nature", Text, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("zone", Text, nullable=False),
    Column("starts_at", MOMENT, nullable=False),
    Column("ends_at", MOMENT, nullable=False),
    Column("settles_at", MOMENT, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("cancelled_at", MOMENT),
    Column("settled_at", MOMENT),
    Column(
        "side_by_side",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="whether each team has a result of its own",
    ),
    Column("met", Boolean),
    Column("members", Integer),
    Column("asked", Integer),
    Column("reached", Integer),
    Column("total", Numeric, comment="what all members came to, sums in billionths"),
    UniqueConstraint("org_id", "created_by", "client_id", name="uq_challenges_client"),
    CheckConstraint("starts_at < ends_at AND ends_at <= settles_at", name="span"),
    CheckConstraint("(template IS NULL) = (measure IS NOT NULL)", name="terms"),
    CheckConstraint("nature IN ('effort', 'outcome')", name="nature"),
    CheckConstraint("(settled_at IS NULL) = (met IS NULL)", name="result"),
    CheckConstraint("settled_at IS NULL OR cancelled_at IS NULL", name="end"),
    ForeignKeyConstraint(
        ["org_id", "pack_version"], ["pack_versions.org_id", "pack_versions.version"], name="fk_challenges_pack"
    ),
    ForeignKeyConstraint(
        ["org_id", "created_by"], ["people.org_id", "people.learner_id"], name="fk_challenges_creator"
    ),
    Index(
        "ix_challenges_due",
        "org_id",
        "settles_at",
        postgresql_where=text("settled_at IS NULL AND cancelled_at IS NULL AND NOT draft"),
    ),
)
