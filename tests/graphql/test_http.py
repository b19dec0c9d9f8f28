"""GraphQL over HTTP: media types, statuses and parameters, as the draft's audits ask for them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.graphql.client import GRAPHQL, Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation
from vekst.api import create_app
from vekst.graphql.page import FOLDER
from vekst.settings import Mode, Settings

SignIn = Callable[..., Client]

TYPENAME = "{ __typename }"
_FILES = {"/graphql/graphiql.js": "text/javascript", "/graphql/graphiql.css": "text/css"}


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.hire("kari")
    return sign_in("kari")


async def post(client: Client, body: Any, **headers: str) -> httpx.Response:
    """POST a body, as JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    return await client.http.post("/graphql", content=content, headers={"Content-Type": "application/json", **headers})


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/graphql-response+json", GRAPHQL),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("", "application/json"),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/json;q=0.5, application/graphql-response+json;q=0.8", GRAPHQL),
        ("application/graphql-response+json; charset=utf-8, */*;q=0.1", GRAPHQL),
        ("text/html, application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/json;q=0.9, */*;q=0.8", "application/json"),
        ("application/json;q=0, */*", GRAPHQL),
        ("*/*, application/json;q=0.5", GRAPHQL),
        ("application/graphql-response+json;q=0.1, application/*;q=0.5", "application/json"),
    ],
)
async def test_the_accepted_media_type_is_answered_in_utf_8(kari: Client, accept: str, media: str) -> None:
    answer = await post(kari, {"query": TYPENAME}, Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "application/json; charset=utf-16", "*/*, application/*;q=0"]
)
async def test_a_media_type_that_nobody_speaks_is_not_acceptable(kari: Client, accept: str) -> None:
    assert (await post(kari, {"query": TYPENAME}, Accept=accept)).status_code == 406


@pytest.mark.parametrize(
    "media", ["application/json", "application/json; charset=utf-8", 'application/json;charset="UTF-8"']
)
async def test_json_in_utf_8_is_read(kari: Client, media: str) -> None:
    assert (await post(kari, {"query": TYPENAME}, **{"Content-Type": media})).status_code == 200


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=latin1", ""],
)
async def test_other_bodies_are_not_supported(kari: Client, media: str) -> None:
    assert (await post(kari, {"query": TYPENAME}, **{"Content-Type": media})).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_other_methods_are_told_which_are_known(kari: Client, method: str) -> None:
    answer = await kari.http.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_get_reads(kari: Client) -> None:
    parameters = {"query": "query A($n: Int) { me { person } quests(first: $n) { edges { cursor } } }"}
    answer = await kari.http.get("/graphql", params={**parameters, "variables": '{"n": 1}', "operationName": "A"})
    assert answer.status_code == 200
    assert answer.json()["data"]["me"] == {"person": "kari"}


@pytest.mark.parametrize("made", [True, False])
async def test_a_browser_is_shown_a_page_in_development_only(
    settings: Settings, unsigned: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, made: bool
) -> None:
    for page in ("graphiql.html", "plain.html"):
        shutil.copy(FOLDER / page, tmp_path)
    if made:
        for name in _FILES:
            (tmp_path / Path(name).name).write_text("made", encoding="utf-8")
    monkeypatch.setattr("vekst.graphql.page.FOLDER", tmp_path)
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    shown = await unsigned.http.get("/graphql", headers=browser)
    assert shown.headers["content-type"].startswith("text/html")
    assert "://" not in shown.text, "the page loads nothing from anywhere"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert [name for name in _FILES if name in shown.text] == (list(_FILES) if made else [])
    for name, media in _FILES.items():
        file = await unsigned.http.get(name)
        assert (file.status_code, file.text) == ((200, "made") if made else (404, ""))
        assert file.headers.get("content-type", media).startswith(media)
    production = create_app(settings.model_copy(update={"mode": Mode.PRODUCTION, "issuer": "https://sign-in.example"}))
    async with production.router.lifespan_context(production), Client(production) as client:
        answer = await client.http.get("/graphql", headers=browser)
        statuses = [(await client.http.get(name)).status_code for name in _FILES]
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/json")
    assert statuses == [404, 404]


async def test_get_never_writes(kari: Client) -> None:
    query = 'mutation { joinLeaderboard(input: {key: "x"}) { __typename } }'
    for accept in (GRAPHQL, "application/json"):
        answer = await kari.http.get("/graphql", params={"query": query}, headers={"Accept": accept})
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'"query"',
        b"null",
        b"[" * 5_000,
        b'{"query": "{ __typename }", "variables": {"a": Infinity}}',
        {},
        {"query": None},
        {"query": ""},
        {"query": 5},
        {"query": ["{ __typename }"]},
        {"query": TYPENAME, "variables": "{}"},
        {"query": TYPENAME, "variables": [1]},
        {"query": TYPENAME, "operationName": 5},
        {"query": TYPENAME, "extensions": "x"},
        [{"query": TYPENAME}],
        [],
    ],
)
async def test_a_request_that_is_none_gets_400_whatever_is_accepted(kari: Client, body: Any) -> None:
    for accept in (GRAPHQL, "application/json"):
        answer = await post(kari, body, Accept=accept)
        assert answer.status_code == 400
        assert answer.json().keys() == {"errors"}
        assert answer.json()["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    "extra", [{}, {"variables": None}, {"operationName": None}, {"extensions": None}, {"extensions": {}}]
)
async def test_parameters_may_be_left_out_or_null(kari: Client, extra: dict[str, Any]) -> None:
    assert (await post(kari, {"query": TYPENAME, **extra})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ __typename \ud800 }"},
        {"query": "{ nothing }"},
        {"query": "{ me }"},
        {"query": "query A { __typename } query B { __typename }"},
        {"query": TYPENAME, "operationName": "Missing"},
        {"query": "query ($id: ID!) { node(id: $id) { id } }"},
        {"query": "query ($n: Int) { quests(first: $n) { edges { cursor } } }", "variables": {"n": "x"}},
        {"query": "fragment A on Query { __typename }"},
        {"query": "subscription { __typename }"},
    ],
)
async def test_an_operation_that_can_not_run_has_no_data_and_the_status_its_media_type_wants(
    kari: Client, body: Any
) -> None:
    for accept, status in ((GRAPHQL, 400), ("application/json", 200)):
        answer = await post(kari, body, Accept=accept)
        assert answer.status_code == status
        assert answer.json().keys() == {"errors"}


async def test_an_error_beside_data_is_a_200(kari: Client) -> None:
    answer = await post(kari, {"query": '{ me { person } learner(person: "x") { person } }'})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"me": {"person": "kari"}, "learner": None}
    assert answer.json()["errors"][0]["path"] == ["learner"]


async def test_answers_are_not_kept_by_caches(kari: Client) -> None:
    answer = await post(kari, {"query": TYPENAME})
    assert answer.headers["cache-control"] == "no-store"


async def test_a_body_of_50_mb_is_answered_in_words(kari: Client) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(50):
            sent += 1_000_000
            yield b" " * 1_000_000

    for announced in ({"Content-Length": "50000000"}, {}):
        headers = {"Content-Type": "application/json", "Accept-Language": "nb", **announced}
        answer = await kari.http.post("/graphql", content=body(), headers=headers)
        assert answer.status_code == 413
        [error] = answer.json()["errors"]
        assert error["extensions"] == {
            "code": "TOO_MANY",
            "reason": "BODY_TOO_LARGE",
            "cure": "Send færre hendelser om gangen.",
        }
        assert error["message"] == "Innholdet er større enn 1000000 byte."


async def test_a_client_that_asks_first_need_not_send_a_large_body(kari: Client) -> None:
    asked = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal asked
        asked = True
        yield b" " * 50_000_000

    headers = {"Content-Type": "application/json", "Content-Length": "50000000", "Expect": "100-continue"}
    assert (await kari.http.post("/graphql", content=body(), headers=headers)).status_code == 413
    assert not asked


async def test_half_a_surrogate_pair_goes_back_as_it_came(kari: Client) -> None:
    events = [{"id": "\ud800", "type": "t", "occurredAt": "x"}]
    answer = await post(kari, {"query": operation("record"), "variables": {"events": events}})
    [receipt] = answer.json()["data"]["recordProgress"]["receipts"]
    assert (receipt["id"], receipt["status"]) == ("\ud800", "REFUSED")
