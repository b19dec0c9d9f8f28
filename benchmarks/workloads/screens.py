"""The home screen, as GraphQL over HTTP with the real API, beside one statement over tables made for exactly it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from statistics import median
from typing import Any, Final

import orjson

from benchmarks.companies import BenchmarkError, a_company
from benchmarks.findings import Comparison, Finding
from benchmarks.floors import tables
from benchmarks.floors.relational import load_answers
from benchmarks.http_client import Connection, post
from benchmarks.processes import api, floor_server
from benchmarks.requests import asking
from benchmarks.stage import OPERATIONS, Stage
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.tokens import DevelopmentIssuer

__all__ = ["home_screen"]

_HOME_GOAL: Final = 0.75
_BOARD: Final = "learning-streaks"
_VIEWERS: Final = 50
_CONNECTIONS: Final = 8


async def home_screen(stage: Stage) -> list[Finding]:
    """The home screen of learners with a past, beside one statement over tables made for exactly this screen."""
    async with a_company(stage, "home") as company, api(stage) as port:
        issuer = DevelopmentIssuer.open(stage.settings.data_dir)
        people = sorted(company.learners)[:_VIEWERS]
        query = (OPERATIONS / "home.graphql").read_text(encoding="utf-8")
        asked = {
            person: asking(query, {"board": _BOARD}, issuer.token(company.key, person=person)) for person in people
        }
        answers = await _answers(port, asked)
        statement = await _load(stage, answers)
        async with floor_server(stage, statement) as floor_port:
            floor = {person: post("/home", orjson.dumps({"person": person}), {}) for person in people}
            _check_equal(answers, await _answers(floor_port, floor))
            measured = await in_turn(
                stage.profile.rounds,
                {
                    "ours": _load_of(port, list(asked.values()), stage.profile.requests),
                    "floor": _load_of(floor_port, list(floor.values()), stage.profile.requests),
                },
            )
    sizes = [len(orjson.dumps(answer)) for answer in answers.values()]
    fields = [_fields(answer) for answer in answers.values()]
    return [
        Comparison.of(
            "home screen",
            f"{_CONNECTIONS} connections",
            unit="requests/s",
            floor_name="one statement, bare ASGI",
            ours=measured["ours"],
            floor=measured["floor"],
            goal=_HOME_GOAL,
            details={"fields": median(fields), "bytes": median(sizes)},
        ),
    ]


async def _load(stage: Stage, answers: Mapping[str, Mapping[str, Any]]) -> str:
    owner = await stage.owner()
    try:
        return await load_answers(owner, tables.SCHEMA, answers)
    finally:
        await owner.close()


def _load_of(port: int, requests: Sequence[bytes], times: int) -> Contender:
    """So many requests over a few connections; how many were answered a second."""

    async def rate() -> float:
        numbers = count()
        connections = [await Connection.open(port) for _ in range(_CONNECTIONS)]

        async def ask(connection: Connection) -> None:
            while (number := next(numbers)) < times:
                answer = await connection.send(requests[number % len(requests)])
                if answer.status != 200:
                    raise BenchmarkError(f"answered with {answer.status}: {answer.body[:500]!r}")

        with Stopwatch() as watch:
            await asyncio.gather(*map(ask, connections))
        for connection in connections:
            connection.close()
        return times / watch.wall

    return rate


async def _answers(port: int, requests: Mapping[str, bytes]) -> dict[str, Any]:
    connection = await Connection.open(port)
    answers = {person: orjson.loads((await connection.send(request)).body) for person, request in requests.items()}
    connection.close()
    for answer in answers.values():
        if "errors" in answer or not answer["data"]["me"]:
            raise BenchmarkError(f"the home screen is not whole: {answer}")
    return answers


def _check_equal(ours: Mapping[str, Any], floor: Mapping[str, Any]) -> None:
    """The floor must answer the same, or the comparison would mean nothing."""
    for person, answer in ours.items():
        if floor[person] != answer:
            raise BenchmarkError(f"the floor's home screen of {person} differs from ours")


def _fields(value: object) -> int:
    """How many fields an answer has, those of objects in lists each."""
    if isinstance(value, dict):
        return sum(1 + _fields(each) for each in value.values())
    return sum(map(_fields, value)) if isinstance(value, list) else 0
