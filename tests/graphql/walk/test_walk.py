"""No query by anyone returns a person whom they may not see: random viewers ask random things while all is moving."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from tests.graphql.boards.by_hand import BOARDS, PACK
from tests.graphql.boards.scene import TEAMS, Scene
from tests.graphql.conftest import TestClock
from tests.graphql.walk.asking import Asked, Pool, Writer
from tests.graphql.walk.sight import Sight, named_in
from tests.support.organisations import Organisation
from vekst.domain.actors import Actor
from vekst.factory import Factory, Process
from vekst.graphql.context import Caller, Context
from vekst.graphql.execution import Operations
from vekst.graphql.languages import Languages
from vekst.graphql.limits import Limits
from vekst.graphql.metrics import GraphQLMetrics
from vekst.graphql.request import Request
from vekst.graphql.schema import build_schema
from vekst.services.challenge_forms import NewChallenge
from vekst.services.feedback import Unasked
from vekst.settings import Settings

CORE = build_schema().core
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
SEEDS = range(25 if NIGHTLY else 1)
QUESTIONS: Final = 2_000 if NIGHTLY else 250
METRICS: Final = GraphQLMetrics(CollectorRegistry())
OPERATIONS: Final = Operations(
    build_schema(),
    development=True,
    limits=Limits(characters=10**6, tokens=10**5, depth=40, aliases=10**4, cost=0, per_minute=0),
)
ROOTS: Final[dict[str, Any]] = {"query": CORE.query_type, "subscription": CORE.subscription_type}
PEOPLE: Final = [f"key-of-p{number}" for number in range(10)]
CHALLENGE: Final = """
badges:
  begun:
    title: Begun
    purpose: A first step
    earn: {count: {event: [step.small, step.large], at_least: 1}}
    points: 0
challenges:
  sprint:
    title: Sprint
    purpose: Together
    measure: {count: {event: [step.small, step.large]}}
    goal: {everyone: 2}
    lasts: 14d
    settles_after: 24h
    points: 0
"""


@pytest.fixture
async def organisation(settings: Settings, clock: TestClock) -> AsyncIterator[Organisation]:
    """An organisation whose time moves when the test says so."""
    async with Process.running(settings, clock=clock) as process:
        factory, key = Factory(process), f"org-{uuid4().hex[:12]}"
        made = Organisation(factory, await factory.organisations().create(key, "Walk"), key)
        await made.publish({**PACK, "more.yaml": CHALLENGE})
        yield made


class Walk:
    """One walk: the people, what they know, and who was seen by whom."""

    def __init__(self, organisation: Organisation, clock: TestClock, seed: int) -> None:
        self.dice = random.Random(seed)
        self.organisation = organisation
        self.clock = clock
        self.scene = Scene(organisation, clock, self.dice)
        self.pool = Pool(teams=list(TEAMS), boards=[board.key for board in BOARDS])
        self.sight = Sight(self.scene.people, {}, frozenset({"key-of-root"}))
        self.learners: dict[str, str] = {}
        self.others: Counter[str] = Counter()
        """How often somebody else was rightly seen, by the type that showed them."""
        self.fields: set[tuple[str, str]] = set()

    async def begin(self) -> None:
        """People with roles, and some who know each other by more than boards."""
        await self.scene.begin(*PEOPLE)
        for number, team in enumerate(TEAMS):
            await self.scene.hire(f"key-of-boss{number}", role="manager", leads=team)
            self.sight.manages[f"key-of-boss{number}"] = team
        await self.scene.hire("key-of-root", role="admin")
        self.learners = {person.learner_id.hex: name for name, person in self.scene.people.items()}
        for _ in range(6):
            await self.scene.work()
            await self.scene.choose()
        for giver, learner in zip(PEOPLE[::2], PEOPLE[1::2], strict=True):
            await self._talk(giver, learner)
        for boss, team in self.sight.manages.items():
            actor = await self.organisation.actor(boss)
            await self.organisation.factory.challenges().create(actor, NewChallenge("c", (team,), template="sprint"))
            self.sight.challenges.append(await self.scene.challenge(boss, team, client_id="steps"))
            await self._acknowledge(actor, boss, team)
        self.pool.boards += [board.key for board in self.scene.challenges]
        for _ in range(12):
            await self.scene.choose()

    async def _talk(self, giver: str, learner: str) -> None:
        feedback = self.organisation.factory.feedback()
        await feedback.give(
            await self.organisation.actor(giver),
            client_id="f",
            to=Unasked(learner),
            worked="All of it",
            try_next="More of it",
            occurred_at=self.clock.now,
        )
        self.sight.feedback.add(frozenset({giver, learner}))

    async def _acknowledge(self, actor: Actor, boss: str, team: str) -> None:
        badges = "SELECT learner_id, seq FROM ledger_entries WHERE kind = 'BADGE'"
        people = {person.learner_id: person for person in self.scene.people.values() if person.team == team}
        for learner_id, seq in await self.organisation.rows(badges):
            assert isinstance(learner_id, UUID)
            assert isinstance(seq, int)
            if learner_id in people:
                name = people[learner_id].person
                await self.organisation.factory.acknowledging().acknowledge(
                    actor,
                    client_id=name,
                    learner_id=learner_id,
                    seq=seq,
                    occurred_at=self.clock.now,
                )
                self.sight.acknowledged.setdefault(name, set()).add(boss)

    async def ask(self, viewer: str, asked: Asked, kind: str) -> Any:
        """The data that the viewer is shown; nothing is wrong with the question itself."""
        actor = await self.organisation.actor(viewer)
        factory = self.organisation.factory
        context = Context(factory, Caller(actor), Languages(()), factory.now(), METRICS)
        try:
            if kind == "subscription":
                async with aclosing(OPERATIONS.stream(Request(asked.text), context)) as answers:
                    answer = await anext(answers)
            else:
                answer = await OPERATIONS.run(Request(asked.text), context)
        finally:
            await context.close()
        for error in answer.body.get("errors", []):
            assert error["extensions"]["reason"] not in {"DOCUMENT_NOT_VALID", "INTERNAL"}, (asked.text, error)
            assert named_in(str(error), self.learners) <= named_in(asked.text, self.learners), (asked.text, error)
        return answer.body.get("data")

    async def wonder(self) -> None:
        """Somebody asks something, and is shown nobody whom they may not see there."""
        active = [name for name, person in self.scene.people.items() if person.active]
        leaders = [name for name in active if name in self.sight.manages or name in self.sight.admins]
        viewer = self.dice.choice([*active, *leaders, *leaders])
        kind = self.dice.choice(("query", "query", "query", "subscription"))
        asked = Writer(CORE, self.pool, self.dice).write(ROOTS[kind], kind, never=NEVER)
        for place, value in asked.found(await self.ask(viewer, asked, kind) or {}):
            seen = named_in(value, self.learners)
            allowed = self.sight.allowed(viewer, place, self.clock.now)
            assert seen <= allowed, (viewer, place, value, sorted(allowed), asked.text)
            self.fields.add((place[-1].type, place[-1].field))
            self.others[place[-1].type] += bool(seen - {viewer})
            self.pool.take(place[-1].field, value)

    def is_narrow(self) -> bool:
        """Whether it saw little yet: few fields, or a type that shows people to others in no answer that did."""
        return len(self.fields) < FIELDS or not all(self.others[kind] for kind in SHOW_OTHERS)


NEVER: Final = frozenset({"recognitions"})
"""A subscription that says nothing before something happens; whose it is, the matrix of callers tries."""

FIELDS: Final = 100
SHOW_OTHERS: Final = {"LeaderboardEntry", "TeamMember", "MemberGrowth", "FeedbackPerson", "Acknowledgement", "Learner"}


@pytest.mark.parametrize("seed", SEEDS)
async def test_nobody_is_shown_a_person_whom_they_may_not_see(
    organisation: Organisation, clock: TestClock, seed: int
) -> None:
    walk = Walk(organisation, clock, seed)
    await walk.begin()
    asked = 0
    while asked < QUESTIONS or (walk.is_narrow() and asked < 10 * QUESTIONS):
        if asked % 8 == 0:
            await walk.scene.step()
        await walk.wonder()
        asked += 1
    assert not walk.is_narrow(), (walk.others, len(walk.fields))
