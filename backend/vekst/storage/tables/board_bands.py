"""Board bands: the histogram of an organisation's board once more, coarser, so that a rank is a sum of few rows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, SmallInteger, Table, Uuid

from vekst.storage.tables.base import KEY, metadata

__all__ = ["board_bands"]

board_bands = Table(
    "board_bands",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("board", KEY, primary_key=True),
    Column("scope", KEY, primary_key=True),
    Column("shift", SmallInteger, primary_key=True, autoincrement=False, comment="a band is of 2 to this power values"),
    Column("band", BigInteger, primary_key=True, autoincrement=False, comment="the values shifted right by `shift`"),
    Column("members", BigInteger, nullable=False),
    Column("different", BigInteger, nullable=False, comment="how many different values they have"),
)
