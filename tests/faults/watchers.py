"""Watchers: follow somebody's recognitions, and go on from the last cursor whenever the line breaks."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import httpx

from tests.faults.clients import Whom

__all__ = ["Seen", "Watcher"]

_FOLLOW: Final = """subscription ($after: String) { recognitions(after: $after) {
  cursor node { id kind key tier occurrence } } }"""
# A sign of life comes every 15 seconds.
_TIMEOUT: Final = httpx.Timeout(5.0, read=20.0)
_PAUSE: Final = 0.3


class Seen(NamedTuple):
    """One recognition as it came over the line."""

    id: str
    kind: str
    key: str
    tier: str | None
    occurrence: str


@dataclass(slots=True)
class Watcher:
    """Everything that one person was told, in the order in which it came."""

    whom: Whom
    address: str
    token: str
    cursor: str
    seen: list[Seen] = field(default_factory=list)
    resumed: int = 0

    async def follow(self) -> None:
        """Follow for ever."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(
            base_url=self.address, timeout=_TIMEOUT, headers=headers, trust_env=False
        ) as client:
            while True:
                try:
                    await self._follow_until_cut(client)
                except httpx.HTTPError:
                    self.resumed += 1
                await asyncio.sleep(_PAUSE)

    async def _follow_until_cut(self, client: httpx.AsyncClient) -> None:
        body = {"query": _FOLLOW, "variables": {"after": self.cursor}}
        async with client.stream("POST", "/graphql/stream", json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    self._take(json.loads(line.removeprefix("data: ")))

    def _take(self, answer: dict[str, Any]) -> None:
        if answer.get("errors"):
            return
        edge = answer["data"]["recognitions"]
        self.cursor = edge["cursor"]
        self.seen.append(Seen(**edge["node"]))
