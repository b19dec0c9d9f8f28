"""Operations by hash: registered in Valkey, delivered beforehand, and answered from the caller's own cache."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError

from tests.graphql.client import GRAPHQL, Client
from tests.graphql.operations import OPERATIONS, operation
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.factory import Process
from vekst.graphql.limits import Limits
from vekst.graphql.persisted import trusted_documents
from vekst.jobs.query_store import QueryStore
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SignIn = Callable[..., Client]


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def by_hash(text: str, **body: Any) -> dict[str, Any]:
    """A request by hash, as Apollo's link makes it."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}, **body}


async def post(client: Client, body: dict[str, Any]) -> httpx.Response:
    return await client.http.post("/graphql", json=body)


async def get(client: Client, headers: dict[str, str] | None = None, **parameters: Any) -> httpx.Response:
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    return await client.http.get("/graphql", params=given, headers=headers)


def reason(answer: httpx.Response) -> Any:
    [error] = answer.json()["errors"]
    return error["extensions"]["reason"]


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.publish()
    await organisation.hire("kari")
    return sign_in("kari")


def fresh(organisation: Organisation) -> str:
    """An operation that nobody sent before."""
    return f"query Q{organisation.id.hex} {{ me {{ person }} }}"


async def test_an_operation_is_registered_once_and_then_named(organisation: Organisation, kari: Client) -> None:
    text = fresh(organisation)
    unknown = await post(kari, by_hash(text))
    assert (unknown.status_code, unknown.json()["errors"][0]["message"]) == (400, "PersistedQueryNotFound")
    assert unknown.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert (await post(kari, by_hash(text, query=text))).json() == {"data": {"me": {"person": "kari"}}}
    assert (await post(kari, by_hash(text))).json() == {"data": {"me": {"person": "kari"}}}


async def test_a_wrong_hash_is_refused_and_a_wrong_or_unsigned_operation_not_kept(
    organisation: Organisation, kari: Client, unsigned: Client
) -> None:
    text = fresh(organisation)
    assert reason(await post(kari, {**by_hash(text), "query": "{ me { id } }"})) == "PERSISTED_QUERY_HASH_WRONG"
    for client, sent in ((kari, "{ nothing }"), (unsigned, text), (unsigned, "mutation M { __typename }")):
        await post(client, by_hash(sent, query=sent))
        assert reason(await post(kari, by_hash(sent))) == "PERSISTED_QUERY_NOT_FOUND"
    for wrong in ({"sha256Hash": 5}, {}, 5):
        answer = await post(kari, {"query": text, "extensions": {"persistedQuery": wrong}})
        assert answer.status_code == 400


async def test_what_was_tampered_with_in_valkey_is_not_run(
    organisation: Organisation, kari: Client, process: Process
) -> None:
    text = fresh(organisation)
    await process.client.set(f"vekst:queries:{organisation.id}:{digest(text)}", "{ me { id } }")
    assert reason(await post(kari, by_hash(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_the_store_is_bounded_and_nobody_pushes_out_what_others_keep(process: Process) -> None:
    store, other = (QueryStore(process.valkey, uuid4(), most=3) for _ in range(2))
    await other.keep("0", "theirs")
    for number in range(5):
        await store.keep(str(number), f"text {number}")
    assert [await store.find(str(number)) for number in range(5)] == [None, None, "text 2", "text 3", "text 4"]
    assert [await other.find(str(number)) for number in range(5)] == ["theirs", None, None, None, None]


async def test_without_valkey_everything_goes_on_and_is_counted(
    organisation: Organisation, settings: Settings, issuer: DevelopmentIssuer
) -> None:
    """Fails open: an operation is sent whole, and callers' rates are not known."""
    await organisation.hire("kari")
    away = create_app(settings.model_copy(update={"redis_url": SecretStr("unix:///nowhere/valkey.sock")}))
    token = issuer.token(organisation.key, person="kari")
    text = fresh(organisation)
    async with away.router.lifespan_context(away), Client(away, token=token) as kari:
        assert (await post(kari, by_hash(text, query=text))).json() == {"data": {"me": {"person": "kari"}}}
        assert reason(await post(kari, by_hash(text))) == "PERSISTED_QUERY_NOT_FOUND"
        assert "vekst_requests_uncounted_total 1.0" in (await kari.http.get("/metrics")).text


async def test_a_read_by_hash_is_cached_by_the_caller_alone(organisation: Organisation, kari: Client) -> None:
    text = "query ($first: Int) { quests(first: $first) { edges { node { key title } } } }"
    await post(kari, by_hash(text, query=text))
    extensions = by_hash(text)["extensions"]
    first = await get(kari, extensions=extensions, variables={"first": 1})
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    again = await get(kari, {"If-None-Match": tag}, extensions=extensions, variables={"first": 1})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await get(kari, {"If-None-Match": tag}, extensions=extensions, variables={"first": 2})
    assert (other.status_code, other.headers["etag"] != tag) == (200, True)
    whole = await get(kari, query=text)
    assert (whole.headers["cache-control"], "etag" in whole.headers) == ("no-store", False)
    wrong = await get(kari, extensions=extensions, variables={"first": -1})
    assert (wrong.headers["cache-control"], "etag" in wrong.headers) == ("no-store", False)


@pytest.fixture
async def strict(settings: Settings) -> AsyncIterator[FastAPI]:
    """An app that runs the operations of this repository and nothing else."""
    only = {"trusted_documents": OPERATIONS, "only_trusted_documents": True}
    app = create_app(settings.model_copy(update=only))
    async with app.router.lifespan_context(app):
        yield app


async def test_only_trusted_documents_are_run_where_nothing_else_is(
    organisation: Organisation, strict: FastAPI, issuer: DevelopmentIssuer
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    async with Client(strict, token=issuer.token(organisation.key, person="kari")) as kari:
        for path in sorted(OPERATIONS.glob("*.graphql")):
            text = path.read_text(encoding="utf-8")
            answer = await post(kari, {"documentId": f"sha256:{digest(text)}"})
            assert answer.status_code in (200, 400)
            assert "DOCUMENT_NOT_TRUSTED" not in answer.text
        home = operation("home")
        for body in ({"documentId": digest(home)}, by_hash(home), {"query": home}):
            answer = await post(kari, {**body, "variables": {"board": "learning-streaks"}})
            assert "errors" not in answer.json()
        other = "{ me { person } }"
        for body in ({"query": other}, by_hash(other, query=other), by_hash(other), {"documentId": "x"}):
            assert reason(await post(kari, body)) == "DOCUMENT_NOT_TRUSTED"
        assert reason(await kari.http.post("/graphql/stream", json={"query": other})) == "DOCUMENT_NOT_TRUSTED"


def test_the_operations_of_earlier_apps_are_known_beside_those_of_today(tmp_path: Path) -> None:
    (tmp_path / "app-1").mkdir()
    (tmp_path / "name.graphql").write_text("{ me { name zone } }")
    (tmp_path / "app-1" / "name.graphql").write_text("{ me { name } }")
    assert trusted_documents(tmp_path) == {digest(text): text for text in ("{ me { name zone } }", "{ me { name } }")}


def test_only_trusted_documents_must_be_somewhere(settings: Settings, tmp_path: Any) -> None:
    with pytest.raises(ValidationError, match="VEKST_TRUSTED_DOCUMENTS"):
        Settings(only_trusted_documents=True, _env_file=None)
    with pytest.raises(ValueError, match=r"no .*graphql files"):
        create_app(settings.model_copy(update={"trusted_documents": tmp_path}))


async def test_a_hasty_caller_waits_and_nobody_else_does(
    organisation: Organisation, settings: Settings, issuer: DevelopmentIssuer
) -> None:
    await organisation.hire("kari", "ola")
    app = create_app(settings, limits=Limits(per_minute=3))
    kari, ola = (issuer.token(organisation.key, person=person) for person in ("kari", "ola"))
    async with app.router.lifespan_context(app), Client(app, token=kari) as hasty, Client(app, token=ola) as other:
        answers = [await post(hasty, {"query": "{ me { person } }"}) for _ in range(8)]
        assert answers[-1].status_code == 429
        assert reason(answers[-1]) == "TOO_FAST"
        assert answers[-1].headers["retry-after"] == "60"
        assert (await post(other, {"query": "{ me { person } }"})).headers["content-type"].startswith(GRAPHQL)
        assert (await post(other, {"query": "{ me { person } }"})).status_code == 200


@pytest.mark.parametrize("path", ["/graphql", "/graphql/stream"])
async def test_a_request_counts_once_however_it_is_answered(
    path: str,
    organisation: Organisation,
    settings: Settings,
    issuer: DevelopmentIssuer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vekst.jobs.rates.time", SimpleNamespace(time=lambda: 0.0))
    await organisation.hire("kari")
    app = create_app(settings, limits=Limits(per_minute=3))
    async with (
        app.router.lifespan_context(app),
        Client(app, token=issuer.token(organisation.key, person="kari")) as kari,
    ):
        asked = [(await kari.http.post(path, json={"query": "{ me { person } }"})).status_code for _ in range(5)]
    assert asked == [200, 200, 200, 429, 429]
