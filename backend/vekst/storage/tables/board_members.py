"""Board members: who has a place on a board, with which value, and until when it holds (null: for ever)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Uuid, text

from vekst.storage.tables.base import KEY, MOMENT, metadata

__all__ = ["board_members"]

board_members = Table(
    "board_members",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    # First, so that what one judging writes lies together, and what is a learner's is found.
    Column("learner_id", Uuid, primary_key=True),
    Column("board", KEY, primary_key=True),
    Column(
        "scope",
        KEY,
        primary_key=True,
        comment="`org`; after a slash the window, where the board has them",
    ),
    Column("value", BigInteger, nullable=False),
    Column("holds_until", MOMENT),
    Index("ix_board_members_rank", "org_id", "board", "scope", "value", "learner_id"),
    Index("ix_board_members_due", "org_id", "holds_until", postgresql_where=text("holds_until IS NOT NULL")),
)
