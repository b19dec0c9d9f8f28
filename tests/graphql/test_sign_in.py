"""Who is let in: tokens of the one issuer, for people and integrations that are active now."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from pydantic import SecretStr

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.support.organisations import Organisation
from vekst.api import NoIssuerError, create_app
from vekst.domain.actors import Role
from vekst.domain.claims import Claims
from vekst.domain.errors import NotSignedIn
from vekst.services.people import PersonEntry
from vekst.settings import Mode, Settings
from vekst.tokens import ClaimNames, DevelopmentIssuer, RemoteIssuer

SignIn = Callable[..., Client]

ME = "{ me { person } }"


async def test_a_question_from_nobody_is_refused_before_it_runs(unsigned: Client) -> None:
    for query in (ME, "{ quests { edges { cursor } } }", "query { ...A } fragment A on Query { me { person } }"):
        answer = await unsigned.send(query)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="vekst"'
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "NOT_SIGNED_IN"
        assert "data" not in answer.json()


async def test_the_schema_itself_needs_no_sign_in_in_development(unsigned: Client) -> None:
    assert (await unsigned.ask("{ __typename __schema { queryType { name } } }"))["__typename"] == "Query"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Basic a2FyaTprYXJp",
        "Bearer " + "x" * 9_000,
        "Bearer \xe6.\xf8.\xe5",
    ],
)
async def test_what_is_no_token_is_refused(unsigned: Client, header: str) -> None:
    headers = {b"Authorization": header.encode("latin-1"), b"Accept-Language": b"nb"}
    answer = await unsigned.http.post("/graphql", json={"query": ME}, headers=headers)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert answer.json()["errors"][0]["message"] == "Tokenet er ikke gyldig her."


def _signed(issuer: DevelopmentIssuer, key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token that differs from a right one in the named claims; None leaves a claim out."""
    now = int(datetime.now(UTC).timestamp())
    right = {"iss": "vekst-development", "aud": "vekst", "exp": now + 600, "org": "o", "sub": "kari"}
    kept = {name: value for name, value in {**right, **claims}.items() if value is not None}
    return jwt.encode(header or {"alg": "ES256"}, kept, key or issuer._key, algorithms=["ES256", "HS256"])


def _with_another_signature(token: str) -> str:
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _without_signature(token: str) -> str:
    """The same claims under the algorithm `none`."""
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody-else"},
        {"iss": None},
        {"aud": "another-service"},
        {"aud": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"org": None},
        {"org": 5},
        {"sub": None},
        {"sub": 5},
        {"sub": "kari", "integration": 5},
        {"nbf": 4_000_000_000},
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(issuer: DevelopmentIssuer, claims: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn) as refused:
        await issuer.verifier().verify(_signed(issuer, **claims))
    assert refused.value.code == "TOKEN_INVALID"


async def test_a_token_of_another_key_or_algorithm_is_refused(issuer: DevelopmentIssuer) -> None:
    other = ECKey.generate_key("P-256", private=True)
    symmetric = OctKey.import_key(json.dumps(issuer.jwks()["keys"][0]))
    for token in (
        _signed(issuer, other),
        _signed(issuer, other, {"alg": "ES256", "kid": issuer._key.kid}),
        _signed(issuer, symmetric, {"alg": "HS256"}),
        _without_signature(_signed(issuer)),
        _with_another_signature(_signed(issuer)),
    ):
        with pytest.raises(NotSignedIn):
            await issuer.verifier().verify(token)


async def test_an_audience_may_be_one_of_several(issuer: DevelopmentIssuer) -> None:
    assert await issuer.verifier().verify(_signed(issuer, aud=["a", "vekst"])) == Claims("o", person="kari")


async def test_an_expired_token_says_so(organisation: Organisation, sign_in: SignIn, clock: TestClock) -> None:
    await organisation.hire("kari")
    kari = sign_in("kari", language="nb")
    await kari.ask(ME)
    clock.move(timedelta(days=30, seconds=59))
    await kari.ask(ME)
    clock.move(timedelta(seconds=2))
    answer = await kari.send(ME)
    assert answer.status_code == 401
    [error] = answer.json()["errors"]
    assert error["extensions"]["reason"] == "TOKEN_EXPIRED"
    assert error["message"] == "Innloggingen din er utløpt."


async def test_unknown_and_inactive_people_are_refused_at_once(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari")
    kari = sign_in("kari")
    await kari.ask(ME)
    await organisation.factory.people().upsert(organisation.id, [PersonEntry("kari", name="Kari", active=False)])
    for client in (kari, sign_in("nobody"), sign_in(integration="crm")):
        answer = await client.send(ME)
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["reason"] == "ACCOUNT_UNKNOWN"


async def test_roles_come_from_the_database_at_each_request(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari", "ada")
    ada = sign_in("ada")
    query = '{ learner(person: "kari") { person } }'
    assert (await ada.error(query))["extensions"]["code"] == "NOT_ALLOWED"
    await organisation.hire("ada", role=Role.ADMIN)
    assert await ada.ask(query) == {"learner": {"person": "kari"}}


async def test_a_token_of_another_organisation_opens_nothing_here(
    app: FastAPI, organisation: Organisation, issuer: DevelopmentIssuer
) -> None:
    await organisation.hire("kari")
    async with Client(app, token=issuer.token("no-such-organisation", person="kari")) as client:
        assert (await client.send(ME)).status_code == 401


async def test_the_public_keys_are_served_and_nothing_private(unsigned: Client, issuer: DevelopmentIssuer) -> None:
    answer = await unsigned.http.get("/.well-known/jwks.json")
    [key] = answer.json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("EC", "ES256", "sig")
    assert "d" not in key
    token = issuer.token("o", person="kari")
    assert jwt.decode(token, KeySet.import_key_set(answer.json()), algorithms=["ES256"]).claims["sub"] == "kari"


def test_the_issuers_key_is_kept_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    first = DevelopmentIssuer.open(data)
    assert DevelopmentIssuer.open(data).jwks() == first.jwks()
    [file] = data.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_token_names_a_person_or_an_integration(issuer: DevelopmentIssuer) -> None:
    with pytest.raises(ValueError, match="either"):
        issuer.token("o")
    with pytest.raises(ValueError, match="either"):
        issuer.token("o", person="kari", integration="crm")


def test_outside_development_nothing_starts_without_a_real_issuer(settings: Settings, tmp_path: Path) -> None:
    production = settings.model_copy(update={"mode": Mode.PRODUCTION, "data_dir": tmp_path})
    with pytest.raises(NoIssuerError, match="VEKST_ISSUER"):
        create_app(production)
    assert list(tmp_path.iterdir()) == []


async def test_the_development_issuer_is_never_beside_a_real_one(
    settings: Settings, tmp_path: Path, issuer: DevelopmentIssuer, organisation: Organisation
) -> None:
    app = create_app(settings.model_copy(update={"issuer": "https://sign-in.example", "data_dir": tmp_path / "data"}))
    assert not (tmp_path / "data").exists()
    async with app.router.lifespan_context(app), Client(app) as client:
        assert (await client.http.get("/.well-known/jwks.json")).status_code == 404


class Provider:
    """A stand-in for an OpenID Connect issuer: its documents, and a count of how often it was asked."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", private=True, auto_kid=True)
        self.asked = 0
        self.down = False

    def fetch(self, url: str) -> dict[str, Any]:
        self.asked += 1
        if self.down:
            raise OSError("unreachable")
        if url.endswith("/.well-known/openid-configuration"):
            return {"issuer": "https://sign-in.example", "jwks_uri": "https://sign-in.example/keys"}
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, **claims: Any) -> str:
        now = int(datetime.now(UTC).timestamp())
        right = {"iss": "https://sign-in.example", "aud": "vekst", "exp": now + 600, "org": "o", "sub": "kari"}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, {**right, **claims}, self.key)


async def test_a_real_issuers_keys_are_fetched_kept_and_fetched_again_when_they_turn(clock: TestClock) -> None:
    provider = Provider()
    remote = RemoteIssuer("https://sign-in.example", audience="vekst", clock=clock, fetch=provider.fetch)
    assert await remote.verify(provider.token()) == Claims("o", person="kari")
    before = provider.token()
    await remote.verify(before)
    assert provider.asked == 2
    provider.key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    with pytest.raises(NotSignedIn):
        await remote.verify(provider.token())
    assert provider.asked == 2, "a token with an unknown key must not make us ask each time"
    clock.move(timedelta(seconds=31))
    assert await remote.verify(provider.token()) == Claims("o", person="kari")
    with pytest.raises(NotSignedIn):
        await remote.verify(before)
    provider.down = True
    clock.move(timedelta(minutes=9))
    assert await remote.verify(provider.token()) == Claims("o", person="kari")


async def test_the_claims_of_a_real_issuer_may_have_other_names(clock: TestClock) -> None:
    provider = Provider()
    names = ClaimNames(org="tenant", person="email", integration="client")
    remote = RemoteIssuer("https://sign-in.example", audience="vekst", clock=clock, names=names, fetch=provider.fetch)
    claims = {"tenant": "acme", "email": "kari@acme.example"}
    assert await remote.verify(provider.token(**claims)) == Claims("acme", person="kari@acme.example")


async def test_secrets_are_never_printed(settings: Settings) -> None:
    secret = settings.model_copy(update={"database_url": SecretStr("postgresql://u:hush@h/d")})
    assert "hush" not in repr(secret)
