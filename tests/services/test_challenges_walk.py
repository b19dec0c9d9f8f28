"""Random walks over challenges as stored: whatever leaders try, in any order, each is where the plain model has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from tests.model.challenge_life import ChallengeLife
from tests.support.challenges import DAY, HOUR, StillClock, own, two_teams
from tests.support.organisations import Organisation
from vekst.domain.challenges import BEGINNINGS, MOVES, ChallengeForm, ChallengeState
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.queries.challenges import ChallengeViewer, challenges_page
from vekst.services.challenge_forms import ChallengeChange
from vekst.settings import Settings
from vekst.storage import challenges_store

STEPS = 60


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: StillClock) -> AsyncIterator[Organisation]:
    async with two_teams(settings, organisation, clock) as craft:
        yield craft


class Walk:
    """Steps at random, and the model beside them."""

    def __init__(self, craft: Organisation, clock: StillClock, seed: int) -> None:
        self.craft, self.clock, self.chance = craft, clock, Random(seed)
        self.lives: dict[UUID, ChallengeLife] = {}
        self.states: dict[UUID, str] = {}
        self.met: set[str] = set()

    async def step(self) -> None:
        steps = [self._create, self._create, self._change, self._change, self._change, self._cancel, self._settle]
        await self.chance.choice(steps)()
        await self._compare()
        self.clock.move(self.chance.choice([timedelta(), HOUR, 9 * HOUR, DAY]))
        await self._compare()

    async def _create(self) -> None:
        now, chance = self.clock(), self.chance
        starts = now + chance.choice([0, 0, 5, 30]) * HOUR
        life = ChallengeLife(starts, starts + chance.choice([3, 40]) * HOUR, DAY, chance.random() < 0.4, need=5)
        form = chance.choice(list(ChallengeForm))
        made = await own(
            self.craft, self.clock, "adam", id=f"c{len(self.lives)}", teams=("north", "south"), form=form,
            goal={"share": "50%", "reach": 5}, starts_at=life.starts, ends_at=life.ends, draft=life.is_draft,
        )  # fmt: skip
        self.lives[made] = life

    async def _change(self) -> None:
        if not self.lives:
            return
        made, chance, now = self._one(), self.chance, self.clock()
        life = self.lives[made]
        starts = chance.choice([None, None, life.starts, now, now + 6 * HOUR, now - HOUR])
        ends = chance.choice([None, life.ends, life.ends + HOUR, life.ends - HOUR, now + 9 * HOUR])
        need, publish = chance.choice([None, 4, 5, 6]), chance.random() < 0.4
        goal = None if need is None else {"share": "50%", "reach": need}
        wish = ChallengeChange(goal=goal, starts_at=starts, ends_at=ends, publish=publish)
        service = self.craft.factory.challenges()
        # A draft is nobody's business but of those who lead the teams.
        member = NotFound if life.is_draft else NotAllowed
        for person, refused in (("kari", member), ("siri", NotAllowed), ("eva", NotFound)):
            with pytest.raises(refused):
                await service.change(await self.craft.actor(person), made, wish)
        granted = life.change(now, starts, ends, need, publish=publish)
        # Twice, as after a lost answer: once more changes nothing, and is granted like the first.
        for _ in range(2):
            try:
                await service.change(await self.craft.actor("adam"), made, wish)
                assert granted, (life, wish)
            except InvalidInput:
                assert not granted, (life, wish)

    async def _cancel(self) -> None:
        if not self.lives or self.chance.random() < 0.3:
            return
        made = self._one()
        granted = self.lives[made].cancel(self.clock())
        for _ in range(2):
            try:
                await self.craft.factory.challenges().cancel(await self.craft.actor("adam"), made)
                assert granted
            except InvalidInput:
                assert not granted

    async def _settle(self) -> None:
        due = [made for made, life in self.lives.items() if life.settle(self.clock())]
        async with self.craft.factory.reading(self.craft.id) as connection:
            found = await challenges_store.due(connection, self.craft.id, self.clock())
        assert set(found) == set(due)
        for made in self.lives:
            assert await self.craft.factory.settling().settle(self.craft.id, made) is (made in due)

    async def _compare(self) -> None:
        now = self.clock()
        expected = {made: life.state(now) for made, life in self.lives.items()}
        viewer = ChallengeViewer(None, frozenset(), sees_everything=True)
        async with self.craft.factory.reading(self.craft.id) as connection:
            for state in ChallengeState:
                views = await challenges_page(
                    connection, self.craft.id, viewer, team_id=None, state=state, before=None, count=99, now=now
                )
                assert {view.row.challenge_id for view in views} == {
                    made for made, stands in expected.items() if stands == state.value
                }
                for view in views:
                    life = self.lives[view.row.challenge_id]
                    assert view.row.state(now) is state
                    assert (view.row.life.starts_at, view.row.life.ends_at) == (life.starts, life.ends)
                    assert view.row.life.settles_at == life.ends + life.grace
                    assert view.row.goal["reach"] == life.need
        for made, state_name in expected.items():
            assert self._leads(self.states.get(made), state_name)
        self.states = expected
        self.met |= set(expected.values())

    def _leads(self, before: str | None, now: str) -> bool:
        """Whether written moves lead from the one to the other; two of time's may come between two looks."""
        if before is None:
            return now in {state.value for state in BEGINNINGS}
        reached = {ChallengeState(before)}
        for _ in range(2):
            reached |= {leads_to for (state, _), leads_to in MOVES.items() if state in reached}
        return ChallengeState(now) in reached

    def _one(self) -> UUID:
        return self.chance.choice(sorted(self.lives)[-4:])


@pytest.mark.parametrize("seed", range(3))
async def test_a_challenge_is_always_where_the_plain_model_has_it(
    craft: Organisation, clock: StillClock, seed: int
) -> None:
    await craft.hire("eva", team="west")
    walk = Walk(craft, clock, seed)
    for _ in range(STEPS):
        await walk.step()
    assert len(walk.met) >= 5
