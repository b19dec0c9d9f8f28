"""Where pushes may go: endpoints come from devices, and must not lead into a network of one's own.

A name is looked up once for each connection, and what is connected to is the address that was looked at: one that leads
elsewhere a moment later leads nowhere.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

import httpcore

__all__ = ["ENDPOINT_AT_MOST", "PublicNetwork", "is_endpoint"]

ENDPOINT_AT_MOST: Final = 1_000
"""Characters of an endpoint."""

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")


def is_endpoint(text: str, *, anywhere: bool) -> bool:
    """Whether a text is an address that pushes may be sent to, as far as it says so itself.

    `anywhere` is for development, where the push service may be on this machine, and without TLS.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = parts.scheme == "https" or (anywhere and parts.scheme == "http")
    plain = text.isascii() and text.isprintable() and " " not in text and "@" not in parts.netloc
    return known and plain and bool(host) and len(text) <= ENDPOINT_AT_MOST and (anywhere or _may_be_public(host))


def _may_be_public(host: str) -> bool:
    try:
        return _is_public(ip_address(host))
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith(("localhost", ".local", ".internal"))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        address = _inner(address) or address
    return address.is_global and not address.is_multicast


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The older address that stands in a newer one, and is where it leads."""
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, or with `anywhere` to any."""

    def __init__(self, *, anywhere: bool) -> None:
        self._anywhere = anywhere
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore asks so
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a public address of the host; `httpcore.ConnectError` where it has none that answers."""
        failed = httpcore.ConnectError(f"{host} has no public address")
        async with asyncio.timeout(timeout):
            for address in await self._addresses(host, port):
                try:
                    return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
                except httpcore.ConnectError as error:
                    failed = error
        raise failed

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = [str(place[0]) for *_, place in found]
        return [each for each in addresses if self._anywhere or _is_public(ip_address(each.partition("%")[0]))]

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)
