"""What a verified token says, and the port of whoever verifies it; roles are never in a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Claims", "Verifier"]


@dataclass(frozen=True, slots=True)
class Claims:
    """The organisation's key and who acts in it: either a person or an integration, never both."""

    org: str
    person: str | None = None
    integration: str | None = None


class Verifier(Protocol):
    """Turns a bearer token into claims."""

    async def verify(self, token: str) -> Claims:
        """The claims of the token; `NotSignedIn` with the codes TOKEN_EXPIRED or TOKEN_INVALID."""
        ...
