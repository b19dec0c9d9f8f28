"""Board choices: who joined or left a board by their own will."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Table, Uuid

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["board_choices"]

board_choices = Table(
    "board_choices",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("board", KEY, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("joined", Boolean, nullable=False),
    Column("chosen_at", MOMENT, nullable=False),
    ForeignKeyConstraint(
        ["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_board_choices_person"
    ),
    Index("ix_board_choices_learner", "org_id", "learner_id"),
)
