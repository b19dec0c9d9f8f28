"""The local issuer behind `vekst token`: signs with a key of its own, for development only."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from vekst.tokens.verification import AUDIENCE, Clock, KeySetVerifier, utc_now

__all__ = ["DEVELOPMENT_ISSUER", "DevelopmentIssuer"]

DEVELOPMENT_ISSUER: Final = "vekst-development"
DEFAULT_LIFETIME: Final = timedelta(days=30)

_ALGORITHM: Final = "ES256"
_KEY_FILE: Final = "development-issuer.json"


class DevelopmentIssuer:
    """Signs tokens with a key of its own, kept in the data folder and readable by its owner only."""

    def __init__(self, key: ECKey, clock: Clock = utc_now) -> None:
        self._key = key
        self._clock = clock

    @classmethod
    def open(cls, data_dir: Path, clock: Clock = utc_now) -> Self:
        """The issuer of a data folder; the first call makes the key, and of two at once one wins for both."""
        path = data_dir / _KEY_FILE
        if not path.exists():
            _write_new_key(path)
        return cls(ECKey.import_key(json.loads(path.read_text(encoding="utf-8"))), clock)

    def token(
        self,
        org: str,
        *,
        person: str | None = None,
        integration: str | None = None,
        lifetime: timedelta = DEFAULT_LIFETIME,
    ) -> str:
        """A signed token for one person or one integration of the organisation with the key `org`."""
        if (person is None) == (integration is None):
            raise ValueError("a token names either a person or an integration")
        now = self._clock()
        who = {"sub": person} if person is not None else {"integration": integration}
        claims = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "org": org,
            **who,
        }
        return jwt.encode({"alg": _ALGORITHM, "kid": self._key.kid}, claims, self._key)

    def jwks(self) -> dict[str, Any]:
        """The public keys, as served under `/.well-known/jwks.json`."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "use": "sig", "alg": _ALGORITHM}]}

    def verifier(self) -> KeySetVerifier:
        """What verifies this issuer's tokens."""
        keys = KeySet([self._key])
        return KeySetVerifier(keys, issuer=DEVELOPMENT_ISSUER, algorithms=(_ALGORITHM,), clock=self._clock)


def _write_new_key(path: Path) -> None:
    """Make a key and put it in place whole: a half-written file is never seen, and a file already there is kept."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(key.as_dict(private=True), file)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the issuer's
    finally:
        draft.unlink()
