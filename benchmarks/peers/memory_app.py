"""Our own executor alone: compiled operations over answers that lie in memory, in a bare ASGI app."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import orjson
import strawberry
from graphql import OperationDefinitionNode, parse, validate
from strawberry.schema.config import StrawberryConfig

from benchmarks.peers.shapes import Types, shape_of
from vekst.graphql.answers import encoded
from vekst.graphql.compiled import CompiledOperation
from vekst.graphql.schema import VekstSchema

__all__ = ["MemoryApp", "app_from_environment"]

_Message = MutableMapping[str, Any]


class MemoryApp:
    """Reads the answers once; then every request is an operation that was compiled when it first came."""

    def __init__(self, answers: dict[str, Any]) -> None:
        types = Types.of(shape_of("Answer", list(answers.values())))
        held = {person: types.instance(answer) for person, answer in answers.items()}

        def answer(person: str) -> object:
            return held.get(person)

        query = type("Query", (), {"answer": strawberry.field(answer, graphql_type=types.kind | None)})
        self._schema = VekstSchema(query=strawberry.type(query), config=StrawberryConfig(auto_camel_case=False))
        self._compiled: dict[str, CompiledOperation] = {}

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        """Serve one connection's lifespan or one request."""
        if scope["type"] == "lifespan":
            for said in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{said}.complete"})
            return
        message = await receive()
        body = await self.answer(orjson.loads(message["body"])) if message["body"] else b"{}"
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, asked: dict[str, Any]) -> bytes:
        """The body that answers an operation with its variables."""
        text = asked["query"]
        if text not in self._compiled:
            self._compiled[text] = self._compile(text)
        result = await self._compiled[text].execute(asked["variables"], None)
        if result is None or result.errors:
            raise RuntimeError(f"not answered: {result}")
        return encoded({"data": result.data})

    def _compile(self, text: str) -> CompiledOperation:
        document = parse(text)
        if errors := validate(self._schema.core, document):
            raise errors[0]
        operation = document.definitions[0]
        if not isinstance(operation, OperationDefinitionNode):
            raise TypeError(f"not an operation: {text[:80]}")
        return CompiledOperation(self._schema, document, operation, hide_suggestions=True)


def app_from_environment() -> MemoryApp:
    """The app over the answers in the file that the environment names."""
    return MemoryApp(orjson.loads(Path(os.environ["PEER_DATA"]).read_bytes())["answers"])
