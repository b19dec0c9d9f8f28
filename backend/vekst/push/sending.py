"""Sends pushes, and tells what became of each: taken, gone for good, to be tried again, or refused."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import httpcore

from vekst.push.addresses import PublicNetwork
from vekst.push.encryption import Keys, encrypt
from vekst.push.vapid import SenderKey

__all__ = ["Delivery", "Outcome", "WebPush"]

_SECONDS: Final = 8.0
_CONNECTIONS: Final = 20
_KEPT_FOR: Final = 24 * 3600
_HEARD_AT_MOST: Final = 24 * 3600
_GONE: Final = frozenset({404, 410})
_AGAIN: Final = frozenset({408, 425, 429})


class Outcome(StrEnum):
    """What became of a push."""

    DELIVERED = "delivered"
    """The push service took it."""
    GONE = "gone"
    """There is no such device any more."""
    AGAIN = "again"
    """Not now; it is worth another try."""
    REFUSED = "refused"
    """The push service will not take it, however often it is asked."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome, why, and after how many seconds the push service wants to be asked again, if it said so."""

    outcome: Outcome
    reason: str = ""
    after: int | None = None


class WebPush:
    """Sends to any push service, over connections of its own; it follows no redirect and uses no proxy."""

    def __init__(self, key: SenderKey, contact: str, *, anywhere: bool = False, seconds: float = _SECONDS) -> None:
        self._key = key
        self._contact = contact
        self._seconds = seconds
        self.anywhere = anywhere
        """Whether devices may be on private addresses, and be reached without TLS: in development."""
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=_CONNECTIONS, keepalive_expiry=60.0, network_backend=PublicNetwork(anywhere=anywhere)
        )

    @property
    def public_key(self) -> str:
        """What devices subscribe with."""
        return self._key.public

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def send(self, endpoint: str, keys: Keys, message: bytes, *, topic: str) -> Delivery:
        """Send a message; of those on one `topic` that a device did not get yet, the push service keeps the last."""
        parts = urlsplit(endpoint)
        headers: dict[bytes | str, bytes | str] = {
            "Authorization": self._key.authorization(f"{parts.scheme}://{parts.netloc}", self._contact),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Host": parts.netloc,
            "TTL": str(_KEPT_FOR),
            "Topic": topic,
            "Urgency": "normal",
        }
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        body = encrypt(message, keys)
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._pool.stream(
                    "POST", endpoint, headers=headers, content=body, extensions={"timeout": timeouts}
                ) as answer,
            ):
                # What it says beside its status is of no use, and might be endless.
                return _delivery(answer)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            return Delivery(Outcome.AGAIN, type(error).__name__)


def _delivery(answer: httpcore.Response) -> Delivery:
    status = answer.status
    if 200 <= status < 300:
        return Delivery(Outcome.DELIVERED)
    reason = f"status {status}"
    if status in _GONE:
        return Delivery(Outcome.GONE, reason)
    if status in _AGAIN or status >= 500:
        return Delivery(Outcome.AGAIN, reason, _after(answer))
    return Delivery(Outcome.REFUSED, reason)


def _after(answer: httpcore.Response) -> int | None:
    """The seconds of a Retry-After; a date is not worth reading, as our own pauses are as good."""
    said = next((value for name, value in answer.headers if name.lower() == b"retry-after"), b"").strip()
    return min(int(said), _HEARD_AT_MOST) if said.isdigit() and len(said) < 10 else None
