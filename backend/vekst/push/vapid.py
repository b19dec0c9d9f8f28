"""Who sends: a key of the service's own, by which push services know it and devices let nobody else in (RFC 8292)."""

from __future__ import annotations

import time
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from vekst.push.base64url import decoded, encoded
from vekst.push.encryption import point_of

__all__ = ["SenderKey"]

_CURVE: Final = ec.SECP256R1()
_LENGTH: Final = 32
_GOOD_FOR: Final = 12 * 3600
_RENEWED_BEFORE: Final = 3600
_ORIGINS_KEPT: Final = 1_000


class SenderKey:
    """The key of one service; it signs who it is to each push service, for half a day at a time."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self._signer = ECKey.import_key(private)
        self._signed: dict[str, tuple[str, float]] = {}

    @classmethod
    def read(cls, text: str) -> Self:
        """The key of a private number in base64url, as `vekst push-key` prints it; `ValueError` for any other text."""
        number = decoded(text)
        if len(number) != _LENGTH:
            raise ValueError("a private key of Web Push is 32 bytes in base64url")
        return cls(ec.derive_private_key(int.from_bytes(number, "big"), _CURVE))

    @classmethod
    def new(cls) -> Self:
        """A key that nobody has yet."""
        return cls(ec.generate_private_key(_CURVE))

    @property
    def private(self) -> str:
        """The private key, for the settings."""
        return encoded(self._private.private_numbers().private_value.to_bytes(_LENGTH, "big"))

    @property
    def public(self) -> str:
        """The public key, for devices that subscribe: `applicationServerKey`."""
        return encoded(point_of(self._private.public_key()))

    def authorization(self, origin: str, contact: str) -> str:
        """The header that tells the push service of that origin who sends, and whom to ask about it."""
        token, until = self._signed.get(origin, ("", 0.0))
        now = time.time()
        if now > until - _RENEWED_BEFORE:
            until = now + _GOOD_FOR
            if len(self._signed) >= _ORIGINS_KEPT:
                self._signed.clear()
            claims = {"aud": origin, "exp": int(until), "sub": contact}
            token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._signer)
            self._signed[origin] = token, until
        return f"vapid t={token}, k={self.public}"
