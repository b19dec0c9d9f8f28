"""Who asks: from the Authorization header to an actor; the token says who, the database what they may do."""

from __future__ import annotations

from vekst.domain.claims import Verifier
from vekst.domain.errors import NotSignedIn
from vekst.factory import Factory
from vekst.graphql.context import Caller

__all__ = ["authenticate"]

_TOKEN_AT_MOST = 8_192


async def authenticate(authorization: str | None, verifier: Verifier, factory: Factory) -> Caller:
    """The caller named by the header; nobody, with the code that says why, for a missing or a refused token."""
    if not authorization:
        return Caller(None)
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _TOKEN_AT_MOST:
        return Caller(None, "TOKEN_INVALID")
    try:
        claims = await verifier.verify(token)
    except NotSignedIn as error:
        return Caller(None, error.code)
    arrival = await factory.arrival(claims.org, person=claims.person, integration=claims.integration)
    if arrival is None:
        return Caller(None, "ACCOUNT_UNKNOWN", claims.expires_at)
    return Caller(arrival.actor, "ACCOUNT_UNKNOWN", claims.expires_at, arrival.pack_version)
