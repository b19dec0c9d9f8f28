"""Goals that learners set themselves, alone or as a manager proposed: their terms as they are now, and their words."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKeyConstraint, Index, Table, Text, Uuid

from vekst.storage.tables.base import MOMENT, metadata

__all__ = ["goals"]

goals = Table(
    "goals",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("goal_id", Uuid, primary_key=True),
    Column("proposed_by", Uuid, comment="null where the learner set it alone, and once who proposed it was erased"),
    Column("earn", Text, nullable=False, comment="a criterion in the language of quest files, as JSON"),
    Column("until", Date, nullable=False, comment="the last local date that counts"),
    Column("why", Text),
    Column("shared", Boolean, nullable=False, comment="whether the managers of the learner's teams see it"),
    Column("created_at", MOMENT, nullable=False, comment="when the server learnt of it; lists go by it"),
    Column("set_at", MOMENT, comment="null while it is only proposed"),
    Column("changed_at", MOMENT),
    Column("dropped_at", MOMENT),
    Column("reflection", Text),
    Column("reflected_at", MOMENT),
    Column("deleted_at", MOMENT, comment="the words are gone and nobody sees it any more"),
    CheckConstraint("set_at IS NOT NULL OR (changed_at IS NULL AND reflected_at IS NULL)", name="set_first"),
    CheckConstraint("reflected_at IS NOT NULL OR reflection IS NULL", name="reflected_whole"),
    CheckConstraint("deleted_at IS NULL OR (why IS NULL AND reflection IS NULL)", name="deleted_whole"),
    ForeignKeyConstraint(["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_goals_learner"),
    ForeignKeyConstraint(["org_id", "proposed_by"], ["people.org_id", "people.learner_id"], name="fk_goals_proposer"),
    Index("ix_goals_learner", "org_id", "learner_id", "created_at", "goal_id"),
    Index("ix_goals_proposer", "org_id", "proposed_by"),
)
