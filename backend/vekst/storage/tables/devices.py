"""Devices: where pushes go to, and how far each has been told of its person's ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, Text, Uuid

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["devices"]

devices = Table(
    "devices",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("endpoint", KEY, primary_key=True, comment="the address at the push service, which tells devices apart"),
    Column("learner_id", Uuid, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
    Column("told_seq", BigInteger, nullable=False, comment="the entry of the ledger up to which the device was told"),
    Column("tries", Integer, nullable=False, comment="pushes in a row that failed"),
    Column("retry_at", MOMENT, comment="not to be tried before: after a failure, and while a worker is at it"),
    Column("registered_at", MOMENT, nullable=False),
    Column("delivered_at", MOMENT, comment="when the push service last took a push"),
    ForeignKeyConstraint(["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_devices_person"),
    Index("ix_devices_learner", "org_id", "learner_id"),
)
