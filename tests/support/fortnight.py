"""Plays a fortnight of challenges through the real API, and keeps a diary of it for the slow model.

Everything that happens is drawn from a seed, at times that are given: the same seed is the same fortnight. The dates
lie in the past and hold the night in which Europe's clocks go forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any, Final

from fastapi import FastAPI

from tests.graphql.client import Client
from tests.model.fortnight import Diary, Done, ModelChallenge, Rest, Result, Stay
from tests.support.organisations import Organisation
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.services.people import PersonEntry
from vekst.tokens import DevelopmentIssuer

__all__ = ["BASE", "Fortnight", "SetClock"]

BASE: Final = datetime(2026, 3, 16, 6, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEAMS: Final = {"north": "nora", "south": "siri", "west": "wanda"}
TYPES: Final = {"call.practised": {"minutes": 5}, "lesson.completed": {"lesson": "x"}}
ENDS_AFTER: Final = 64
"""Steps of six hours: the fortnight, and two days in which the last challenge settles."""

REFUSAL = "... on Refusal { code message }"
CREATE = f"""mutation ($input: CreateChallengeInput!) {{ createChallenge(input: $input) {{ __typename
  ... on CreateChallenge {{ challenge {{ id }} }} {REFUSAL} }} }}"""
CHANGE = f"""mutation ($input: ChangeChallengeInput!) {{ changeChallenge(input: $input) {{ __typename {REFUSAL} }} }}"""
CANCEL = f"""mutation ($id: ID!) {{ cancelChallenge(input: {{challenge: $id}}) {{ __typename {REFUSAL} }} }}"""
RECORD = f"""mutation ($events: [ProgressEventInput!]!) {{ recordProgress(input: {{events: $events}}) {{ __typename
  ... on RecordProgress {{ receipts {{ id status problem {{ code serverTime }} }} }} {REFUSAL} }} }}"""
REST = f"""mutation ($id: String!, $from: Date!, $until: Date!, $at: DateTime!) {{
  takeTimeOff(input: {{id: $id, from: $from, until: $until, occurredAt: $at}}) {{ __typename {REFUSAL} }} }}"""
VOID = f"""mutation ($id: String!, $event: String!) {{
  voidEvent(input: {{id: $id, event: {{id: $event}}, reason: "by mistake"}}) {{ __typename {REFUSAL} }} }}"""
SEEN = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Challenge { state met endsAt teamsThatMet { key }
  progress { members asked reached have met } me { value asked reached }
  sides { team { key } members asked reached share met } } } }"""


class SetClock:
    """A clock that stands where it was set."""

    def __init__(self) -> None:
        self.now = BASE - DAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class _Waiting:
    """An event on a phone that is offline."""

    step: int
    person: str
    key: str
    type: str
    at: datetime


class Fortnight:
    """One organisation with three teams, and a diary."""

    def __init__(
        self, organisation: Organisation, app: FastAPI, issuer: DevelopmentIssuer, clock: SetClock, seed: int
    ) -> None:
        self.organisation, self.clock, self.chance = organisation, clock, Random(seed)
        self.diary = Diary()
        self.challenges: dict[str, ModelChallenge] = {}
        """Those that are announced, by node id."""
        self._drafts: dict[str, ModelChallenge] = {}
        self._app, self._issuer = app, issuer
        self._clients: dict[str, Client] = {}
        self._offline: list[_Waiting] = []
        self._stored: list[tuple[str, Done]] = []
        self._named: dict[str, str] = {}
        self._deputy: tuple[str, str] | None = None
        self._counter = 0

    @property
    def members(self) -> list[str]:
        """Everyone who ever was in a team and is still here, without the leaders."""
        return sorted({stay.person for stay in self.diary.stays} - self.diary.gone.keys())

    async def play(self) -> None:
        """From the first day until all is over and waits to be settled."""
        await self._begin()
        for step in range(ENDS_AFTER + 2):
            self.clock.now = BASE + step * 6 * HOUR
            await self._lead(step)
            await self._move(step)
            await self._practise(step)
            await self._come_online(step)
            if self._deputy is not None:
                await self.check(self._deputy[0])
            if step % 9 == 5:
                for person in self.chance.sample(self.members, 3):
                    await self.check(person)
            if step % 20 == 19:
                await self.organisation.judge()

    async def close(self) -> None:
        """Let the clients go."""
        for client in self._clients.values():
            await client.http.aclose()

    async def check(self, person: str) -> None:
        """What somebody is shown of every challenge is what the model comes to by now."""
        seen = (await self._client(person).ask(SEEN, ids=list(self.challenges)))["nodes"]
        for challenge, shown in zip(self.challenges.values(), seen, strict=True):
            assert shown == self._expected(person, challenge), (person, challenge)

    @property
    def titled(self) -> dict[str, ModelChallenge]:
        """The challenges by their titles."""
        return {name: self.challenges[node] for name, node in self._named.items()}

    async def tell_late(self, person: str) -> None:
        """Something of the challenges' time that is only told when they are settled."""
        await self._record(person, self._key(), "call.practised", BASE + 8 * DAY + HOUR)

    async def _begin(self) -> None:
        await self.organisation.publish(WITH_CHALLENGES)
        await self.organisation.hire("adam", role=Role.ADMIN)
        for number, (team, leader) in enumerate(TEAMS.items()):
            await self.organisation.hire(leader, team=team, role=Role.MANAGER)
            for person in range(3 + number):
                await self._hire(f"{team}-{person}", team)

    async def _hire(self, person: str, team: str) -> None:
        zone = self.chance.choice(["Europe/Oslo", "Europe/Oslo", "America/New_York", "Pacific/Auckland"])
        entry = PersonEntry(person, name=person, team=team, zone=zone)
        await self.organisation.factory.people().upsert(self.organisation.id, [entry])
        self.diary.zones[person] = zone
        self.diary.stays.append(Stay(person, team, self.clock.now))

    async def _lead(self, step: int) -> None:
        """What leaders do, at their times."""
        call, both = frozenset({"call.practised"}), frozenset(TYPES)
        all_teams = tuple(TEAMS)
        match step:
            case 0:
                await self._create("adam", "apart", ("days", both), {"share": "50%", "reach": 5}, all_teams, apart=True)
                await self._create("nora", "own", ("count", call), {"everyone": 4}, ("north",))
                await self._create("adam", "as-one", ("count", both), {"together": 40}, ("south", "west"))
                await self._create("wanda", "called-off", ("count", call), {"everyone": 1}, ("west",))
                await self._create("adam", "all", ("count", call), {"everyone": 3}, all_teams, apart=True)
                await self._create(
                    "siri", "draft", ("count", both), {"share": "60%", "reach": 4}, ("south",), draft=True
                )
            case 6:
                starts = self.clock.now + 6 * HOUR
                await self._change("siri", "draft", startsAt=starts, publish=True)
            case 20:
                ends = self.challenges[self._named["own"]].ends + DAY
                await self._change("nora", "own", endsAt=ends, goal={"share": "75%", "reach": 3})
            case 26:
                await self._done("cancelChallenge", self._client("wanda"), CANCEL, id=self._named["called-off"])
                self.challenges[self._named["called-off"]].cancelled = True
            case 30:
                await self._change("adam", "all", goal={"everyone": 2})
            case _:
                pass

    async def _create(
        self, leader: str, name: str, measure: tuple[str, frozenset[str]], goal: dict[str, Any], teams: tuple[str, ...],
        *, apart: bool = False, draft: bool = False,
    ) -> None:  # fmt: skip
        ends = BASE + 14 * DAY
        wish = {
            "id": name,
            "title": name,
            "teams": list(teams),
            "measure": {measure[0]: {"event": sorted(measure[1])}},
            "goal": goal,
            "points": 10,
            "endsAt": ends.isoformat(),
            "form": "SIDE_BY_SIDE" if apart else "TOGETHER",
            "draft": draft,
        }
        answers = [await self._done("createChallenge", self._client(leader), CREATE, input=wish) for _ in range(2)]
        node, again = (answer["challenge"]["id"] for answer in answers)
        assert node == again
        self._named[name] = node
        kind, types = measure
        model = ModelChallenge(kind, types, *_read(goal), teams, apart, self.clock.now, ends, points=10)
        (self._drafts if draft else self.challenges)[node] = model

    async def _change(self, leader: str, name: str, **changes: Any) -> None:
        told = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in changes.items()}
        node = self._named[name]
        for _ in range(2):
            wish = {"challenge": node, **told}
            await self._done("changeChallenge", self._client(leader), CHANGE, input=wish)
        if node in self._drafts:
            self.challenges[node] = self._drafts.pop(node)
        challenge = self.challenges[node]
        challenge.starts = changes.get("startsAt", challenge.starts)
        challenge.ends = changes.get("endsAt", challenge.ends)
        if "goal" in changes:
            challenge.goal, challenge.need, challenge.share = _read(changes["goal"])

    async def _move(self, step: int) -> None:
        """People come, go, change team and take time off."""
        chance, now = self.chance, self.clock.now
        if step in {5, 17, 33}:
            await self._hire(f"new-{step}", chance.choice(list(TEAMS)))
        if step in {9, 15, 22, 28, 41}:
            person = chance.choice(self.members)
            here = next(stay for stay in self.diary.stays if stay.person == person and stay.until is None)
            team = chance.choice([team for team in (*TEAMS, "east") if team != here.team])
            await self.organisation.hire(person, team=team)
            here.until = now
            self.diary.stays.append(Stay(person, team, now))
        if step in {29, 36}:
            await self._deputise(begins=step == 29)
        if step in {24, 37}:
            person = chance.choice(self.members)
            await self.organisation.dismiss(person)
            self.diary.gone[person] = now
        if step in {12, 31, 58}:
            person, first = chance.choice(self.members), (now + chance.randint(-4, 2) * DAY).date()
            last = first + chance.randint(0, 2) * DAY
            variables = {"from": str(first), "until": str(last), "at": now.isoformat()}
            await self._done("takeTimeOff", self._client(person), REST, id=f"rest-{step}", **variables)
            self.diary.rests.append(Rest(person, first, last, now))

    async def _deputise(self, *, begins: bool) -> None:
        """A member stands in for the leader of their team for a while, and is a member again."""
        now = self.clock.now
        if begins:
            led = [stay for stay in self.diary.stays if stay.team in TEAMS and stay.until is None]
            here = self.chance.choice([stay for stay in led if stay.person not in self.diary.gone])
            here.until, self._deputy = now, (here.person, here.team)
            await self.organisation.hire(here.person, team=here.team, role=Role.MANAGER)
        elif self._deputy is not None:
            (person, team), self._deputy = self._deputy, None
            await self.organisation.hire(person, team=team)
            self.diary.stays.append(Stay(person, team, now))

    async def _practise(self, step: int) -> None:
        """What people do; some of it is told at once, some twice, some late, and some by clocks that lie."""
        chance, now = self.chance, self.clock.now
        for person in self.members:
            if chance.random() > 0.22:
                continue
            kind, key = chance.choice(list(TYPES)), self._key()
            at = now - chance.randint(0, 359) * timedelta(minutes=1)
            match chance.choices(["told", "twice", "late", "lying"], [6, 1, 3, 1])[0]:
                case "late":
                    self._offline.append(_Waiting(step + chance.randint(1, 14), person, key, kind, at))
                case "lying":
                    await self._record_lying(person, key, kind, at)
                case "twice":
                    await self._record(person, key, kind, at)
                    assert (await self._send(person, key, kind, at))["status"] == "DUPLICATE"
                case _:
                    await self._record(person, key, kind, at)
        if self._stored and chance.random() < 0.15:
            key, done = chance.choice(self._stored)
            if done.voided is None and done.person in self.members:
                await self._done("voidEvent", self._client(done.person), VOID, id=f"void-{key}", event=key)
                done.voided = now

    async def _come_online(self, step: int) -> None:
        ready = [each for each in self._offline if each.step <= step or step == ENDS_AFTER]
        self._offline = [each for each in self._offline if each not in ready]
        for each in ready:
            if each.person in self.members:
                await self._record(each.person, each.key, each.type, each.at)

    async def _record(self, person: str, key: str, kind: str, at: datetime) -> None:
        receipt = await self._send(person, key, kind, at)
        assert receipt["status"] == "STORED", receipt
        self._stored.append((key, Done(person, kind, at, self.clock.now)))
        self.diary.done.append(self._stored[-1][1])

    async def _record_lying(self, person: str, key: str, kind: str, at: datetime) -> None:
        """A phone that is hours ahead is refused, learns the server's time, and tells it anew under the same id."""
        ahead = self.chance.randint(7, 30) * HOUR
        receipt = await self._send(person, key, kind, at + ahead)
        assert (receipt["status"], receipt["problem"]["code"]) == ("REFUSED", "IN_THE_FUTURE")
        error = (self.clock.now + ahead) - datetime.fromisoformat(receipt["problem"]["serverTime"])
        await self._record(person, key, kind, at + ahead - error)

    async def _send(self, person: str, key: str, kind: str, at: datetime) -> Any:
        event = {"id": key, "type": kind, "occurredAt": at.isoformat(), "data": TYPES[kind]}
        answer = await self._done("recordProgress", self._client(person), RECORD, events=[event])
        [receipt] = answer["receipts"]
        return receipt

    async def _done(self, name: str, client: Client, query: str, **variables: Any) -> Any:
        answer = (await client.ask(query, **variables))[name]
        assert "code" not in answer, answer
        return answer

    def _client(self, person: str) -> Client:
        if person not in self._clients:
            token = self._issuer.token(self.organisation.key, person=person, lifetime=400 * DAY)
            self._clients[person] = Client(self._app, token=token)
        return self._clients[person]

    def _key(self) -> str:
        self._counter += 1
        return f"e{self._counter}"

    def _expected(self, person: str, challenge: ModelChallenge) -> dict[str, Any] | None:
        """What that person may see, as the model has it."""
        now, diary = self._as_of(challenge), self.diary
        leads = {team for team, leader in TEAMS.items() if person in {leader, "adam"} or (person, team) == self._deputy}
        stays = [stay for stay in diary.stays if stay.person == person and stay.team in challenge.teams]
        present = {stay.team for stay in stays if stay.until is None or stay.until > challenge.starts}
        if not (leads | present) & set(challenge.teams):
            return None
        whole, sides = diary.result(challenge, challenge.teams, now), diary.sides(challenge, now)
        taken_part = {stay.team for stay in stays if stay.team in present and stay.since < challenge.ends}
        opened = {team: sides[team] for team in sorted(challenge.teams) if team in leads | taken_part}
        if challenge.apart:
            shown = _added(list(opened.values()))
            met = [team for team in sorted(challenge.teams) if sides[team].met]
        else:
            shown, opened = whole, {}
            met = sorted(challenge.teams) if whole.met else []
        state = self._state(challenge)
        mine = diary.mine(challenge, person, now)
        return {
            "state": state,
            "met": shown.met if state == "SETTLED" else None,
            "endsAt": challenge.ends.isoformat().replace("+00:00", "Z"),
            "teamsThatMet": [{"key": team} for team in met],
            "progress": {
                "members": shown.members,
                "asked": shown.asked,
                "reached": shown.reached,
                "have": shown.total,
                "met": shown.met,
            },
            "me": None if mine is None else {"value": mine.value, "asked": mine.asked, "reached": mine.reached},
            "sides": [
                {
                    "team": {"key": team},
                    "members": side.members,
                    "asked": side.asked,
                    "reached": side.reached,
                    "share": side.reached / side.asked if side.asked else None,
                    "met": side.met,
                }
                for team, side in opened.items()
            ],
        }

    settled_at: datetime | None = None
    """When the worker was at it."""

    def _as_of(self, challenge: ModelChallenge) -> datetime:
        """Until when what is heard counts."""
        return self.clock.now if challenge.cancelled or self.settled_at is None else self.settled_at

    def _state(self, challenge: ModelChallenge) -> str:
        if challenge.cancelled:
            return "CANCELLED"
        if self.settled_at is not None:
            return "SETTLED"
        if self.clock.now < challenge.starts:
            return "SCHEDULED"
        return "RUNNING" if self.clock.now < challenge.ends else "SETTLING"


def _read(goal: dict[str, Any]) -> tuple[str, int, Fraction]:
    match goal:
        case {"everyone": need}:
            return "everyone", need, Fraction(1)
        case {"together": need}:
            return "together", need, Fraction(1)
        case {"share": share, "reach": need}:
            return "share", need, Fraction(int(share.rstrip("%")), 100)
    raise ValueError(goal)


def _added(sides: list[Result]) -> Result:
    return Result(
        any(side.met for side in sides),
        sum(side.members for side in sides),
        sum(side.asked for side in sides),
        sum(side.reached for side in sides),
        sum(side.total for side in sides),
    )
