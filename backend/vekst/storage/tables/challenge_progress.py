"""Challenge progress: a row per member with the value used at the settling, which is final (C3)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Numeric, Table, Uuid

from vekst.storage.tables.base import metadata

__all__ = ["challenge_progress"]

challenge_progress = Table(
    "challenge_progress",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("challenge_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("value", Numeric, nullable=False, comment="the value used at the settling, sums in billionths"),
    Column("asked", Boolean, nullable=False),
    Column("reached", Boolean, nullable=False),
    ForeignKeyConstraint(
        ["org_id", "challenge_id"],
        ["challenges.org_id", "challenges.challenge_id"],
        name="fk_challenge_progress_challenge",
    ),
    ForeignKeyConstraint(
        ["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_challenge_progress_person"
    ),
)
