"""Checkpoints: what remains of a learner's events that were erased, and where every full fold begins."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, LargeBinary, Table, Uuid

from vekst.storage.tables.base import MOMENT, metadata

__all__ = ["checkpoints"]

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("horizon", MOMENT, nullable=False, comment="events from before it were erased"),
    Column("state", LargeBinary, nullable=False),
    Column("made_at", MOMENT, nullable=False),
    ForeignKeyConstraint(
        ["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_checkpoints_person"
    ),
)
