"""A GraphQL client as an app would have it."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

import httpx
from fastapi import FastAPI

__all__ = ["Client"]

GRAPHQL = "application/graphql-response+json"


class Client:
    """Speaks GraphQL to the app, in process."""

    def __init__(self, app: FastAPI, *, token: str | None = None, language: str | None = None) -> None:
        headers = {"Accept": GRAPHQL}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if language:
            headers["Accept-Language"] = language
        transport = httpx.ASGITransport(app=app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://vekst.test", headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def send(self, query: str, /, **variables: Any) -> httpx.Response:
        """The answer, whatever it is."""
        body = json.dumps({"query": query, "variables": variables})
        return await self.http.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    async def ask(self, query: str, /, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.send(query, **variables)
        body = answer.json()
        assert "errors" not in body, body["errors"]
        assert answer.status_code == 200
        return body["data"]

    async def error(self, query: str, /, **variables: Any) -> Any:
        """The one error of an answer."""
        [error] = (await self.send(query, **variables)).json()["errors"]
        return error
