"""Feedback: the words of an exchange between the learner whom it is about and the giver, private to the two."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Table, Text, Uuid

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["feedback"]

feedback = Table(
    "feedback",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("feedback_id", Uuid, primary_key=True),
    Column("giver_id", Uuid, nullable=False),
    Column("started_at", MOMENT, nullable=False, comment="when the server learnt of it; lists go by it"),
    Column("skill", KEY),
    Column("event_source", KEY),
    Column("event_id", KEY),
    Column("question", Text),
    Column("asked_at", MOMENT),
    Column("worked", Text),
    Column("try_next", Text),
    Column("given_at", MOMENT),
    Column("tried", Text),
    Column("tried_source", KEY),
    Column("tried_id", KEY),
    Column("acted_at", MOMENT),
    CheckConstraint("giver_id <> learner_id", name="between_two"),
    CheckConstraint("asked_at IS NOT NULL OR given_at IS NOT NULL", name="begun"),
    CheckConstraint("num_nulls(worked, try_next, given_at) IN (0, 3)", name="given_whole"),
    CheckConstraint(
        "num_nulls(tried, tried_source, tried_id, acted_at) IN (0, 4) AND (acted_at IS NULL OR given_at IS NOT NULL)",
        name="acted_whole",
    ),
    ForeignKeyConstraint(["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_feedback_learner"),
    ForeignKeyConstraint(["org_id", "giver_id"], ["people.org_id", "people.learner_id"], name="fk_feedback_giver"),
    Index("ix_feedback_learner", "org_id", "learner_id", "started_at", "feedback_id"),
    Index("ix_feedback_giver", "org_id", "giver_id", "started_at", "feedback_id"),
)
