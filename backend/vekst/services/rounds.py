"""Rounds: all learners of an organisation, in pieces of about as many events each, so that memory stays constant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from vekst.storage import learners_store
from vekst.storage.database import Database
from vekst.storage.learners_store import LearnerRow
from vekst.storage.standings_store import NOBODY

__all__ = ["EVENTS_AT_ONCE", "OnProgress", "round_of_learners"]

EVENTS_AT_ONCE: Final = 20_000
_LEARNERS_AT_ONCE: Final = 200

OnProgress = Callable[[int, int], None]
"""Is told how many learners are done, and how many there are."""


async def round_of_learners(
    database: Database, org_id: UUID, on_progress: OnProgress | None = None
) -> AsyncIterator[Sequence[LearnerRow]]:
    """Every learner once, by id; a piece holds one learner or at most 20,000 events."""
    after, done = NOBODY, 0
    async with database.reading(org_id) as connection:
        total = await learners_store.count(connection, org_id)
    while True:
        async with database.reading(org_id) as connection:
            page = await learners_store.page(connection, org_id, after=after, most=_LEARNERS_AT_ONCE)
        if not page:
            return
        after = page[-1].learner_id
        for piece in _pieces(page):
            yield piece
            done += len(piece)
            if on_progress is not None:
                on_progress(done, max(done, total))


def _pieces(page: Iterable[LearnerRow]) -> Iterator[list[LearnerRow]]:
    piece: list[LearnerRow] = []
    events = 0
    for learner in page:
        if piece and events + learner.events > EVENTS_AT_ONCE:
            yield piece
            piece, events = [], 0
        piece.append(learner)
        events += learner.events
    if piece:
        yield piece
