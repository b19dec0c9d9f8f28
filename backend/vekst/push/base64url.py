"""Base64 as Web Push writes it: the alphabet for URLs, without padding."""

from __future__ import annotations

import base64

__all__ = ["decoded", "encoded"]


def encoded(value: bytes) -> str:
    """The bytes as text."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of a text, padded or not; `ValueError` for any other."""
    plain = text.rstrip("=").encode("ascii")
    return base64.b64decode(plain + b"=" * (-len(plain) % 4), altchars=b"-_", validate=True)
