"""Screens of an app, as GraphQL over HTTP with the real API, each beside one statement over tables made for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, cycle
from statistics import median
from typing import Any, Final

import orjson

from benchmarks.companies import BenchmarkError, Company, a_company
from benchmarks.findings import Comparison, Finding
from benchmarks.floors import tables
from benchmarks.floors.relational import load_answers
from benchmarks.http_client import Connection, post
from benchmarks.processes import api, floor_server
from benchmarks.requests import asking
from benchmarks.stage import OPERATIONS, Stage, owning
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.tokens import DevelopmentIssuer

__all__ = [
    "BOARD",
    "Answers",
    "answers_of",
    "fields_of",
    "home_screen",
    "home_screens",
    "load_of",
    "other_screens",
]

BOARD: Final = "learning-streaks"
"""The board on the home screen."""
_WIDE_BOARD: Final = "longest-practice"
"""One on which everybody stands who has a past."""
_AGAIN: Final = 50
"""Learners who look again and again, where it is not everybody in turn."""
_GOAL: Final = 0.75
_CONNECTIONS: Final = 8
_HOME_OF_THE_GOAL: Final = 300
"""Fields of the home screen for which the goal was set."""

Answers = Mapping[str, Mapping[str, Any]]
"""Whole answers by person."""


@dataclass(frozen=True, slots=True)
class _Screen:
    """A trusted document with its variables, and what the floor's tables are called."""

    name: str
    document: str
    variables: Mapping[str, Any]
    root: str
    goal: float | None = None

    def requests(self, company: Company) -> dict[str, bytes]:
        """The request of each learner of the organisation."""
        issuer = DevelopmentIssuer.open(company.stage.settings.data_dir)
        query = (OPERATIONS / f"{self.document}.graphql").read_text(encoding="utf-8")
        return {
            person: asking(query, self.variables, issuer.token(company.key, person=person))
            for person in sorted(company.learners)
        }


_HOME: Final = _Screen("home screen", "home", {"board": BOARD}, "home", goal=_GOAL)
_OTHERS: Final = (
    _Screen("badge wall", "badge_wall", {}, "badge_wall"),
    _Screen("ledger page", "feed", {"first": 20}, "feed"),
    _Screen("board", "board", {"key": _WIDE_BOARD}, "board"),
)


async def home_screen(stage: Stage) -> list[Finding]:
    """The home screen of learners with a past: of everybody in turn, and of a few who look again and again."""
    async with a_company(stage, "home") as company, api(stage) as port:
        return await _compare(company, port, _HOME, again=True)


async def other_screens(stage: Stage) -> list[Finding]:
    """The badge wall, a page of the ledger and a board, of the same learners."""
    async with a_company(stage, "screens") as company, api(stage) as port:
        return [each for screen in _OTHERS for each in await _compare(company, port, screen)]


def home_screens(company: Company) -> dict[str, bytes]:
    """The requests of home screens, by person."""
    return _HOME.requests(company)


async def _compare(company: Company, port: int, screen: _Screen, *, again: bool = False) -> list[Finding]:
    """Everybody's screen in turn; those of a few who look again and again, too, if asked for."""
    stage, asked = company.stage, screen.requests(company)
    answers = await answers_of(port, asked)
    everybody = list(asked)
    async with _floor(stage, screen, answers) as floor_port:
        floor = {person: post("/", orjson.dumps({"person": person}), {}) for person in asked}
        _check_equal(answers, await answers_of(floor_port, floor))

        async def beside(case: str, people: Sequence[str]) -> Comparison:
            ours = load_of([port], [asked[person] for person in people], stage.profile.requests)
            theirs = load_of([floor_port], [floor[person] for person in people], stage.profile.requests)
            measured = await in_turn(stage.profile.rounds, {"ours": ours, "floor": theirs})
            return _comparison(screen, case, measured, answers)

        compared: list[Finding] = [await beside(f"{_CONNECTIONS} connections", everybody)]
        if again:
            case = f"{_CONNECTIONS} connections, the same {_AGAIN} learners look again"
            compared.append(await beside(case, everybody[:_AGAIN]))
    return compared


def _comparison(screen: _Screen, case: str, measured: Mapping[str, list[float]], answers: Answers) -> Comparison:
    details: dict[str, float | str] = {
        "fields": median(fields_of(answer) for answer in answers.values()),
        "bytes": median(len(orjson.dumps(answer)) for answer in answers.values()),
    }
    if screen.goal is not None:
        details["fields when the goal was set"] = _HOME_OF_THE_GOAL
    return Comparison.of(
        screen.name,
        case,
        unit="requests/s",
        floor_name="one statement, bare ASGI",
        ours=measured["ours"],
        floor=measured["floor"],
        goal=screen.goal,
        details=details,
    )


@asynccontextmanager
async def _floor(stage: Stage, screen: _Screen, answers: Answers) -> AsyncIterator[int]:
    async with owning(stage) as owner:
        statement = await load_answers(owner, tables.SCHEMA, answers, root=screen.root)
    async with floor_server(stage, statement) as port:
        yield port


def load_of(ports: Sequence[int], requests: Sequence[bytes], times: int) -> Contender:
    """So many requests over a few connections, dealt out to the servers; how many were answered a second.

    Each turn goes on where the one before has ended, so that whoever was asked for is not asked for again until
    everybody was.
    """
    dealt = cycle(requests)

    async def rate() -> float:
        numbers = count()
        turns = cycle(ports)
        connections = [await Connection.open(next(turns)) for _ in range(_CONNECTIONS)]

        async def ask(connection: Connection) -> None:
            while next(numbers) < times:
                answer = await connection.send(next(dealt))
                if answer.status != 200:
                    raise BenchmarkError(f"answered with {answer.status}: {answer.body[:500]!r}")

        with Stopwatch() as watch:
            await asyncio.gather(*map(ask, connections))
        for connection in connections:
            connection.close()
        return times / watch.wall

    return rate


async def answers_of(port: int, requests: Mapping[str, bytes]) -> dict[str, Any]:
    """The answers by person, each of which must be whole."""
    connection = await Connection.open(port)
    answers = {person: orjson.loads((await connection.send(request)).body) for person, request in requests.items()}
    connection.close()
    for answer in answers.values():
        if "errors" in answer or not all((answer.get("data") or {"": None}).values()):
            raise BenchmarkError(f"a screen is not whole: {str(answer)[:500]}")
    return answers


def _check_equal(ours: Answers, floor: Answers) -> None:
    """The floor must answer the same, or the comparison would mean nothing."""
    for person, answer in ours.items():
        if floor[person] != answer:
            raise BenchmarkError(f"the floor's screen of {person} differs from ours")


def fields_of(value: object) -> int:
    """How many fields an answer has, those of objects in lists each."""
    if isinstance(value, dict):
        return sum(1 + fields_of(each) for each in value.values())
    return sum(map(fields_of, value)) if isinstance(value, list) else 0
