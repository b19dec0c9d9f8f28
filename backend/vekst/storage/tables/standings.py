"""Standings: one row per person from the beginning; judging locks it, and it counts the ledger's `seq`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, Text, Uuid, text

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["standings"]

standings = Table(
    "standings",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("pack_version", Integer),
    Column("engine_version", KEY),
    Column("last_occurred_at", MOMENT),
    Column("last_source", KEY),
    Column("last_id", KEY),
    Column("ledger_seq", BigInteger, nullable=False),
    Column("reversals", Integer, nullable=False),
    Column("state", LargeBinary),
    Column("updated_at", MOMENT, nullable=False),
    Column(
        "failures",
        Integer,
        nullable=False,
        comment="judgings in a row that failed; the learner waits until retry_at, or for a command where that is null",
    ),
    Column("failed_at", MOMENT),
    Column("retry_at", MOMENT),
    Column("error", Text),
    ForeignKeyConstraint(["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_standings_person"),
    # No index looks at `state`: a standing is written anew with every judging, and then without any index.
    Index("ix_standings_judged_by", "org_id", "engine_version", "pack_version"),
    Index("ix_standings_set_aside", "org_id", "learner_id", postgresql_where=text("failures > 0")),
)
