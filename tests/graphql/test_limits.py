"""What an operation may ask for, and what a stranger learns of the schema: nothing outside development."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from tests.graphql.client import Client
from tests.graphql.operations import OPERATIONS
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.graphql.documents import Documents
from vekst.graphql.execution import Operations
from vekst.graphql.limits import Limits
from vekst.graphql.schema import build_schema
from vekst.settings import Settings

SignIn = Callable[..., Client]

INTROSPECTION = "{ __schema { types { name } } }"


def fault(text: str, *, development: bool = True, **limits: Any) -> list[str]:
    """What is wrong with a document, in GraphQL's words."""
    documents = Documents(build_schema().core, Limits(**limits), development=development)
    prepared = documents.prepare(text)
    return [error.message for error in prepared.fault.errors] if prepared.fault else []


def test_depth_is_limited() -> None:
    assert fault("{ me { points { total } } }", depth=3) == []
    assert fault("{ me { points { total } } }", depth=2) == ["depth: 3, at most 2."]


def test_depth_is_counted_through_fragments() -> None:
    document = "{ me { ...A } } fragment A on Learner { ... { points { ...B } } } fragment B on Points { total }"
    assert fault(document, depth=2) == ["depth: 3, at most 2."]
    assert fault(document, depth=3) == []


def test_aliases_are_limited_and_counted_as_often_as_they_are_spread() -> None:
    document = "{ me { ...A ...B } } fragment A on Learner { a: name ...B } fragment B on Learner { b: name }"
    assert fault(document, aliases=2) == ["aliases: 3, at most 2."]
    assert fault(document, aliases=3) == []


def test_directives_are_limited() -> None:
    assert fault("{ me { name @skip(if: false) } }", directives=0) == ["directives: 1, at most 0."]


def test_tokens_characters_and_comments_are_limited() -> None:
    assert fault("{ me { name } }", tokens=3)
    assert fault("{ me { name } }", characters=10) == ["characters: 15, at most 10."]
    assert fault("#\n" * 10 + "{ me { name } }", comments=5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{ me { " + "name " * 2_000 + "} }", "Document contains more than 1000 tokens."),
        ("#\n" * 300 + "{ me { name } }", "Document contains more than 200 comments."),
        ("{ me " * 300 + "}" * 300, "Document is nested too deeply."),
        ("{ me " * 13 + "}" * 13, "depth: 13, at most 12."),
        ("{ me { name } }" + " " * 16_000, "characters: 16015, at most 16000."),
    ],
    ids=["tokens", "comments", "nesting", "depth", "characters"],
)
async def test_every_limit_of_an_operation_has_the_same_code(
    organisation: Organisation, sign_in: SignIn, text: str, said: str
) -> None:
    await organisation.hire("kari")
    answer = await sign_in("kari").send(text)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["message"] == f"The operation goes over a limit: {said}"
    assert error["extensions"] == {
        "code": "TOO_MANY",
        "reason": "OPERATION_TOO_LARGE",
        "cure": "Ask for less at a time.",
    }


def test_a_bomb_of_fragments_is_measured_in_no_time() -> None:
    names = [f"F{n}" for n in range(60)]
    bomb = "{ me { ...F0 } } " + " ".join(
        f"fragment {name} on Learner {{ a: name ...{after} ...{after} }}" for name, after in pairwise(names)
    )
    [error] = fault(bomb + f" fragment {names[-1]} on Learner {{ name }}")
    assert error.startswith("aliases: ")


def test_fragments_in_a_circle_are_refused() -> None:
    assert fault("{ me { ...A } } fragment A on Learner { ...B } fragment B on Learner { ...A }")


@pytest.mark.parametrize("file", sorted(OPERATIONS.glob("*.graphql")), ids=lambda file: file.stem)
def test_the_delivered_operations_are_well_within_the_limits(file: Any) -> None:
    half = Limits()
    assert fault(file.read_text(), development=False, depth=half.depth, aliases=half.aliases // 2) == []


def test_introspection_is_for_development_only() -> None:
    assert fault(INTROSPECTION) == []
    assert fault(INTROSPECTION, development=False)
    assert fault('{ __type(name: "Query") { name } }', development=False)
    assert fault("{ __typename }", development=False) == []


@pytest.mark.parametrize(
    "text",
    [
        "{ mee { name } }",
        "{ me { nam } }",
        '{ learner(persn: "x") { name } }',
        "{ me { quests(state: OPENN) { occurrence } } }",
        "query ($x: Lerner) { me { name } }",
        "{ node(id: 1) { ... on Lerner { name } } }",
        "mutation { recordProgress(input: {evnts: []}) { __typename } }",
    ],
)
def test_a_scanner_is_given_no_suggestions_outside_development(text: str) -> None:
    assert any("Did you mean" in message for message in fault(text))
    assert not any("Did you mean" in message for message in fault(text, development=False))


def test_a_known_operation_is_not_parsed_again_until_many_others_were() -> None:
    documents = Documents(build_schema().core, Limits(), development=True)
    first = documents.prepare("{ me { name } }")
    assert documents.prepare("{ me { name } }") is first
    for n in range(30):
        documents.prepare(f"{{ me {{ name }} }} # {n}{'x' * 10_000}")
    assert documents.prepare("{ me { name } }") is not first


async def test_limits_are_told_in_words(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari")
    aliases = " ".join(f"a{n}: name" for n in range(31))
    answer = await sign_in("kari", language="nb").send(f"{{ me {{ {aliases} }} }}")
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "TOO_MANY"
    assert error["message"] == "Operasjonen går over en grense: aliases: 31, at most 30."


async def test_an_operation_has_its_time(
    settings: Settings, organisation: Organisation, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await organisation.hire("kari")
    app = create_app(settings, limits=Limits(seconds=0.05))
    async with app.router.lifespan_context(app):
        process = app.state.process
        reading = process.database.reading

        @asynccontextmanager
        async def slow(org_id: UUID) -> AsyncIterator[AsyncConnection]:
            async with reading(org_id) as connection:
                yield connection
                await asyncio.Event().wait()

        signed = sign_in("kari", language="en")
        client = Client(app, token=signed.http.headers["Authorization"].removeprefix("Bearer "))
        async with client:
            assert (await client.send("{ __typename }")).status_code == 200
            monkeypatch.setattr(type(process), "reading", lambda _, org_id: slow(org_id))
            answer = await client.send("{ me { name } }")
    assert answer.status_code == 503
    [error] = answer.json()["errors"]
    assert error["extensions"]["reason"] == "OPERATION_TOO_SLOW"


@pytest.mark.parametrize("path", ["/graphql", "/graphql/stream"])
async def test_to_learn_who_asks_has_its_time_too(
    path: str, organisation: Organisation, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*_: object) -> None:
        await asyncio.Event().wait()

    await organisation.hire("kari")
    monkeypatch.setattr("vekst.graphql.arrivals._WITHIN", 0.05)
    monkeypatch.setattr("vekst.graphql.arrivals.authenticate", endless)
    answer = await sign_in("kari").http.post(path, json={"query": "{ me { name } }"})
    assert answer.status_code == 503
    [error] = answer.json()["errors"]
    assert error["extensions"]["reason"] == "OPERATION_TOO_SLOW"


async def test_an_unexpected_error_is_masked_and_logged_under_an_id(
    organisation: Organisation, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    await organisation.publish()
    await organisation.hire("kari")
    monkeypatch.setattr("vekst.graphql.types.learners.points_reading", broken)
    with capture_logs() as logged:
        answer = await sign_in("kari", language="nb").send("query Home { me { points { total } } }")
    assert answer.status_code == 200
    [error] = answer.json()["errors"]
    error_id = error["extensions"]["errorId"]
    assert error["message"] == f"Noe gikk galt hos oss. Det er logget under {error_id}."
    assert "secret" not in answer.text
    [entry] = logged
    assert (entry["event"], entry["error_id"], entry["operation"]) == ("graphql.failed", error_id, "Home")
    assert str(entry["exc_info"]) == "the secret of the house"


def test_the_schema_is_one_object_per_process() -> None:
    assert Operations(build_schema(), development=True) is not None
    assert build_schema() is build_schema()
