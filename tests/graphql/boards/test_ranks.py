"""Ranks equal a sort done by hand: ties, joins, leaves, moves, runs that end, late events, with writers at work."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.graphql.boards.by_hand import BOARDS, PACK, Board, Person, Shown, by_hand
from tests.graphql.boards.scene import TEAMS, Scene, look, rows_of
from tests.graphql.conftest import TestClock
from tests.support.organisations import Organisation
from vekst.domain.actors import Actor, Role
from vekst.factory import Factory, Process
from vekst.settings import Settings

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
SEEDS = range(40 if NIGHTLY else 2)
STEPS = 60
WRITERS = 4
STEPS_OF_EACH = 200 if NIGHTLY else 30
ENOUGH = 10


@pytest.fixture
async def organisation(settings: Settings, clock: TestClock) -> AsyncIterator[Organisation]:
    """An organisation with the boards, whose time moves when the test says so."""
    async with Process.running(settings, clock=clock) as process:
        factory, key = Factory(process), f"org-{uuid4().hex[:12]}"
        made = Organisation(factory, await factory.organisations().create(key, "Ranks"), key)
        await made.publish(PACK)
        yield made


def expected(
    board: Board, team: str | None, people: list[Person], viewer: Person, now: datetime, *, period: str | None
) -> Shown | None:
    """What the viewer is to be shown: nothing of a team that is not theirs."""
    if team is not None and viewer.team != team:
        return None
    return by_hand(board, [each for each in people if team in (None, each.team)], viewer.person, now, period)


@pytest.mark.parametrize("seed", SEEDS)
async def test_after_every_step_every_board_is_as_sorted_by_hand(
    organisation: Organisation, clock: TestClock, seed: int
) -> None:
    scene = Scene(organisation, clock, random.Random(seed))
    await scene.begin(*(f"p{number}" for number in range(9)))
    seen: Counter[str] = Counter()
    done: list[str] = []
    for _ in range(STEPS):
        done.append(await scene.step())
        active = [person for person in scene.people.values() if person.active]
        for viewer in scene.dice.sample(active, min(len(active), 2)):
            actor = await organisation.actor(viewer.person)
            for board in BOARDS:
                for team in (None, *TEAMS):
                    back = scene.dice.choice((0, 7, 31))
                    period = board.period(viewer, clock.now, back)
                    by_us = expected(board, team, list(scene.people.values()), viewer, clock.now, period=period)
                    shown = await look(organisation.factory, actor, board, team, period if back else None)
                    assert shown == by_us, (done, board.key, team, period, viewer)
                    seen += kinds(by_us, in_the_past=bool(period and back))
    assert min(seen["places"], seen["below"], seen["ties"], seen["past"]) > 10, seen


def kinds(shown: Shown | None, *, in_the_past: bool = False) -> Counter[str]:
    """Of what a board was an example."""
    if shown is None:
        return Counter()
    ranks = [row.rank for row in shown.top]
    found = {
        "places": bool(ranks),
        "ties": len(set(ranks)) < len(ranks),
        "below": shown.me is not None and shown.me not in shown.top,
        "past": bool(ranks) and in_the_past,
    }
    return Counter({name: 1 for name, is_there in found.items() if is_there})


class OfOneMoment(Factory):
    """Reads through one transaction, so that a board and the rows under it are of the same moment."""

    def __init__(self, process: Process, connection: AsyncConnection) -> None:
        super().__init__(process)
        self._connection = connection
        # Read after the snapshot was taken: nothing in it was written at a later time than this.
        self._now = process.clock()

    @asynccontextmanager
    async def _same(self) -> AsyncIterator[AsyncConnection]:
        yield self._connection

    def reading(self, org_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """The one transaction."""
        return self._same()

    def now(self) -> datetime:
        """The moment."""
        return self._now


async def test_with_writers_at_work_every_board_is_as_sorted_by_hand_from_the_rows_of_that_moment(
    organisation: Organisation, clock: TestClock
) -> None:
    process = organisation.factory._process
    scenes = [Scene(organisation, clock, random.Random(seed)) for seed in range(WRITERS)]
    for number, scene in enumerate(scenes):
        await scene.begin(*(f"w{number}-{person}" for person in range(4)))

    dice, seen, reads = random.Random(7), Counter[str](), 0

    async def write(scene: Scene) -> None:
        """So many steps, and more for as long as too little was seen of them."""
        for step in range(STEPS_OF_EACH * 10):
            if step >= STEPS_OF_EACH and min(seen["places"], seen["below"]) > ENOUGH:
                return
            await scene.step()

    async with asyncio.TaskGroup() as group:
        writers = [group.create_task(write(scene)) for scene in scenes]
        while not all(writer.done() for writer in writers):
            async with process.database.snapshot(organisation.id) as connection:
                people = await rows_of(connection)
                moment = OfOneMoment(process, connection)
                viewer = dice.choice([person for person in people if person.active])
                actor = Actor(organisation.id, viewer.person, frozenset({Role.LEARNER}), learner_id=viewer.learner_id)
                for board in BOARDS:
                    for team in (None, *TEAMS):
                        period = board.period(viewer, moment.now(), dice.choice((0, 7, 31)))
                        by_us = expected(board, team, people, viewer, moment.now(), period=period)
                        shown = await look(moment, actor, board, team, period)
                        assert shown == by_us, (board.key, team, period, viewer)
                        seen += kinds(by_us)
                        reads += 1
    assert min(seen["places"], seen["below"]) > ENOUGH, (seen, reads)

    told = [person for scene in scenes for person in scene.people.values()]
    for viewer in told:
        for board in BOARDS if viewer.active else ():
            actor = await organisation.actor(viewer.person)
            by_us = expected(board, None, told, viewer, clock.now, period=board.period(viewer, clock.now))
            assert await look(organisation.factory, actor, board, None) == by_us, (board.key, viewer)
