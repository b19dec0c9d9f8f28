"""The outbox: what is to be told after the commit, kept until it was told."""

from __future__ import annotations

from sqlalchemy import Column, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["outbox"]

outbox = Table(
    "outbox",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("outbox_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, nullable=False),
    Column("topic", KEY, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)
