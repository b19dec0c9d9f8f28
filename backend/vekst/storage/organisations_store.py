"""Stores organisations, and asks the functions that may look across them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Totals", "append", "find_id", "pending", "totals", "with_boards_due", "with_challenges_due", "with_outbox"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Over all organisations; 100,000 means so many or more.

    `waiting` events are for the workers, `held` ones are of learners set aside. Of these, `stuck` ones failed so often
    that they wait for somebody to look. `untold` messages woke no live stream yet.
    """

    waiting: int
    held: int
    set_aside: int
    stuck: int
    untold: int


_APPEND: Final = text(
    """
    INSERT INTO organisations (org_id, key, name, created_at) VALUES (:org_id, :key, :name, :created_at)
    ON CONFLICT (key) DO NOTHING RETURNING org_id
    """
)
_FIND: Final = text("SELECT vekst_organisation_id(:key)")
_PENDING: Final = text("SELECT org_id, since FROM vekst_pending_organisations(:engine)")
_TOTALS: Final = text("SELECT waiting, held, set_aside, stuck, untold FROM vekst_backlog()")
_BOARDS_DUE: Final = text("SELECT vekst_organisations_with_boards_due(:moment)")
_CHALLENGES_DUE: Final = text("SELECT vekst_organisations_with_challenges_due(:moment)")
_OUTBOX: Final = text("SELECT vekst_organisations_with_outbox(:before)")


async def append(connection: AsyncConnection, org_id: UUID, *, key: str, name: str, at: datetime) -> bool:
    """Add an organisation; whether the key was free."""
    parameters = {"org_id": org_id, "key": key, "name": name, "created_at": at}
    return (await connection.execute(_APPEND, parameters)).scalar_one_or_none() is not None


async def find_id(connection: AsyncConnection, key: str) -> UUID | None:
    """The id of the organisation with that key."""
    found: UUID | None = (await connection.execute(_FIND, {"key": key})).scalar_one()
    return found


async def pending(connection: AsyncConnection, engine_version: str) -> list[tuple[UUID, datetime]]:
    """The organisations with something to judge and since when, the longest waiting first."""
    rows = await connection.execute(_PENDING, {"engine": engine_version})
    return [(row.org_id, row.since) for row in rows]


async def totals(connection: AsyncConnection) -> Totals:
    """How much waits."""
    row = (await connection.execute(_TOTALS)).one()
    return Totals(row.waiting, row.held, row.set_aside, row.stuck, row.untold)


async def with_boards_due(connection: AsyncConnection, moment: datetime) -> list[UUID]:
    """The organisations with a board value that no longer holds."""
    return list((await connection.execute(_BOARDS_DUE, {"moment": moment})).scalars())


async def with_challenges_due(connection: AsyncConnection, moment: datetime) -> list[UUID]:
    """The organisations with a challenge that waits to be settled."""
    return list((await connection.execute(_CHALLENGES_DUE, {"moment": moment})).scalars())


async def with_outbox(connection: AsyncConnection, before: datetime) -> list[UUID]:
    """The organisations with something written before that instant and not told yet."""
    return list((await connection.execute(_OUTBOX, {"before": before})).scalars())
