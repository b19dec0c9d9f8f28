"""Whatever happens, in whatever order it comes and under whatever versions it is judged: what is stored verifies."""

from __future__ import annotations

import itertools
import os
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT
from vekst.domain.actors import Actor
from vekst.domain.errors import InvalidInput, NotFound
from vekst.domain.receipts import NewEvent
from vekst.services.voiding import EventName

START = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) - timedelta(days=25)
SEEDS: Final = int(os.environ.get("VEKST_TEST_SEEDS", "8"))
GROWTH = """
badges:
  best:
    title: B
    purpose: p
    skill: discovery
    points: 9
    earn: {personal_best: {event: call.practised, field: score, after: 2}}
  better:
    title: B
    purpose: p
    repeat: always
    points: 7
    earn: {improvement: {event: call.practised, field: score, by: 10%, recent: 2, baseline: 3, memory: 90d}}
  proud:
    title: P
    purpose: p
    points: 3
    earn: {any: [{badge: {key: best}}, {badge: {key: brave-caller, tier: silver}}]}
  onward:
    title: O
    purpose: p
    since: publication
    points: 4
    earn: {count: {event: call.practised, at_least: 2}}
  able: {title: A, purpose: p, earn: {skill: {key: discovery, level: 2}}, points: 6}
"""
VERSIONS = (
    {**CRAFT, "growth.yaml": GROWTH},
    {**CRAFT, "growth.yaml": GROWTH.replace("after: 2", "after: 4").replace("points: 3", "points: 5")},
    {**CRAFT, "rules.yaml": CRAFT["rules.yaml"].replace("at_least: 3}}, points: 20", "at_least: 6}}, points: 30")},
    {**CRAFT, "growth.yaml": GROWTH, "rules.yaml": CRAFT["rules.yaml"].replace("every: day", "every: workday")},
)


class Chance:
    """What happens to one learner, by the numbers of a seed."""

    def __init__(self, organisation: Organisation, actor: Actor, seed: int) -> None:
        self._organisation = organisation
        self._services = organisation.factory
        self._actor = actor
        self._random = random.Random(seed)
        self._told = 0
        self._ids = itertools.count()

    async def step(self) -> None:
        """Something happens, is corrected, is chosen, or the rules change."""
        steps = (self._events, self._events, self._events, self._void, self._choose, self._publish, self._judge)
        with suppress(InvalidInput, NotFound):
            await self._random.choice(steps)()

    async def _events(self) -> None:
        events = [self._event(str(self._told + number)) for number in range(self._random.randint(1, 6))]
        self._told += len(events)
        await self._services.ingestion().record(self._actor, events)

    def _event(self, id: str) -> NewEvent:
        match self._random.choice(("call", "call", "call", "lesson", "deal")):
            case "call":
                return new_event(id, "call.practised", self._at(), score=self._random.randint(0, 10))
            case "lesson":
                return new_event(id, "lesson.completed", self._at(), lesson="listening")
            case _:
                return new_event(id, "deal.closed", self._at())

    async def _void(self) -> None:
        name = EventName(str(self._random.randrange(self._told + 1)))
        await self._services.voiding().void(self._actor, client_id=self._id(), event=name, reason="by mistake")

    async def _choose(self) -> None:
        choices = self._services.choices()
        match self._random.choice(("time off", "quest", "board")):
            case "time off":
                first = self._at().date()
                last = first + timedelta(days=self._random.randint(0, 4))
                at = self._at()
                await choices.take_time_off(self._actor, id=self._id(), first=first, last=last, occurred_at=at)
            case "quest":
                await choices.accept_quest(self._actor, id=self._id(), quest="deep-dive", occurred_at=self._at())
            case _:
                await self._services.boards().join(self._actor, "learning-streaks")

    async def _publish(self) -> None:
        await self._organisation.publish(self._random.choice(VERSIONS))

    async def _judge(self) -> None:
        await self._services.judging().judge_everything(self._organisation.id)

    def _at(self) -> datetime:
        return START + timedelta(minutes=self._random.randrange(24 * 24 * 60))

    def _id(self) -> str:
        return f"c{next(self._ids)}"


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_v1_m1_m3_after_anything_that_can_happen_no_difference_is_found(
    organisation: Organisation, seed: int
) -> None:
    await organisation.publish(VERSIONS[0])
    await organisation.hire("kari", zone="Europe/Oslo", team="north")
    chance = Chance(organisation, await organisation.actor("kari"), seed)
    for _ in range(25):
        await chance.step()
    await organisation.judge()
    verification = await organisation.factory.replaying().verify(organisation.id)
    assert verification.differences == ()
    assert (verification.learners, verification.behind) == (1, 0)
