"""Erasures: the fingerprint of everyone who was erased, with the key of the organisation that it was made with.

Neither names anybody: the key can't be read by the app, and a fingerprint can't be turned back.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, LargeBinary, Table, Uuid

from vekst.storage.tables.base import MOMENT, metadata

__all__ = ["erasure_keys", "erasures"]

erasures = Table(
    "erasures",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("erased_at", MOMENT, nullable=False),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_erasures_org"),
)
erasure_keys = Table(
    "erasure_keys",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    ForeignKeyConstraint(["org_id"], ["organisations.org_id"], name="fk_erasure_keys_org"),
)
