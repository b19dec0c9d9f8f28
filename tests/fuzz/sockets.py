"""Bytes on a real line to a real server: requests with faults in their very bytes, cut off, or never finished."""

from __future__ import annotations

import asyncio
import re
from random import Random
from typing import Final
from urllib.parse import urlsplit

from tests.fuzz.nasty import as_json, nasty_text, spoiled
from tests.fuzz.operations import Operations
from tests.fuzz.oracle import Act, Faulty, Outcome
from tests.fuzz.web import Answered, outcome_of
from tests.fuzz.world import World

__all__ = ["over_socket"]

_PATIENCE: Final = 20.0
_STATUS: Final = re.compile(rb"HTTP/1\.1 (\d{3})")
_FAULTS: Final = (
    b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n",
    b"X: " + b"y" * 70_000 + b"\r\n",
    b"X: y\r\n" * 300,
    b" folded: yes\r\n",
    b"Host\r\n",
    b"",
)


def over_socket(world: World, operations: Operations, chance: Random) -> Act:
    """One line, which is closed from here when all was sent; whatever the server makes of it, it stays there."""
    operation = operations.wrong(chance)
    body = as_json(operation.body())
    target = chance.choice((b"/graphql", b"/graphql", b"/graphql/stream", b"/healthz", _target(chance)))
    token = world.token(chance)
    head = b"%s %s HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nConnection: close\r\n" % (
        chance.choice((b"POST", b"POST", b"GET", b"HEAD", b"OPTIONS", b"CONNECT")),
        target,
    )
    if token:
        head += b"Authorization: Bearer " + token.encode() + b"\r\n"
    head += chance.choice(_FAULTS) if chance.random() < 0.5 else b"Content-Length: %d\r\n" % len(body)
    sent = head + b"\r\n" + body
    match chance.randrange(3):
        case 0:
            sent = spoiled(chance, head) + b"\r\n" + body
        case 1:
            sent = sent[: chance.randrange(len(sent))]
        case _:
            pass

    async def act() -> Outcome:
        answer = await _talk(world.address, sent)
        found = [int(status) for status in _STATUS.findall(answer)] or [0]
        return outcome_of("socket", Answered(max(found), answer.partition(b"\r\n\r\n")[2]), sent, operation)

    return act


def _target(chance: Random) -> bytes:
    return b"/" + nasty_text(chance).encode("utf-8", "replace")[:3_000].replace(b"\n", b"") + b"?\xe6=%zz"


async def _talk(address: str, sent: bytes) -> bytes:
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        async with asyncio.timeout(_PATIENCE):
            writer.write(sent)
            writer.write_eof()
            return await reader.read(1 << 20)
    except TimeoutError:
        raise Faulty(f"the server did not end the line in {_PATIENCE} s") from None
    except OSError:
        return b""
    finally:
        writer.close()
