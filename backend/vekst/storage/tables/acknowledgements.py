"""Acknowledgements: which entries of a learner's ledger somebody has seen and said so, each once."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Table, Uuid

from vekst.storage.tables.base import MOMENT, metadata

__all__ = ["acknowledgements"]

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="the entry of the ledger that was seen"),
    Column("giver_id", Uuid, comment="null once who gave it was erased"),
    Column("given_at", MOMENT, nullable=False),
    ForeignKeyConstraint(
        ["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_acknowledgements_learner"
    ),
    ForeignKeyConstraint(
        ["org_id", "giver_id"], ["people.org_id", "people.learner_id"], name="fk_acknowledgements_giver"
    ),
    Index("ix_acknowledgements_giver", "org_id", "giver_id"),
)
