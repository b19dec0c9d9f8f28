"""The audit log: administrative acts, each written once in the transaction of the act, and never changed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["audit_entries"]

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("entry_id", Uuid, primary_key=True, comment="version 7: its order is that of time"),
    Column("done_at", MOMENT, nullable=False),
    Column("act", KEY, nullable=False),
    Column("done_by", KEY, nullable=False, comment="PERSON, INTEGRATION, OPERATOR or SYSTEM"),
    Column("actor_id", Uuid, comment="the person who did it; null once they were erased"),
    Column("actor_name", Text, comment="the name of the integration or the operator"),
    Column("subject_id", Uuid, comment="the person whom it was done to; null once they were erased"),
    Column("thing", Text, comment="what it was done to, where that is no person"),
    Column("request_id", KEY, comment="the request, command or job it was done in"),
    Column("facts", JSONB, nullable=False),
    CheckConstraint("done_by IN ('PERSON', 'INTEGRATION', 'OPERATOR', 'SYSTEM')", name="done_by_known"),
    CheckConstraint("jsonb_typeof(facts) = 'object'", name="facts_are_an_object"),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_audit_entries_org"),
    ForeignKeyConstraint(["org_id", "actor_id"], ["people.org_id", "people.learner_id"], name="fk_audit_entries_actor"),
    ForeignKeyConstraint(
        ["org_id", "subject_id"], ["people.org_id", "people.learner_id"], name="fk_audit_entries_subject"
    ),
    Index("ix_audit_entries_act", "org_id", "act", "entry_id"),
    Index("ix_audit_entries_actor", "org_id", "actor_id", "entry_id", postgresql_where=text("actor_id IS NOT NULL")),
    Index(
        "ix_audit_entries_subject", "org_id", "subject_id", "entry_id", postgresql_where=text("subject_id IS NOT NULL")
    ),
)
