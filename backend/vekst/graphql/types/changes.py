"""What an app missed while it was away: the new entries of the ledger, and the learner where anything else changed."""

from __future__ import annotations

from hashlib import blake2s

import strawberry

from vekst.domain.calendars import local_day
from vekst.domain.errors import InvalidInput, NotFound
from vekst.graphql.context import Context
from vekst.graphql.opaque import write_cursor
from vekst.graphql.scalars import DateTime
from vekst.graphql.types.learners import Learner, learner_of
from vekst.graphql.types.nodes import PAGE_AT_MOST, page_size
from vekst.graphql.types.recognitions import CHANGES, RecognitionEdge, edge_of, read_mark, read_place
from vekst.queries.learners import LearnerRow
from vekst.queries.ledger import LedgerRow, ledger_page, ledger_since
from vekst.queries.marks import mark_of

__all__ = ["Changes", "changes_since"]


@strawberry.type(description="What changed since an app was last told. Small when little happened.")
class Changes:
    """One answer to `changes`."""

    recognitions: list[RecognitionEdge] = strawberry.field(
        description="The new recognitions, reversals too, oldest first; the latest ones where no cursor was given."
    )
    learner: Learner | None = strawberry.field(
        description="The learner as they are now; null where all that it shows is as it was, and while there is more."
    )
    cursor: str = strawberry.field(
        description="To be kept, and given as `since` the next time; also as `after` of the stream of recognitions."
    )
    has_more: bool = strawberry.field(description="Whether to ask again at once.")
    server_time: DateTime = strawberry.field(
        description="The server's time: a device whose clock differs corrects what it wrote under that clock."
    )


async def changes_since(context: Context, since: str | None, first: int | None) -> Changes:
    """What the signed-in person's app does not know yet; without a cursor the newest entries and the learner."""
    count = page_size(first, usual=PAGE_AT_MOST)
    place, mark = read_place(since, "since"), read_mark(since)
    row = await context.loaders.learners.load(context.learner_id)
    if row is None:
        raise NotFound
    rows = await _entries(context, place, count)
    more = place is not None and len(rows) > count
    rows = rows[:count] if place is not None else rows
    now_mark = mark if more else await _mark(context, row)
    reached = rows[-1].seq if rows else place or 0
    return Changes(
        recognitions=[await edge_of(context, entry) for entry in rows],
        learner=await learner_of(context, row) if now_mark != mark else None,
        cursor=write_cursor(CHANGES, f"{reached}.{now_mark}"),
        has_more=more,
        server_time=DateTime(context.now),
    )


async def _entries(context: Context, place: int | None, count: int) -> list[LedgerRow]:
    """Entries oldest first; one more than asked for tells that there are more after the cursor."""
    org_id, learner_id = context.actor.org_id, context.learner_id
    async with context.factory.reading(org_id) as connection:
        if place:
            return _after(place, await ledger_since(connection, org_id, learner_id, after=place - 1, count=count + 2))
        if place is not None:
            return await ledger_since(connection, org_id, learner_id, after=place, count=count + 1)
        newest = await ledger_page(connection, org_id, learner_id, before=None, count=max(count, 1))
    return newest[::-1]


def _after(place: int, rows: list[LedgerRow]) -> list[LedgerRow]:
    """What comes after the entry that the cursor names, which is read along."""
    if not rows or rows[0].seq != place:
        # Of another learner, or from before a restore: to wait for it would be to miss what comes.
        raise InvalidInput("CURSOR_NOT_VALID", field="since")
    return rows[1:]


async def _mark(context: Context, row: LearnerRow) -> str:
    """A digest of all that a learner is read from, the local date among it."""
    async with context.factory.reading(context.actor.org_id) as connection:
        beside = await mark_of(connection, context.actor.org_id, row.learner_id)
    pack = await context.pack(row.pack_version)
    day = local_day(context.now, row.zone or (pack.zone if pack else "UTC"))
    digest = blake2s(row.state or b"", digest_size=9)
    shown = (row.pack_version, row.person, row.name, row.zone, row.locale, row.pending)
    told = (*shown, day, context.languages.wanted, beside)
    digest.update(repr(told).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
