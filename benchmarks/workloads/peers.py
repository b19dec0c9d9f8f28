"""The home screen beside peers that need Node: PostGraphile from PostgreSQL, and mercurius with its JIT from memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

import orjson
from sqlalchemy import make_url

from benchmarks.companies import BenchmarkError, a_company
from benchmarks.findings import Comparison, Finding
from benchmarks.http_client import post
from benchmarks.peers.node import NoPeersError, Peers, peers_installed
from benchmarks.peers.relations import SCHEMA, load_relations
from benchmarks.peers.shapes import Shape, shape_of
from benchmarks.processes import api, app_server
from benchmarks.stage import Stage, owning
from benchmarks.turns import in_turn
from benchmarks.workloads.screens import Answers, answers_of, fields_of, home_screens, load_of

__all__ = ["beside_peers"]

_WORKLOAD: Final = "home screen"
_POSTGRAPHILE_GOAL: Final = 2.0
_MERCURIUS_GOAL: Final = 1.0
_CONNECTIONS: Final = 8
_MEMORY_APP: Final = "benchmarks.peers.memory_app:app_from_environment"


async def beside_peers(stage: Stage) -> list[Finding]:
    """Both comparisons; without Node, none, and it is said."""
    try:
        async with peers_installed() as peers:
            return await _compare(stage, peers)
    except NoPeersError as reason:
        stage.say(f"peers: skipped, {reason}")
        return []


async def _compare(stage: Stage, peers: Peers) -> list[Finding]:
    async with a_company(stage, "peers") as company, api(stage) as port:
        asked = home_screens(company)
        whole = await answers_of(port, asked)
        answers = {person: answer["data"] for person, answer in whole.items()}
        return [
            await _from_postgresql(stage, peers, port, asked, answers),
            await _from_memory(stage, peers, answers),
        ]


async def _from_postgresql(
    stage: Stage, peers: Peers, port: int, asked: Mapping[str, bytes], answers: Answers
) -> Comparison:
    async with owning(stage) as owner:
        query = await load_relations(owner, answers)
    environment = {
        "PEER_DATABASE": orjson.dumps(_way_to(stage.database)).decode(),
        "PEER_SCHEMA": SCHEMA,
        "PEER_CONNECTIONS": str(_CONNECTIONS),
    }
    async with peers.server("postgraphile", environment) as peer_port:
        theirs = _requests(query, asked)
        told = await answers_of(peer_port, theirs)
        _check_leaves(answers, told)
        measured = await _side_by_side(stage, ours=(port, asked), peer=(peer_port, theirs))
    return Comparison.of(
        _WORKLOAD,
        "beside a peer, from PostgreSQL",
        unit="requests/s",
        floor_name=f"PostGraphile {peers.versions['postgraphile']}",
        ours=measured["ours"],
        floor=measured["peer"],
        goal=_POSTGRAPHILE_GOAL,
        details={"fields": _fields(answers), "fields of the peer": _fields(told)},
    )


async def _side_by_side(
    stage: Stage, *, ours: tuple[int, Mapping[str, bytes]], peer: tuple[int, Mapping[str, bytes]]
) -> dict[str, list[float]]:
    """Requests a second of each, which are a port and what is asked there."""
    contenders = {
        name: load_of([port], list(requests.values()), stage.profile.requests)
        for name, (port, requests) in (("ours", ours), ("peer", peer))
    }
    return await in_turn(stage.profile.rounds, contenders)


async def _from_memory(stage: Stage, peers: Peers, answers: Answers) -> Comparison:
    shape = shape_of("Answer", list(answers.values()))
    held = {person: shape.told(answer) for person, answer in answers.items()}
    data = Path(stage.settings.data_dir) / "peer-answers.json"
    data.write_bytes(orjson.dumps({"schema": _schema(shape), "answers": held}))
    requests = _requests(f"query ($person: String!) {{ answer(person: $person) {shape.selection()} }}", held)
    environment = {"PEER_DATA": str(data)}
    async with (
        app_server(_MEMORY_APP, environment, factory=True) as port,
        peers.server("mercurius", environment) as peer_port,
    ):
        for answered in (await answers_of(port, requests), await answers_of(peer_port, requests)):
            if {person: each["data"]["answer"] for person, each in answered.items()} != held:
                raise BenchmarkError("an answer from memory differs from what lies there")
        measured = await _side_by_side(stage, ours=(port, requests), peer=(peer_port, requests))
    return Comparison.of(
        _WORKLOAD,
        "beside a peer, executors alone",
        unit="requests/s",
        floor_name=f"mercurius {peers.versions['mercurius']}, graphql-jit {peers.versions['graphql-jit']}",
        ours=measured["ours"],
        floor=measured["peer"],
        goal=_MERCURIUS_GOAL,
        details={"fields": _fields(held)},
    )


def _schema(shape: Shape) -> str:
    return f"{shape.schema()}type Query {{ answer(person: String!): {shape.name} }}\n"


def _requests(query: str, people: Mapping[str, object]) -> dict[str, bytes]:
    """The operation for each person, as an app sends it."""
    headers = {"accept": "application/json"}
    return {
        person: post("/graphql", orjson.dumps({"query": query, "variables": {"person": person}}), headers)
        for person in people
    }


def _check_leaves(ours: Answers, theirs: Answers) -> None:
    """The peer must tell as much, under whatever names, or the comparison would mean nothing."""
    for person, answer in ours.items():
        if sorted(_leaves(answer)) != sorted(_leaves(theirs[person])):
            raise BenchmarkError(f"the peer's home screen of {person} holds something else than ours")


def _leaves(value: object) -> Sequence[str]:
    """All values but nulls, numbers as numbers however they are written: those of 64 bits are texts with some."""
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    return [] if value is None else [_as_read(str(value))]


def _as_read(text: str) -> str:
    try:
        return str(float(text))
    except ValueError:
        return text


def _fields(answers: Answers) -> float:
    return float(median(fields_of(answer) for answer in answers.values()))


def _way_to(database: str) -> dict[str, Any]:
    """The database as Node's driver takes it."""
    url = make_url(database)
    told = {
        "host": url.query.get("host") or url.host,
        "port": int(str(url.query.get("port") or url.port or 5432)),
        "user": url.username,
        "password": url.password,
        "database": url.database,
    }
    return {key: value for key, value in told.items() if value is not None}
