"""Sign-in with an OpenID Connect issuer: finds its keys, keeps them for a while, fetches them anew when they turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
)

import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from vekst.domain.claims import Claims
from vekst.domain.errors import NotSignedIn
from vekst.tokens.verification import ClaimNames, KeySetVerifier

__all__ = ["RemoteIssuer"]

_LOG: Final = structlog.get_logger(__name__)
_ALGORITHMS: Final = ("RS256", "ES256", "PS256", "Ed25519")
_KEPT_FOR: Final = timedelta(hours=1)
_ASKED_AGAIN_AFTER: Final = timedelta(seconds=30)
_SECONDS: Final = 5
_DOCUMENT_AT_MOST: Final = 1_000_000
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])

Fetch = Callable[[str], dict[str, Any]]
"""Fetches a JSON document; raises `OSError` or `ValueError`."""


def fetch_json(url: str) -> dict[str, Any]:
    """The JSON object at an HTTP address."""
    opener = OpenerDirector()
    # Only these: an address with any other scheme, such as that of a file, can't be opened.
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    response = opener.open(url, timeout=_SECONDS)
    if response is None:
        raise ValueError(f"not an HTTP address: {url}")
    with response:
        document: dict[str, Any] = _OBJECT.decode(response.read(_DOCUMENT_AT_MOST))
    return document


class RemoteIssuer:
    """Verifies tokens of one issuer. Its keys are fetched when first needed, and again when a token fits none of them.

    A token with an unknown key must not make us ask the issuer each time, so it is asked at most twice a minute.
    """

    def __init__(
        self,
        issuer: str,
        *,
        audience: str,
        clock: Callable[[], datetime],
        names: ClaimNames | None = None,
        fetch: Fetch = fetch_json,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._names = names
        self._fetch = fetch
        self._kept: KeySetVerifier | None = None
        self._asked_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Claims:
        """The claims of the token; `NotSignedIn` for an expired or invalid one."""
        verifier = await self._keys(_KEPT_FOR)
        try:
            return await verifier.verify(token)
        except NotSignedIn as error:
            newer = await self._keys(_ASKED_AGAIN_AFTER) if error.code == "TOKEN_INVALID" else verifier
            if newer is verifier:
                raise
            return await newer.verify(token)

    async def _keys(self, at_most_old: timedelta) -> KeySetVerifier:
        """The issuer's keys as they were no longer ago than that, or older ones while it does not answer."""
        async with self._lock:
            now = self._clock()
            if self._kept is not None and self._asked_at is not None and now - self._asked_at < at_most_old:
                return self._kept
            self._asked_at = now
            try:
                self._kept = await asyncio.to_thread(self._fetched)
            except (OSError, ValueError, KeyError, JoseError):
                _LOG.warning("issuer.unreachable", issuer=self._issuer, exc_info=True)
                if self._kept is None:
                    raise
            return self._kept

    def _fetched(self) -> KeySetVerifier:
        configuration = self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if configuration["issuer"] != self._issuer:
            raise ValueError("the issuer calls itself by another name")
        keys = KeySet.import_key_set(self._fetch(configuration["jwks_uri"]))  # type: ignore[arg-type]
        return KeySetVerifier(
            keys,
            issuer=self._issuer,
            audience=self._audience,
            algorithms=_ALGORITHMS,
            names=self._names,
            clock=self._clock,
        )
