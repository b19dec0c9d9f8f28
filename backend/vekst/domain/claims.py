"""What a verified token says, and the port of whoever verifies it; roles are never in a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

__all__ = ["Claims", "Verifier"]


@dataclass(frozen=True, slots=True)
class Claims:
    """The organisation's key and who acts in it: either a person or an integration, never both."""

    org: str
    person: str | None = None
    integration: str | None = None
    expires_at: datetime | None = field(default=None, compare=False)
    """Until when the token is good."""


class Verifier(Protocol):
    """Turns a bearer token into claims."""

    async def verify(self, token: str) -> Claims:
        """The claims of the token; `NotSignedIn` with the codes TOKEN_EXPIRED or TOKEN_INVALID."""
        ...
