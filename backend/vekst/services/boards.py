"""Boards: joining and leaving, and the sweep that puts the next value in the place of one that no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor, Role
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.engine.standing import decode
from vekst.engine.version import ENGINE_VERSION
from vekst.services.clock import Clock
from vekst.services.packs import Packs
from vekst.services.places import oldest_windows, places_of
from vekst.storage import boards_store, challenges_store, organisations_store, standings_store
from vekst.storage.board_scopes import challenge_board
from vekst.storage.database import Database
from vekst.storage.standings_store import StandingRow

__all__ = ["BoardsService", "Tidied", "refresh_places"]

_SWEPT_AT_MOST: Final = 200
_TURN: Final = 2.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many learners had places in windows that are no longer kept, and how many values nobody had any more."""

    learners: int
    counts: int

    def __bool__(self) -> bool:
        return bool(self.learners or self.counts)


class BoardsService:
    """Who is on the boards, by their own choice."""

    def __init__(self, database: Database, packs: Packs, clock: Clock) -> None:
        self._database = database
        self._packs = packs
        self._clock = clock

    async def join(self, actor: Actor, board: str) -> None:
        """Join a board; the place is there at once. `NotFound` for an unknown board."""
        await self._choose(actor, board, joined=True)

    async def leave(self, actor: Actor, board: str) -> None:
        """Leave a board; the place is gone at once. `NotFound` for an unknown board."""
        await self._choose(actor, board, joined=False)

    async def join_challenge(self, actor: Actor, challenge_id: UUID) -> None:
        """Join a challenge's board. `NotFound` for who has no part in it now, or where it has none."""
        await self._choose_challenge(actor, challenge_id, joined=True)

    async def leave_challenge(self, actor: Actor, challenge_id: UUID) -> None:
        """Leave a challenge's board; the place is gone at once. `NotFound` as for joining."""
        await self._choose_challenge(actor, challenge_id, joined=False)

    async def sweep(self) -> int:
        """Replace values that no longer hold; how many learners were looked at.

        Each organisation has a turn: where very many runs have ended at once, the rest of them wait for the next sweep,
        and nothing else waits for them. Readers know which values no longer hold.
        """
        async with self._database.crossing() as connection:
            organisations = await organisations_store.with_boards_due(connection, self._clock())
        return sum([await self._sweep_organisation(org_id) for org_id in organisations])

    async def tidy(self, org_id: UUID) -> Tidied:
        """Take away the places in windows that are no longer kept, which nobody is shown any more, and empty counts."""
        seen: set[UUID] = set()
        # Whom a version that keeps more has judged last is found again, and left until the worker has come to them.
        while found := await self._tidy_batch(org_id) - seen:
            seen |= found
        async with self._database.writing(org_id) as connection:
            return Tidied(len(seen), await boards_store.take_empty_counts(connection, org_id))

    async def _tidy_batch(self, org_id: UUID) -> set[UUID]:
        now = self._clock()
        async with self._database.writing(org_id) as connection:
            pack = await self._packs.latest(connection, org_id)
            oldest = oldest_windows(pack, now) if pack else {}
            if not oldest:
                return set()
            past = await boards_store.find_past(connection, org_id, oldest, most=_SWEPT_AT_MOST)
            held = await standings_store.lock(connection, org_id, past) if past else []
            if held:
                await refresh_places(connection, self._packs, org_id, held, now)
        return set(held)

    async def _sweep_organisation(self, org_id: UUID) -> int:
        total, ends = 0, monotonic() + _TURN
        while (swept := await self._sweep_batch(org_id)) and monotonic() < ends:
            total += swept
        return total + swept

    async def _sweep_batch(self, org_id: UUID) -> int:
        now = self._clock()
        async with self._database.writing(org_id) as connection:
            due = await standings_store.lock_due(connection, org_id, now=now, most=_SWEPT_AT_MOST)
            if due:
                await refresh_places(connection, self._packs, org_id, due, now)
        return len(due)

    async def _choose(self, actor: Actor, board: str, *, joined: bool) -> None:
        learner_id, now = _learner(actor), self._clock()
        async with self._database.writing(actor.org_id) as connection:
            pack = await self._packs.latest(connection, actor.org_id)
            if pack is None or board not in pack.leaderboards:
                raise NotFound("LEADERBOARD_UNKNOWN", field="key", key=board[:80])
            await _lock(connection, actor.org_id, learner_id)
            await boards_store.choose(connection, actor.org_id, learner_id, board=board, joined=joined, at=now)
            await refresh_places(connection, self._packs, actor.org_id, [learner_id], now)

    async def _choose_challenge(self, actor: Actor, challenge_id: UUID, *, joined: bool) -> None:
        """Only the choice is stored: what is on the board is read from the challenge itself."""
        learner_id, now = _learner(actor), self._clock()
        async with self._database.writing(actor.org_id) as connection:
            await _lock(connection, actor.org_id, learner_id)
            row = (await challenges_store.read(connection, actor.org_id, [challenge_id])).get(challenge_id)
            if row is None or not row.has_board:
                raise NotFound("CHALLENGE_UNKNOWN", field="key")
            spans = await challenges_store.memberships(connection, actor.org_id, [challenge_id])
            if not any(span.learner_id == learner_id and span.left_at is None for span in spans):
                if actor.manages.intersection(row.teams) or actor.has(Role.ADMIN):
                    raise NotAllowed("CHALLENGE_BOARD_OF_MEMBERS", field="key")
                raise NotFound("CHALLENGE_UNKNOWN", field="key")
            board = challenge_board(challenge_id)
            await boards_store.choose(connection, actor.org_id, learner_id, board=board, joined=joined, at=now)


def _learner(actor: Actor) -> UUID:
    if actor.learner_id is None:
        raise NotAllowed("NOT_A_LEARNER")
    return actor.learner_id


async def _lock(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> None:
    if not await standings_store.lock(connection, org_id, [learner_id]):
        raise InvalidInput("PERSON_ERASED")  # while they asked


async def refresh_places(
    connection: AsyncConnection, packs: Packs, org_id: UUID, learner_ids: Sequence[UUID], now: datetime
) -> None:
    """Compute all places of these learners, whom the transaction has locked, anew from their standings.

    What does not belong on a board goes: a place that is due and stayed would be found due for ever.
    """
    rows = await standings_store.read(connection, org_id, learner_ids)
    places = [place for row in rows.values() for place in await _places(connection, packs, org_id, row, now)]
    await boards_store.put(connection, org_id, places, whole=learner_ids)


async def _places(
    connection: AsyncConnection, packs: Packs, org_id: UUID, row: StandingRow, now: datetime
) -> list[boards_store.Place]:
    """A standing is read with the version that made it; the worker brings those of earlier ones up to date.

    One that another engine made cannot be read: its values are 0 until the worker has judged the learner again.
    """
    if row.state is None or row.pack_version is None or row.engine_version != ENGINE_VERSION:
        pack = await packs.latest(connection, org_id)
        return places_of(pack, None, row, now) if pack else []
    pack = await packs.version(connection, org_id, row.pack_version)
    return places_of(pack, decode(pack, row.state), row, now) if pack else []
