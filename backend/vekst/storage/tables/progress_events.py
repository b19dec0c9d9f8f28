"""Progress events: the queue of record; an event waits to be judged while `judged_at` is null."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["progress_events"]

progress_events = Table(
    "progress_events",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("source", KEY, primary_key=True),
    Column("id", KEY, primary_key=True),
    Column("ref", BigInteger, Identity(always=True), nullable=False),
    Column("type", KEY, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("received_at", MOMENT, nullable=False),
    Column("judged_at", MOMENT),
    CheckConstraint("recorded_by IN ('self', 'manager', 'system')", name="recorded_by"),
    Index("ix_progress_events_number", "org_id", "ref", unique=True),
    Index(
        "ix_progress_events_pending",
        "org_id",
        "learner_id",
        "occurred_at",
        "source",
        "id",
        postgresql_where=text("judged_at IS NULL"),
    ),
)
