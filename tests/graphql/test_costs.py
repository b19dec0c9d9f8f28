"""What an operation costs; one that costs too much is refused before anything of it is done, on every way in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_nullable_type, is_list_type

from tests.graphql.client import Client
from tests.graphql.lines import line, serving
from tests.graphql.operations import OPERATIONS
from tests.support.organisations import Organisation
from tests.support.statements import Statements
from vekst.api import create_app
from vekst.graphql.costs import LIST_SIZE, SIZES
from vekst.graphql.documents import Documents
from vekst.graphql.limits import Limits
from vekst.graphql.schema import build_schema
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SignIn = Callable[..., Client]

CORE = build_schema().core
FEED = "query ($n: Int) { me { recognitions(first: $n) { edges { node { id } } } } }"
"""Costs 2 for `me` and the page, and 3 for each entry."""


def cost(text: str, /, **variables: Any) -> int:
    """The cost of the only operation of a document."""
    prepared = Documents(CORE, Limits(), development=True).prepare(text)
    assert prepared.fault is None, prepared.fault
    [found] = prepared.costs.values()
    return found.with_variables(variables)


def test_every_field_counts_one_and_a_list_as_often_as_it_may_have_entries() -> None:
    assert cost("{ me { name points { total } } }") == 4
    assert cost("{ me { skills { level skill { key } } } }") == 1 + LIST_SIZE * 4
    assert cost("{ me { recognitions(first: 7) { edges { node { id } } pageInfo { endCursor } } } }") == 4 + 7 * 3
    assert cost("{ me { recognitions { edges { cursor } } } }") == 2 + 20 * 2
    assert cost("{ changes { recognitions { cursor } cursor } }") == 2 + 100 * 2
    assert cost("{ changes(first: 5) { recognitions { cursor } learner { skills { level } } } }") == 12 + LIST_SIZE * 2
    assert cost('{ team(key: "a") { members { name } } }') == 1 + 50 * 2
    assert cost("{ transparency { data { key } } }") == 1 + LIST_SIZE * 2


def test_pages_within_lists_multiply() -> None:
    one = cost("{ me { recognitions(first: 100) { edges { node { why { evidence { id } } } } } }}")
    assert one == 2 + 100 * (3 + LIST_SIZE * 2)
    ids = [f"id-{number}" for number in range(100)]
    page = "{ recognitions(first: $n) { edges { cursor } } }"
    nested = f"query ($ids: [ID!]!, $n: Int) {{ nodes(ids: $ids) {{ ... on Learner {page} }} }}"
    assert cost(nested, ids=ids, n=100) == 100 * (2 + 100 * 2)
    assert cost(nested, ids=ids[:1], n=1) == 2 + 2
    assert cost('{ nodes(ids: ["a", "b"]) { id } }') == 4
    assert cost('{ nodes(ids: "a") { id } }') == 2


@pytest.mark.parametrize(
    ("variables", "entries"),
    [
        ({}, 20),
        ({"n": None}, 20),
        ({"n": 3}, 3),
        ({"n": 3.0}, 3),
        ({"n": 10**9}, 100),
        ({"n": -1}, 1),
        ({"n": "x"}, 20),
    ],
)
def test_variables_say_how_much_and_what_can_not_be_read_is_refused_later(variables: Any, entries: int) -> None:
    assert cost(FEED, **variables) == 2 + entries * 3


def test_defaults_of_variables_count_unless_they_are_overridden() -> None:
    text = FEED.replace("$n: Int", "$n: Int = 5")
    assert cost(text) == 2 + 5 * 3
    assert cost(text, n=6) == 2 + 6 * 3
    assert cost(text, n=None) == 2 + 20 * 3


def test_dates_say_how_many_days() -> None:
    text = 'query ($to: Date!) { me { streaks { days(from: "2026-03-01", to: $to) { date } } } }'
    assert cost(text, to="2026-03-31") == 1 + LIST_SIZE * (1 + 31 * 2)
    assert cost(text, to="2036-03-31") == cost(text, to="soon") == 1 + LIST_SIZE * (1 + 400 * 2)


def test_fragments_and_aliases_count_as_often_as_they_stand_there() -> None:
    twice = "{ me { a: recognitions(first: 5) { ...P } b: recognitions(first: 50) { ...P } } }"
    assert cost(twice + " fragment P on RecognitionConnection { edges { ... { cursor } } }") == 3 + 5 * 2 + 50 * 2
    varying = "query ($n: Int!) { me { ...A ... on Learner { ...A } } } fragment A on Learner { ...B name }"
    part = " fragment B on Learner { nextSteps(first: $n) { title } }"
    assert cost(varying + part, n=4) == 1 + 2 * (1 + 4 * 2)


def test_what_is_left_out_costs_nothing() -> None:
    text = (
        "query ($short: Boolean!) { me { name skills @skip(if: $short) { level } ... @include(if: $short) { zone } } }"
    )
    assert cost(text, short=True) == 3
    assert cost(text, short=False) == 2 + LIST_SIZE * 2
    assert cost("{ me { name skills @skip(if: true) { level } } }") == 2


def test_a_bomb_of_fragments_is_counted_in_no_time() -> None:
    names = [f"F{n}" for n in range(60)]
    parts = [f"fragment {name} on Learner {{ ...{after} ...{after} }}" for name, after in pairwise(names)]
    last = f"fragment {names[-1]} on Learner {{ nextSteps(first: $n) {{ title }} }}"
    bomb = " ".join(["query ($n: Int!) { me { ...F0 } }", *parts, last])
    assert cost(bomb, n=3) == 1 + 2**59 * 6


def test_the_table_speaks_of_lists_and_pages_that_there_are() -> None:
    for place in SIZES:
        kind, name = place.split(".")
        parent = CORE.type_map[kind]
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        field = parent.fields[name]
        assert is_list_type(get_nullable_type(field.type)) or "first" in field.args


@pytest.mark.parametrize("file", sorted(OPERATIONS.glob("*.graphql")), ids=lambda file: file.stem)
def test_the_delivered_operations_cost_a_third_of_the_limit_at_most(file: Path) -> None:
    assert 0 < cost(file.read_text()) <= Limits().cost // 3


@pytest.fixture
async def thrifty(settings: Settings) -> AsyncIterator[FastAPI]:
    """The app where an operation may cost 50."""
    app = create_app(settings.model_copy(update={"operation_cost": 50}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def token(organisation: Organisation, issuer: DevelopmentIssuer) -> str:
    await organisation.hire("kari")
    return issuer.token(organisation.key, person="kari")


async def test_too_costly_an_operation_is_told_its_cost_the_limit_and_the_cure(thrifty: FastAPI, token: str) -> None:
    async with Client(thrifty, token=token, language="en") as kari:
        assert await kari.ask(FEED, n=16) == {"me": {"recognitions": {"edges": []}}}
        answer = await kari.send(FEED, n=17)
        assert answer.status_code == 400
        assert answer.json() == {
            "errors": [
                {
                    "message": "The operation may be answered with 53 values; at most 50 go at a time.",
                    "extensions": {
                        "code": "TOO_MANY",
                        "reason": "OPERATION_TOO_COSTLY",
                        "cure": "Ask for shorter pages (`first`) or fewer fields, "
                        "and for the rest in requests of their own.",
                    },
                }
            ]
        }
    async with Client(thrifty, token=token, language="nb") as kari:
        error = await kari.error(FEED, n=17)
    assert error["message"] == "Operasjonen kan gi 53 verdier i svar, og høyst 50 går om gangen."
    assert error["extensions"]["cure"].startswith("Spør om kortere sider")


async def test_a_refused_operation_asks_the_database_for_nothing(thrifty: FastAPI, token: str) -> None:
    statements = Statements(thrifty.state.process.database.engine)
    record = "mutation { recordProgress(input: {events: []}) { ... on RecordProgress { receipts { id } } } }"
    async with Client(thrifty) as nobody, Client(thrifty, token=token, language="en") as kari:
        await kari.ask("{ __typename }")
        with statements.recorded() as for_who_asks:
            await kari.ask("{ __typename }")
        with statements.recorded() as refused:
            await kari.error(FEED, n=17)
        assert refused == for_who_asks
        with statements.recorded() as refused:
            error = await nobody.error(record)
        assert refused == []
        assert error["extensions"]["reason"] == "OPERATION_TOO_COSTLY"


async def test_a_known_operation_is_weighed_at_every_request(thrifty: FastAPI, token: str) -> None:
    named = {"persistedQuery": {"version": 1, "sha256Hash": sha256(FEED.encode()).hexdigest()}}
    async with Client(thrifty, token=token) as kari:
        whole = {"query": FEED, "variables": {"n": 1}, "extensions": named}
        assert "errors" not in (await kari.http.post("/graphql", json=whole)).json()
        for count, reasons in ((16, []), (17, ["OPERATION_TOO_COSTLY"])):
            answer = await kari.http.post("/graphql", json={"variables": {"n": count}, "extensions": named})
            errors = answer.json().get("errors", [])
            assert [each["extensions"]["reason"] for each in errors] == reasons


async def test_streams_and_queries_on_a_line_are_weighed_too(thrifty: FastAPI, token: str) -> None:
    board = 'subscription ($n: Int) { leaderboard(key: "b") { entries(first: $n) { name } } }'
    async with serving(thrifty) as address, line(address, token) as opened:
        for operation_id, text in (("1", board), ("2", FEED)):
            await opened.subscribe(operation_id, text, n=60)
            message = await opened.receive()
            assert (message["type"], message["id"]) == ("error", operation_id)
            assert message["payload"][0]["extensions"]["reason"] == "OPERATION_TOO_COSTLY"


async def test_server_sent_events_are_weighed_too(thrifty: FastAPI, token: str) -> None:
    async with Client(thrifty, token=token) as kari:
        body = {"query": FEED, "variables": {"n": 17}}
        answer = await kari.http.post("/graphql/stream", json=body)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["reason"] == "OPERATION_TOO_COSTLY"


async def test_the_limit_can_be_taken_away(settings: Settings, token: str) -> None:
    app = create_app(settings.model_copy(update={"operation_cost": 0}))
    async with app.router.lifespan_context(app), Client(app, token=token) as kari:
        many = " ".join(
            f"a{n}: recognitions(first: 100) {{ edges {{ node {{ why {{ evidence {{ id }} }} }} }} }}"
            for n in range(25)
        )
        assert cost(f"{{ me {{ {many} }} }}") > Limits().cost
        assert len((await kari.ask(f"{{ me {{ {many} }} }}"))["me"]) == 25
