"""The ASGI endpoint for WebSockets at `/graphql`: graphql-transport-ws, any number of operations on one line."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from vekst.domain.errors import InvalidInput, TooMany, Unavailable, VekstError
from vekst.graphql.answers import encoded
from vekst.graphql.arrivals import Arrivals
from vekst.graphql.execution import Operations
from vekst.graphql.faults import masked, new_error_id, told
from vekst.graphql.http_body import BODY_AT_MOST, read_message, read_object
from vekst.graphql.languages import Languages, accepted_languages
from vekst.graphql.request import Request

__all__ = ["PROTOCOL", "WebSocketEndpoint", "WebSocketLimits"]

PROTOCOL: Final = "graphql-transport-ws"
LOG: Final = structlog.get_logger(__name__)
_REASON_AT_MOST: Final = 120
"""Bytes; the protocol has room for 123."""
_GONE: Final = (WebSocketDisconnect, RuntimeError)
"""What is raised where the client has gone before it was said so: its own end of the line, not a fault."""


@dataclass(frozen=True, slots=True)
class WebSocketLimits:
    """How long is waited, in seconds, and how many operations one line carries."""

    greeting: float = 10.0
    sending: float = 30.0
    looking_again: float = 60.0
    operations: int = 50


class _Closing(Exception):
    """The line is to be closed: a code of the protocol, and a reason that a program can read."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode("utf-8", "replace")[:_REASON_AT_MOST].decode("utf-8", "ignore")


class WebSocketEndpoint:
    """One endpoint for all lines."""

    def __init__(self, operations: Operations, arrivals: Arrivals, limits: WebSocketLimits | None = None) -> None:
        self._operations = operations
        self._arrivals = arrivals
        self._limits = limits or WebSocketLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one line until it ends."""
        socket = WebSocket(scope, receive, send)
        if PROTOCOL not in scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        await _Line(socket, self._operations, self._arrivals, self._limits).serve()


class _Line:
    """One client's line: a greeting with the token, then operations side by side."""

    def __init__(self, socket: WebSocket, operations: Operations, arrivals: Arrivals, limits: WebSocketLimits) -> None:
        self._socket = socket
        self._operations = operations
        self._arrivals = arrivals
        self._limits = limits
        self._authorization = socket.headers.get("authorization")
        self._languages = Languages(accepted_languages(socket.headers.get("accept-language", "")))
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ended: asyncio.Future[_Closing] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Serve until either side closes the line."""
        listening = asyncio.create_task(self._listen())
        listening.add_done_callback(lambda _: self._end(_Closing(1001, "Gone")))
        try:
            await self._ended
        finally:
            parts = [listening, *self._running.values()]
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
        if self._socket.client_state is WebSocketState.CONNECTED:
            closing = self._ended.result()
            with suppress(*_GONE):
                await self._socket.close(closing.code, closing.reason)

    def _end(self, closing: _Closing) -> None:
        if not self._ended.done():
            self._ended.set_result(closing)

    async def _listen(self) -> None:
        watching: asyncio.Task[None] | None = None
        try:
            try:
                async with asyncio.timeout(self._limits.greeting):
                    await self._greet()
            except TimeoutError:
                raise _Closing(4408, "Connection initialisation timeout") from None
            watching = asyncio.create_task(self._watch())
            while True:
                await self._take(await self._message())
        except _Closing as closing:
            self._end(closing)
        except (TooMany, Unavailable) as error:
            self._end(_Closing(1013, error.code))
        except _GONE:
            pass
        except Exception:
            error_id = new_error_id()
            LOG.exception("graphql.line_failed", error_id=error_id)
            self._end(_Closing(1011, f"INTERNAL {error_id}"))
        finally:
            if watching is not None:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    async def _message(self) -> dict[str, Any]:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        content = message.get("text") or message.get("bytes") or ""
        if len(content) > BODY_AT_MOST:
            raise _Closing(1009, "BODY_TOO_LARGE")
        try:
            return read_message(content)
        except InvalidInput:
            raise _Closing(4400, "Invalid message: not a JSON object") from None

    async def _greet(self) -> None:
        """Wait for `connection_init` and check its token."""
        while (message := await self._message()).get("type") != "connection_init":
            if message.get("type") not in ("ping", "pong"):
                raise _Closing(4401, "Unauthorized")
            await self._take(message)
        payload = message.get("payload") or {}
        if not isinstance(payload, Mapping):
            raise _Closing(4400, "Invalid message: payload")
        named = {str(name).lower(): value for name, value in payload.items() if isinstance(value, str)}
        self._authorization = named.get("authorization", self._authorization)
        if "accept-language" in named:
            self._languages = Languages(accepted_languages(named["accept-language"]))
        await self._check()
        await self._send({"type": "connection_ack"})

    async def _check(self) -> float:
        """How long the caller may stay before the next look; an end of the line if they may not."""
        context = await self._arrivals.context(self._authorization, self._languages)
        await context.close()
        caller = context.caller
        if caller.actor is None:
            # To be asked for a new token, a client must be told apart from one that can't come in at all.
            raise _Closing(4403 if caller.code == "TOKEN_EXPIRED" else 4401, caller.code)
        return caller.seconds_left(self._arrivals.now())

    async def _watch(self) -> None:
        """End the line when the token expires or the account is gone."""
        left = 0.0
        while True:
            try:
                left = await self._check()
            except _Closing as closing:
                self._end(closing)
                return
            except Exception:
                LOG.exception("graphql.watch_failed")
            await asyncio.sleep(min(self._limits.looking_again, max(left, 0.05)))

    async def _take(self, message: dict[str, Any]) -> None:
        operation_id = message.get("id")
        match message.get("type"):
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe" if isinstance(operation_id, str) and operation_id:
                await self._begin(operation_id, message.get("payload"))
            case "complete" if isinstance(operation_id, str):
                if (task := self._running.pop(operation_id, None)) is not None:
                    task.cancel()
            case "connection_init":
                raise _Closing(4429, "Too many initialisation requests")
            case _:
                raise _Closing(4400, "Invalid message: type or id")

    async def _begin(self, operation_id: str, payload: object) -> None:
        if operation_id in self._running:
            raise _Closing(4409, f"Subscriber for {operation_id} already exists")
        if len(self._running) >= self._limits.operations:
            error = TooMany("TOO_MANY_STREAMS", limit=self._limits.operations)
            await self._error(operation_id, [told(error, self._languages.messages)])
            return
        if not isinstance(payload, Mapping):
            raise _Closing(4400, "Invalid message: payload")
        self._running[operation_id] = asyncio.create_task(self._run(operation_id, payload))

    async def _run(self, operation_id: str, payload: Mapping[str, object]) -> None:
        """Run one operation; whatever goes wrong in it ends it, and not the line."""
        try:
            errors = await self._answer(operation_id, payload)
            # The last that is done: the client may use the id again once it has seen this.
            if errors is None:
                await self._send({"type": "complete", "id": operation_id})
            else:
                await self._error(operation_id, errors)
        except (_Closing, *_GONE) as error:
            self._end(error if isinstance(error, _Closing) else _Closing(1001, "Gone"))
        finally:
            if self._running.get(operation_id) is asyncio.current_task():
                del self._running[operation_id]

    async def _answer(self, operation_id: str, payload: Mapping[str, object]) -> list[dict[str, Any]] | None:
        """Tell all its answers; the errors that end it, None where it is complete."""
        try:
            with self._arrivals.metrics.streaming("websocket"):
                return await self._stream(operation_id, read_object(payload))
        except VekstError as error:
            return [told(error, self._languages.messages)]
        except (_Closing, *_GONE):
            raise
        except Exception:
            error_id = new_error_id()
            LOG.exception("graphql.stream_failed", error_id=error_id)
            return [masked(error_id, self._languages.messages)]

    async def _stream(self, operation_id: str, request: Request) -> list[dict[str, Any]] | None:
        # Roles are looked up for each operation, as they are for each request.
        context = await self._arrivals.context(self._authorization, self._languages)
        try:
            async with aclosing(self._operations.stream(request, context)) as answers:
                async for answer in answers:
                    if not answer.executed:
                        errors: list[dict[str, Any]] = answer.body["errors"]
                        return errors
                    await self._send({"type": "next", "id": operation_id, "payload": answer.body})
            return None
        finally:
            await context.close()

    async def _error(self, operation_id: str, errors: list[dict[str, Any]]) -> None:
        await self._send({"type": "error", "id": operation_id, "payload": errors})

    async def _send(self, message: Mapping[str, object]) -> None:
        """Send at the pace of the client; one that takes nothing for a while is let go, and resumes from its cursor."""
        try:
            async with asyncio.timeout(self._limits.sending):
                await self._socket.send_text(encoded(message).decode())
        except TimeoutError:
            raise _Closing(1013, "TOO_SLOW") from None
