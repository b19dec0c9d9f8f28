"""Verifies bearer tokens by the public keys of one issuer: algorithm, issuer, audience and times are all pinned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from vekst.domain.claims import Claims
from vekst.domain.errors import NotSignedIn

__all__ = ["AUDIENCE", "ClaimNames", "Clock", "KeySetVerifier", "utc_now"]

AUDIENCE: Final = "vekst"

_LEEWAY_SECONDS: Final = 60
_KEPT: Final = 4_096
"""Tokens whose signatures are known to be good. Nobody but the issuer can make one that is kept."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims of a token name the organisation, the person and the integration."""

    org: str = "org"
    person: str = "sub"
    integration: str = "integration"


def _expiry(claims: dict[str, Any]) -> datetime:
    """When the token will be refused as expired; a far future is told as the last instant there is."""
    try:
        return datetime.fromtimestamp(claims["exp"] + _LEEWAY_SECONDS, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC)


class KeySetVerifier:
    """Verifies tokens of one issuer against its public keys: algorithm, issuer, audience and times are all pinned.

    A signature is checked when a token comes for the first time, and stays as good as the keys; everything that a token
    says is looked at each time.
    """

    def __init__(
        self,
        keys: KeySet,
        *,
        issuer: str,
        audience: str = AUDIENCE,
        algorithms: tuple[str, ...],
        names: ClaimNames | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._algorithms = list(algorithms)
        self._names = names or ClaimNames()
        self._clock = clock
        self._signed = lru_cache(_KEPT)(self._decoded)

    async def verify(self, token: str) -> Claims:
        """The claims of the token; `NotSignedIn` says whether it has expired or is not valid at all."""
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        )
        try:
            claims = self._signed(token)
            registry.validate(claims)
        except ExpiredTokenError as error:
            raise NotSignedIn("TOKEN_EXPIRED") from error
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotSignedIn("TOKEN_INVALID") from error
        return self._claims(claims)

    def _decoded(self, token: str) -> dict[str, Any]:
        return jwt.decode(token, self._keys, algorithms=self._algorithms).claims

    def _claims(self, claims: dict[str, Any]) -> Claims:
        org = claims.get(self._names.org)
        person = claims.get(self._names.person)
        integration = claims.get(self._names.integration)
        match org, person, integration:
            case str(), _, str():
                return Claims(org=org, integration=integration, expires_at=_expiry(claims))
            case str(), str(), None:
                return Claims(org=org, person=person, expires_at=_expiry(claims))
            case _:
                raise NotSignedIn("TOKEN_INVALID")
