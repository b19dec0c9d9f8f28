"""The entrances of the network, called as a server calls them: HTTP in all its forms, streams, lines and tokens."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any, Final
from urllib.parse import quote_plus

from fastapi import FastAPI
from joserfc import jwt
from starlette.types import Message

from tests.fuzz.nasty import as_json, bomb, nasty, nasty_text, spoiled
from tests.fuzz.operations import Operation, Operations
from tests.fuzz.oracle import Act, Faulty, Outcome
from tests.fuzz.world import World

__all__ = ["Answered", "Asked", "Headers", "ask", "outcome_of", "over_http", "over_line", "over_stream", "with_token"]

Headers = list[tuple[bytes, bytes]]
_PATIENCE: Final = 20.0
_LINE_AT_MOST: Final = 4_000_000
_JSON: Final = (b"content-type", b"application/json")
_REFUSED: Final = frozenset({"InvalidInput", "NotAllowed", "NotFound", "NotSignedIn", "TooMany"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a server takes it off the line, in so many pieces."""

    method: str
    path: bytes
    query: bytes
    headers: Headers
    body: bytes
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: bytes


def over_http(world: World, operations: Operations, chance: Random) -> Act:
    """GraphQL over HTTP: POST, GET, batches and persisted queries; bodies, parameters and headers."""
    path, query, headers, body = b"/graphql", b"", _signed(world, chance), b""
    method = "POST"
    operation = operations.wrong(chance)
    match chance.randrange(12):
        case 0:
            method, query = "GET", _parameters(chance, operation)
        case 1:
            one = as_json(operation.body())
            body = b"[" + b",".join([one] * (chance.choice((0, 1, 2, 50)) if len(one) < 20_000 else 2)) + b"]"
        case 2:
            digest = sha256(operation.text.encode("utf-8", "surrogatepass")).hexdigest()
            wrong = chance.choice((digest, digest[:-1], digest.upper(), nasty(chance), {"a": 1}))
            persisted = {"persistedQuery": chance.choice(({"version": 1, "sha256Hash": wrong}, nasty(chance)))}
            body = as_json(
                {**operation.body(), "extensions": persisted} if chance.random() < 0.5 else {"extensions": persisted}
            )
        case 3:
            body = bomb(chance)
        case 4:
            operation = operations.valid(chance)
            body = spoiled(chance, as_json(operation.body()))
        case 5:
            body = as_json(
                chance.choice(
                    (
                        nasty(chance),
                        {
                            **operation.body(),
                            chance.choice(("query", "variables", "operationName", "extensions", "documentId")): nasty(
                                chance
                            ),
                        },
                    )
                )
            )
        case 6:
            body = as_json(operation.body())
            headers += _odd_headers(chance)
        case _:
            body = as_json(operation.body())
    headers.append(
        chance.choice(
            (_JSON, _JSON, _JSON, _JSON, (b"content-type", nasty_text(chance).encode("utf-8", "replace")[:200]))
        )
    )
    return _asking(world, "http", Asked(method, path, query, headers, body, _pieces(chance)), operation)


def over_stream(world: World, operations: Operations, chance: Random) -> Act:
    """The same as server-sent events, and every other path there is or is not."""
    operation = operations.wrong(chance)
    path = chance.choice(
        (b"/graphql/stream",) * 5
        + (
            b"/graphql/",
            b"/healthz",
            b"/readyz",
            b"/.well-known/jwks.json",
            b"/../../etc/passwd",
            nasty_text(chance).encode("utf-8", "replace")[:300],
        )
    )
    headers = [*_signed(world, chance), _JSON, (b"accept", b"text/event-stream")]
    body = spoiled(chance, as_json(operation.body())) if chance.random() < 0.3 else as_json(operation.body())
    method = chance.choice(("POST", "POST", "POST", "GET", "PUT", "TRACE", "\u00e6"))
    query = _parameters(chance, operation) if method == "GET" else b""
    return _asking(world, "stream", Asked(method, path, query, headers, body, _pieces(chance)), operation)


def with_token(world: World, operations: Operations, chance: Random) -> Act:
    """Tokens that are wrong, by bytes, by signature or by what a sound signature says."""
    header = b"Bearer " + _token(world, chance)
    headers = [(b"authorization", header), _JSON]
    if chance.random() < 0.1:
        headers.append((b"authorization", chance.choice((header, b"Basic YTpi", b"Bearer"))))
    body = as_json({"query": "{ me { person name } }"})
    return _asking(world, "token", Asked("POST", b"/graphql", b"", headers, body), Operation("query", "", {}))


def _asking(world: World, entrance: str, asked: Asked, operation: Operation) -> Act:
    sent = b" ".join((asked.query, asked.body, asked.path, *(value for _, value in asked.headers)))

    async def act() -> Outcome:
        answered = await ask(world.app, asked, stream=entrance == "stream")
        return outcome_of(entrance, answered, sent, operation)

    return act


def over_line(world: World, operations: Operations, chance: Random) -> Act:
    """A WebSocket: a greeting, and messages in any order and form."""
    messages = _messages(world, operations, chance)

    async def act() -> Outcome:
        said, code, taken = await _talk(world, messages)
        sent = b"\n".join(
            each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass") for each in messages
        )
        accepted = any(_accepted(message.get("payload")) for message in said if message.get("type") == "next")
        if b'"INTERNAL"' in (told := as_json(said)):
            raise Faulty(f"masked: {told[:300]!r}")
        if code in (1006, 1011):
            raise Faulty(f"the line broke with {code}")
        return Outcome(f"line {code or 'open'}", told, accepted, sent, inputs=max(1, taken))

    return act


def _messages(world: World, operations: Operations, chance: Random) -> list[bytes | str]:
    messages: list[bytes | str] = []
    token = chance.choice([*world.tokens.values()])
    greeting: dict[str, Any] = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
    if chance.random() < 0.2:
        greeting = chance.choice(({"type": "connection_init", "payload": nasty(chance)}, {"type": nasty(chance)}, {}))
    messages.append(as_json(greeting).decode())
    operation = operations.wrong(chance)
    for number in range(chance.choice((1, 2, 20, 60))):
        if sum(map(len, messages)) > _LINE_AT_MOST:
            break
        operation = operations.wrong(chance)
        message: Any = {"id": str(number), "type": "subscribe", "payload": operation.body()}
        match chance.randrange(8):
            case 0:
                message[chance.choice(("id", "type", "payload"))] = nasty(chance)
            case 1:
                message = nasty(chance)
            case 2:
                message["type"] = chance.choice(("complete", "ping", "pong", "next", "error", "connection_init"))
            case 3:
                messages.append(spoiled(chance, as_json(message)))
                continue
            case 4:
                messages.append(chance.choice((bomb(chance), bomb(chance).decode())))
                continue
            case _:
                pass
        messages.append(as_json(message).decode())
    return messages


def _signed(world: World, chance: Random) -> Headers:
    token = world.token(chance)
    return [(b"authorization", b"Bearer " + token.encode())] if token else []


def _pieces(chance: Random) -> int:
    return chance.choice((1, 1, 1, 1, 3))


def _parameters(chance: Random, operation: Operation) -> bytes:
    given: dict[str, bytes] = {
        "query": operation.text.encode("utf-8", "surrogatepass"),
        "variables": as_json(operation.variables),
    }
    if chance.random() < 0.3:
        given[chance.choice(("variables", "extensions", "operationName", "documentId", "query"))] = as_json(
            nasty(chance)
        )[:8_000]
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in given.items()).encode()
    query = spoiled(chance, query) if chance.random() < 0.3 else query
    return query if chance.random() < 0.01 else query[:60_000]


def _odd_headers(chance: Random) -> Headers:
    value = nasty_text(chance).encode("utf-8", "replace")[:4_000]
    names = (
        b"accept",
        b"accept-language",
        b"accept-encoding",
        b"content-length",
        b"x-request-id",
        b"if-none-match",
        b"expect",
        b"traceparent",
        b"x-forwarded-for",
        b"origin",
        b"content-encoding",
        b"host",
        b"cookie",
    )
    packed = gzip.compress(b"[" * 1_000_000)[:2_000]
    return [
        (chance.choice(names), chance.choice((value, b"-1", b"999999999999", b"*/*;q=NaN", b"en;q=1e999", packed)))
        for _ in range(3)
    ]


def _token(world: World, chance: Random) -> bytes:
    sound = chance.choice([*world.tokens.values()]).encode()
    head, payload, signature = sound.split(b".")
    match chance.randrange(7):
        case 0:
            return spoiled(chance, sound)
        case 1:
            wrong = {
                "alg": chance.choice(("none", "HS256", "ES256", "RS256", nasty_text(chance))),
                "kid": nasty(chance),
                "crit": nasty(chance),
                "jwk": {"kty": "oct", "k": "AA"},
                "b64": False,
            }
            return b".".join((_b64(as_json(wrong)), payload, chance.choice((signature, b""))))
        case 2:
            return b".".join(
                (head, _b64(chance.choice((bomb(chance)[:5_000], as_json(nasty(chance))[:5_000]))), signature)
            )
        case 3:
            return nasty_text(chance).encode("utf-8", "replace")
        case 4:
            return b".".join([head, payload, signature] * chance.choice((2, 90)))
        case 5:
            return sound + b" " + sound
        case _:
            return _signed_nonsense(world, chance)


def _signed_nonsense(world: World, chance: Random) -> bytes:
    """Signed by the issuer itself, with claims that no issuer should make."""
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(world.tokens["kari"].split(".")[1] + "=="))
    for _ in range(chance.choice((1, 1, 2))):
        claims[chance.choice(("iss", "aud", "exp", "iat", "nbf", "org", "sub", "integration"))] = nasty(chance)
    key = world.issuer._key
    try:
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key).encode()
    except Exception:  # noqa: BLE001 - what can't even be signed is no input
        return b"x"


def _b64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


async def ask(app: FastAPI, asked: Asked, *, stream: bool = False) -> Answered:
    """Call the app as a server would; a stream that stays open is left after a moment."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method, "scheme": "http",
        "path": asked.path.decode("utf-8", "replace"), "raw_path": asked.path, "query_string": asked.query,
        "root_path": "", "headers": [(b"host", b"vekst.test"), *asked.headers],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    size = max(1, -(-len(asked.body) // asked.pieces))
    waiting = [asked.body[start : start + size] for start in range(0, len(asked.body), size)] or [b""]
    said: list[Message] = []
    first, gone = asyncio.Event(), asyncio.Event()

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)
        if len(message.get("body", b"")) > 3:
            first.set()

    answering = asyncio.create_task(app(scope, receive, send))
    try:
        async with asyncio.timeout(_PATIENCE):
            if stream:
                looking = asyncio.create_task(first.wait())
                await asyncio.wait({answering, looking}, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
                looking.cancel()
                gone.set()
            await answering
    except TimeoutError:
        raise Faulty(f"no answer in {_PATIENCE} s") from None
    if not said:
        return Answered(0, b"")
    return Answered(said[0]["status"], b"".join(message.get("body", b"") for message in said[1:]))


def outcome_of(entrance: str, answered: Answered, sent: bytes, operation: Operation) -> Outcome:
    """How it was answered; `Faulty` for an answer that none may have."""
    if answered.status >= 500:
        raise Faulty(f"{answered.status}: {answered.body[:300]!r}")
    if b'"INTERNAL"' in answered.body:
        raise Faulty(f"masked: {answered.body[:300]!r}")
    try:
        document = json.loads(answered.body)
    except ValueError:
        document = None
    accepted = isinstance(document, dict) and operation.kind == "mutation" and _accepted(document)
    if entrance == "stream" and not accepted:
        accepted = b'"STORED"' in answered.body or (operation.kind == "mutation" and b'"data"' in answered.body)
    return Outcome(f"{entrance} {answered.status}", answered.body, accepted, sent)


def _accepted(document: Any) -> bool:
    """Whether something in the answer may have changed something: a result that is no refusal."""
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        return False
    return any(
        not isinstance(result, dict) or result.get("__typename") not in _REFUSED
        for result in data.values()
        if result is not None
    )


async def _talk(world: World, messages: Sequence[bytes | str]) -> tuple[list[dict[str, Any]], int | None, int]:
    """Send all messages over one line, wait until everything begun has an answer or a moment has passed, and leave.

    What was said, the code of the closing, and how many of the messages were taken before that.
    """
    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": "/graphql",
        "raw_path": b"/graphql", "query_string": b"", "root_path": "", "headers": [(b"host", b"vekst.test")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "subprotocols": ["graphql-transport-ws"], "state": {},
    }  # fmt: skip
    waiting: asyncio.Queue[Message] = asyncio.Queue()
    waiting.put_nowait({"type": "websocket.connect"})
    for message in messages:
        waiting.put_nowait({"type": "websocket.receive", ("bytes" if isinstance(message, bytes) else "text"): message})
    waiting.put_nowait({"type": "websocket.receive", "text": '{"type":"ping"}'})
    said: list[dict[str, Any]] = []
    code: int | None = None
    taken = 0
    ponged = asyncio.Event()

    async def receive() -> Message:
        nonlocal taken
        message = await waiting.get()
        taken += 1
        return message

    async def send(message: Message) -> None:
        nonlocal code
        if message["type"] == "websocket.close":
            code = message.get("code")
        elif message["type"] == "websocket.send":
            said.append(json.loads(message.get("text") or message.get("bytes") or "{}"))
            if said[-1].get("type") == "pong":
                ponged.set()

    serving = asyncio.create_task(world.app(scope, receive, send))
    looking = asyncio.create_task(ponged.wait())
    try:
        async with asyncio.timeout(_PATIENCE):
            await asyncio.wait({serving, looking}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                # Operations answer in a moment, or they are streams and never end.
                await asyncio.wait({serving}, timeout=0.03)
            waiting.put_nowait({"type": "websocket.disconnect", "code": 1000})
            await serving
    except TimeoutError:
        raise Faulty(f"the line did not end in {_PATIENCE} s") from None
    finally:
        looking.cancel()
    return said, code, min(taken - 1, len(messages))
