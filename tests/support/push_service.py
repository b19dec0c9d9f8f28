"""A push service on this machine, and browsers that subscribe to it and decrypt what comes, as real ones do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr

from vekst.push import SenderKey
from vekst.push.base64url import decoded, encoded
from vekst.push.encryption import point_of

__all__ = ["SENDING", "Browser", "PushService", "Pushed", "push_service"]

CURVE = ec.SECP256R1()
SENDING: Final = {
    "push_private_key": SecretStr(SenderKey.new().private),
    "push_contact": "mailto:us@example.com",
}
"""The settings of a process that sends pushes."""


@dataclass(frozen=True)
class Pushed:
    """A request that came in: the headers by lower-case name, and the body as it is."""

    path: str
    headers: dict[str, str]
    body: bytes


class Browser:
    """A subscription, and the private key that only the browser has."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._private = ec.generate_private_key(CURVE)
        self._auth = bytes(range(16))

    @property
    def keys(self) -> dict[str, str]:
        """What the browser gives away."""
        return {"p256dh": encoded(point_of(self._private.public_key())), "auth": encoded(self._auth)}

    @property
    def subscription(self) -> dict[str, str]:
        """The input of `registerDevice`."""
        return {"endpoint": self.endpoint, **self.keys}

    def read(self, body: bytes) -> Any:
        """The message in a body, decrypted step by step as RFC 8291 says."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self._private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        mine = point_of(self._private.public_key())
        secret = _hkdf(self._auth, shared, b"WebPush: info\x00" + mine + sender, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\x00", 12)
        message = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert message.endswith(b"\x02")
        return json.loads(message[:-1])


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


@dataclass
class PushService:
    """Takes pushes; what it answers next is said by `answers`, and 201 when nothing is said."""

    address: str = ""
    connections: int = 0
    pushed: list[Pushed] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    holds: asyncio.Event | None = None
    """Where there is one, no answer is given before it is set."""
    _numbers: Iterator[int] = field(default_factory=count)

    def browser(self) -> Browser:
        """Another browser that subscribes here."""
        return Browser(f"{self.address}/to/{next(self._numbers)}")

    def to(self, browser: Browser) -> list[Any]:
        """The messages that came for the browser, as it shows them."""
        path = urlsplit(browser.endpoint).path
        return [browser.read(each.body) for each in self.pushed if each.path == path]

    def sender_of(self, pushed: Pushed) -> tuple[str, dict[str, Any]]:
        """Who sent it by its signature: the public key, and the claims."""
        scheme, _, said = pushed.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in said.split(","))
        assert scheme == "vapid"
        public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(parts["k"]))
        token = jwt.decode(parts["t"], ECKey.import_key(public), algorithms=["ES256"])
        return parts["k"], token.claims

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split(" ")
                assert method == "POST"
                headers = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers["content-length"]))
                self.pushed.append(Pushed(path, headers, body))
                self.came.set()
                if self.holds is not None:
                    await self.holds.wait()
                status, more = self.answers.pop(0) if self.answers else (201, {})
                told = "".join(f"{name}: {value}\r\n" for name, value in more.items())
                writer.write(f"HTTP/1.1 {status} So\r\nContent-Length: 0\r\n{told}\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever sent has gone
        finally:
            writer.close()


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """A push service on a free port of this machine."""
    service = PushService()
    running: list[asyncio.Task[None]] = []

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.append(asyncio.create_task(service.serve(reader, writer)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    service.address = f"http://{host}:{port}"
    try:
        yield service
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
