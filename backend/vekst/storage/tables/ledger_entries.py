"""The ledger: append-only; a reversal closes a life of a recognition, earning it again opens the next."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["ledger_entries"]

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", Uuid, nullable=False),
    Column("kind", KEY, nullable=False),
    Column("key", KEY, nullable=False),
    Column("tier", KEY, nullable=False),
    Column("occurrence", KEY, nullable=False),
    Column("life", Integer, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("nature", Text, nullable=False),
    Column("skill", Text),
    Column("reached_at", MOMENT, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("pack_version", Integer, nullable=False),
    Column("evidence", ARRAY(BigInteger), nullable=False),
    Column("reverses_seq", BigInteger),
    Column("reason", Text),
    CheckConstraint("nature IN ('effort', 'outcome')", name="nature"),
    CheckConstraint("(kind = 'REVERSAL') = (reverses_seq IS NOT NULL)", name="reversal"),
    Index(
        "ix_ledger_entries_identity",
        "org_id",
        "learner_id",
        "kind",
        "key",
        "tier",
        "occurrence",
        "life",
        unique=True,
        postgresql_where=text("reverses_seq IS NULL"),
    ),
    Index(
        "ix_ledger_entries_reverses",
        "org_id",
        "learner_id",
        "reverses_seq",
        unique=True,
        postgresql_where=text("reverses_seq IS NOT NULL"),
    ),
)
