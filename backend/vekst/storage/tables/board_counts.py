"""Board counts: the histogram of an organisation's board, from which a rank is one plus the members above."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Uuid

from vekst.storage.tables.base import KEY, metadata

__all__ = ["board_counts"]

board_counts = Table(
    "board_counts",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("board", KEY, primary_key=True),
    Column("scope", KEY, primary_key=True),
    Column("value", BigInteger, primary_key=True, autoincrement=False),
    Column("members", BigInteger, nullable=False),
)
