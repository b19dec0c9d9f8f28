"""Operations by hash are run compiled, all others are not, and nobody can tell by the answer."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import get_operation_ast, parse

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from vekst.api import create_app
from vekst.graphql.compiled import CompiledOperation, CompiledOperations, NotCompiledError
from vekst.graphql.schema import build_schema
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SignIn = Callable[..., Client]
SCHEMA = build_schema()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The variables of every operation that is run compiled."""
    runs: list[Any] = []
    execute = CompiledOperation.execute

    async def noted(self: CompiledOperation, given: Any, context: object, root: object = None) -> Any:
        runs.append(given)
        return await execute(self, given, context, root)

    monkeypatch.setattr(CompiledOperation, "execute", noted)
    return runs


async def test_the_home_screen_by_hash_is_the_home_screen(
    organisation: Organisation, sign_in: SignIn, compiled: list[Any]
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.record("kari", *(new_event(f"e{n}", minutes=5, score=7) for n in range(3)))
    await organisation.judge()
    kari, text, variables = sign_in("kari"), operation("home"), {"board": "learning-streaks"}
    named = {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}
    whole = await kari.http.post("/graphql", json={"query": text, "variables": variables, "extensions": named})
    assert compiled == []
    by_hash = await kari.http.post("/graphql", json={"variables": variables, "extensions": named})
    assert compiled == [variables]
    assert by_hash.content == whole.content
    assert "errors" not in by_hash.json()
    wrong = {"variables": {"board": 5}, "extensions": named}
    told = await kari.http.post("/graphql", json=wrong)
    assert told.content == (await kari.http.post("/graphql", json={**wrong, "query": text})).content
    assert told.json()["errors"][0]["extensions"]["reason"] == "VARIABLES_NOT_VALID"


async def test_a_trusted_document_is_compiled_however_it_is_sent(
    organisation: Organisation, settings: Settings, issuer: DevelopmentIssuer, compiled: list[Any], tmp_path: Any
) -> None:
    await organisation.hire("kari")
    text = "{ me { person } }"
    (tmp_path / "me.graphql").write_text(text, encoding="utf-8")
    app: FastAPI = create_app(settings.model_copy(update={"trusted_documents": tmp_path}))
    async with (
        app.router.lifespan_context(app),
        Client(app, token=issuer.token(organisation.key, person="kari")) as kari,
    ):
        assert await kari.ask(text) == {"me": {"person": "kari"}}
        assert len(compiled) == 1
        assert await kari.ask("{ me { person name } }") == {"me": {"person": "kari", "name": "Kari"}}
        assert len(compiled) == 1


@pytest.mark.parametrize(
    "text", ["{ __schema { queryType { name } } }", "query @experimental_disableErrorPropagation { me { id } }"]
)
def test_what_is_not_supported_is_left_to_the_standard_executor(text: str) -> None:
    document = parse(text)
    found = get_operation_ast(document)
    assert found is not None
    with pytest.raises(NotCompiledError):
        CompiledOperation(SCHEMA, document, found, hide_suggestions=True)
    assert CompiledOperations(SCHEMA, hide_suggestions=True).find(text, document, found) is None


def test_the_compiled_operations_are_bounded() -> None:
    operations = CompiledOperations(SCHEMA, hide_suggestions=True, kept=2)

    def find(name: str) -> CompiledOperation | None:
        text = f"query {name} {{ me {{ id }} }}"
        document = parse(text)
        found = get_operation_ast(document)
        assert found is not None
        return operations.find(text, document, found)

    first, second = find("A"), find("B")
    assert find("A") is first
    find("C")
    assert find("A") is first
    assert find("B") is not second
