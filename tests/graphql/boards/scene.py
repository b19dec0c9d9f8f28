"""An organisation whose people do and choose things at random, with a book in which the same is kept by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.graphql.boards.by_hand import BOARDS, PAYS, Board, ChallengeBoard, Person, Row, Shown
from tests.graphql.conftest import TestClock
from tests.support.organisations import Organisation
from vekst.domain.actors import Actor, Role
from vekst.domain.receipts import NewEvent, ReceiptStatus
from vekst.factory import Factory
from vekst.graphql.context import Caller, Context
from vekst.graphql.languages import Languages
from vekst.graphql.metrics import GraphQLMetrics
from vekst.graphql.opaque import challenge_node
from vekst.graphql.types.boards import board_for, challenge_of
from vekst.graphql.types.challenge_boards import CHALLENGE_KEY
from vekst.graphql.types.leaderboards import Leaderboard, LeaderboardEntry
from vekst.services.challenge_forms import NewChallenge
from vekst.services.people import PersonEntry

__all__ = ["TEAMS", "Scene", "look", "rows_of"]

TEAMS: Final = ("north", "south")
_ZONES: Final = ("Etc/UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu")
_METRICS: Final = GraphQLMetrics(CollectorRegistry())


class Scene:
    """People who do one random thing after the other."""

    def __init__(self, organisation: Organisation, clock: TestClock, dice: random.Random) -> None:
        self.organisation = organisation
        self.clock = clock
        self.dice = dice
        self.people: dict[str, Person] = {}
        self.challenges: list[ChallengeBoard] = []
        """Boards of challenges that people join and leave, too."""
        self._events = 0

    async def begin(self, *names: str) -> None:
        """Take people in, the first of them no learner by role."""
        for number, name in enumerate(names):
            await self.hire(name, role="learner" if number else "author")

    async def hire(self, person: str, *, role: str = "learner", leads: str | None = None) -> None:
        """Take somebody in: into a team, or at the head of one, which is no membership."""
        zone, team = self.dice.choice(_ZONES), self.dice.choice((*TEAMS, None))
        await self.organisation.hire(person, role=Role(role), team=leads or team, zone=zone)
        learner_id = (await self.organisation.actor(person)).learner_id
        assert learner_id is not None
        team = None if leads else team
        self.people[person] = Person(learner_id, person, zone, role, team=team, belonged=[(self.clock.now, team)])

    async def step(self) -> str:
        """One random thing; which."""
        weights = {
            self.work: 10,
            self.choose: 6,
            self.pass_time: 5,
            self.work_late: 3,
            self.move: 2,
            self.leave_or_return: 2,
            self.sweep: 1,
        }
        [do] = self.dice.choices(list(weights), list(weights.values()))
        await do()
        return do.__name__

    async def work(self) -> None:
        """Some do something now; few different values, so that there are ties."""
        for person in self._some(4):
            await self._record(person, self.clock.now)
        await self.organisation.judge()

    async def work_late(self) -> None:
        """Somebody hands in what they did in the last days; gaps close, and runs grow at their far end."""
        for person in self._some(1):
            for days in self.dice.sample(range(8), 3):
                await self._record(person, self.clock.now - timedelta(days=days, minutes=self.dice.randrange(600)))
        await self.organisation.judge()

    async def choose(self) -> None:
        """Somebody joins or leaves a board."""
        for person in self._some(3):
            theirs = [board for board in self.challenges if person.team in board.teams]
            board, joined = self.dice.choice((*BOARDS, *theirs * 3)), self.dice.random() < 0.75
            boards, actor = self.organisation.factory.boards(), await self.organisation.actor(person.person)
            challenge_id = challenge_of(board.key)
            if challenge_id is None:
                await (boards.join if joined else boards.leave)(actor, board.key)
            else:
                await (boards.join_challenge if joined else boards.leave_challenge)(actor, challenge_id)
            person.chose[board.key] = joined

    async def pass_time(self) -> None:
        """Time goes on, and runs end with nobody doing anything."""
        self.clock.move(timedelta(minutes=self.dice.choice((7, 90, 600, 1440, 3000))))

    async def move(self) -> None:
        """Somebody changes the team; who leads one stays."""
        for person in self._some(1):
            if person.role != Role.MANAGER:
                person.team = self.dice.choice(TEAMS)
                person.belonged.append((self.clock.now, person.team))
                await self.organisation.hire(person.person, role=Role(person.role), team=person.team)

    async def leave_or_return(self) -> None:
        """Somebody leaves the organisation, or comes back to it."""
        person = self.dice.choice(list(self.people.values()))
        person.active = not person.active
        entry = PersonEntry(person.person, active=person.active)
        await self.organisation.factory.people().upsert(self.organisation.id, [entry])

    async def sweep(self) -> None:
        """The worker puts the next values in the place of those that have ended."""
        await self.organisation.factory.boards().sweep()

    async def challenge(self, creator: str, *teams: str, client_id: str = "c") -> ChallengeBoard:
        """A challenge of a fortnight that counts steps, from now on, with a board that people may join."""
        ends = self.clock.now + timedelta(days=14)
        new = NewChallenge(
            client_id,
            teams,
            title="Steps",
            measure={"count": {"event": sorted(PAYS)}},
            goal={"everyone": 2},
            ends_at=ends,
        )
        made = await self.organisation.factory.challenges().create(await self.organisation.actor(creator), new)
        board = ChallengeBoard.of(CHALLENGE_KEY + challenge_node(made), teams, self.clock.now, ends)
        self.challenges.append(board)
        return board

    def _some(self, most: int) -> list[Person]:
        active = [person for person in self.people.values() if person.active]
        return self.dice.sample(active, min(len(active), self.dice.randint(1, most)))

    async def _record(self, person: Person, at: datetime) -> None:
        self._events += 1
        kind = self.dice.choice(sorted(PAYS))
        [receipt] = await self.organisation.record(person.person, NewEvent(f"e{self._events}", kind, at, {}))
        assert receipt.status is ReceiptStatus.STORED, receipt
        person.did.append((at, kind))

    def members(self, team: str | None) -> Sequence[Person]:
        """The people of a team, or of the organisation."""
        return [person for person in self.people.values() if team is None or person.team == team]


async def look(
    factory: Factory, actor: Actor, board: Board, team: str | None, period: str | None = None
) -> Shown | None:
    """A board as somebody sees it."""
    context = Context(factory, Caller(actor), Languages(()), factory.now(), _METRICS)
    try:
        found = await board_for(context, board.key, team, period)
    finally:
        await context.close()
    return _shown(found) if found else None


async def rows_of(connection: AsyncConnection) -> list[Person]:
    """The people as the rows of one snapshot tell them: what was judged by then, and what they chose."""
    people = {
        row.learner_id: Person(row.learner_id, row.person, row.zone, row.role, active=row.active)
        for row in await connection.execute(text("SELECT learner_id, person, zone, role, active FROM people"))
    }
    teams = "SELECT learner_id, key FROM memberships JOIN teams USING (org_id, team_id) WHERE left_at IS NULL"
    for row in await connection.execute(text(teams)):
        people[row.learner_id].team = row.key
    for row in await connection.execute(text("SELECT learner_id, board, joined FROM board_choices")):
        people[row.learner_id].chose[row.board] = row.joined
    events = (
        "SELECT learner_id, occurred_at, type FROM progress_events WHERE judged_at IS NOT NULL AND type LIKE 'step%'"
    )
    for row in await connection.execute(text(events)):
        people[row.learner_id].did.append((row.occurred_at, row.type))
    return list(people.values())


def _shown(found: Leaderboard) -> Shown:
    resolve: Any = found
    return Shown(
        found.size,
        _rows(resolve.entries(first=None)),
        _rows(resolve.around_me(neighbours=None)),
        _row(found.me) if found.me else None,
        found.to_next,
    )


def _rows(entries: Sequence[LeaderboardEntry]) -> tuple[Row, ...]:
    return tuple(map(_row, entries))


def _row(entry: LeaderboardEntry) -> Row:
    return Row(entry.rank, entry.person, entry.value)
