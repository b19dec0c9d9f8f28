"""A caller of the API over HTTP: tries until it is answered, as a phone does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from random import Random
from typing import Any, Final

import httpx

from tests.faults.tally import Tally

__all__ = ["Answer", "Caller", "Unanswered"]

_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)

Answer = dict[str, Any]


class Unanswered(RuntimeError):
    """The caller was told to stop before it was answered."""


class Caller:
    """One signed-in person or integration."""

    def __init__(self, address: str, token: str, tally: Tally, chance: Random) -> None:
        self._client = httpx.AsyncClient(
            base_url=address, timeout=_TIMEOUT, headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        self._tally = tally
        self._chance = chance
        self.stopped = False
        """Whether nobody waits for its answers any more."""
        self.stops_when_answered = False

    async def close(self) -> None:
        """Close the lines."""
        await self._client.aclose()

    async def call(self, document: str, variables: Mapping[str, object], name: str) -> tuple[Answer, bool]:
        """The answer of the root field `name`, and whether it came at the first attempt."""
        first = True
        while not self.stopped:
            answer = await self._attempt(document, variables)
            if answer is not None:
                return answer[name], first
            first = False
            await asyncio.sleep(self._chance.uniform(0.05, 0.6))
        raise Unanswered(name)

    async def _attempt(self, document: str, variables: Mapping[str, object]) -> Answer | None:
        began = time.monotonic()
        outcome, data = await self._post({"query": document, "variables": dict(variables)})
        self._tally.answered(time.monotonic() - began, outcome)
        return data

    async def _post(self, body: Mapping[str, object]) -> tuple[str, Answer | None]:
        try:
            response = await self._client.post("/graphql", json=body)
        except httpx.HTTPError as error:
            return type(error).__name__, None
        if response.status_code >= 500:
            return str(response.status_code), None
        answer = response.json()
        if not answer.get("errors"):
            return "ok", answer["data"]
        codes = sorted({error["extensions"]["code"] for error in answer["errors"]})
        if codes != ["INTERNAL"]:
            # A caller that did nothing wrong must not be told that it did.
            self._tally.wrong(f"answered {response.status_code} with {codes}: {str(answer['errors'])[:300]}")
        return "+".join(codes), None
