"""Verifications: what the last replay of an organisation's events found, one row each."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Table, Uuid

from vekst.storage.tables.base import MOMENT, metadata

__all__ = ["verifications"]

verifications = Table(
    "verifications",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("verified_at", MOMENT, nullable=False),
    Column("learners", BigInteger, nullable=False),
    Column("differences", BigInteger, nullable=False),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_verifications_org"),
)
