"""Encrypts a message for one device, so that the push service in between reads none of it (RFC 8291, RFC 8188)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vekst.push.base64url import decoded

__all__ = ["PAYLOAD_AT_MOST", "Keys", "encrypt", "point_of"]

PAYLOAD_AT_MOST: Final = 3_900
"""Bytes of a message: every push service takes 4,096 of them once it is encrypted."""

_CURVE: Final = ec.SECP256R1()
_POINT: Final = 65
_SECRET: Final = 16
_SALT: Final = 16
_RECORD: Final = 4_096
_LAST_RECORD: Final = b"\x02"


@dataclass(frozen=True, slots=True)
class Keys:
    """What a device gives away so that messages can be encrypted for it: a public key, and a secret shared with it."""

    public: bytes
    secret: bytes

    @classmethod
    def read(cls, p256dh: str, auth: str) -> Self:
        """The keys as a browser writes them; `ValueError` for what is none."""
        try:
            public, secret = decoded(p256dh), decoded(auth)
            ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)
        except ValueError:
            raise ValueError("not the keys of a subscription") from None
        if len(public) != _POINT or len(secret) != _SECRET:
            raise ValueError("not the keys of a subscription")
        return cls(public, secret)


def encrypt(
    message: bytes, keys: Keys, *, private: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body of a push in the coding `aes128gcm`; key and salt are made anew for each, unless a test gives them."""
    if len(message) > PAYLOAD_AT_MOST:
        raise ValueError(f"a push holds {PAYLOAD_AT_MOST} bytes at most")
    private, salt = private or ec.generate_private_key(_CURVE), salt or os.urandom(_SALT)
    sender = point_of(private.public_key())
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys.public))
    secret = _derived(shared, keys.secret, b"WebPush: info\0" + keys.public + sender, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD.to_bytes(4, "big") + bytes([len(sender)]) + sender
    return header + AESGCM(key).encrypt(nonce, message + _LAST_RECORD, None)


def point_of(public: ec.EllipticCurvePublicKey) -> bytes:
    """The public key as 65 bytes."""
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose).derive(secret)
