"""Sending: what becomes of a push, and that no endpoint leads into a network of one's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.push_service import PushService, push_service
from vekst.push import Delivery, Keys, Outcome, SenderKey, WebPush
from vekst.push.addresses import is_endpoint

KEY = SenderKey.new()
CONTACT = "mailto:us@example.com"


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as service:
        yield service


@pytest.fixture
async def pushes() -> AsyncIterator[WebPush]:
    """Pushes to anywhere, as in development."""
    sender = WebPush(KEY, CONTACT, anywhere=True)
    yield sender
    await sender.close()


async def test_a_push_is_all_that_the_standards_ask_for(service: PushService, pushes: WebPush) -> None:
    browser = service.browser()
    delivery = await pushes.send(browser.endpoint, Keys.read(**browser.keys), b'{"title":"A badge"}', topic="news")
    assert delivery == Delivery(Outcome.DELIVERED)
    assert service.to(browser) == [{"title": "A badge"}]
    [pushed] = service.pushed
    assert pushed.headers["content-encoding"] == "aes128gcm"
    assert pushed.headers["topic"] == "news"
    assert int(pushed.headers["ttl"]) == 24 * 3600
    assert pushed.headers["urgency"] == "normal"
    public, claims = service.sender_of(pushed)
    assert public == pushes.public_key == KEY.public
    assert claims["aud"] == service.address
    assert claims["sub"] == CONTACT
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Delivery(Outcome.DELIVERED)),
        (404, {}, Delivery(Outcome.GONE, "status 404")),
        (410, {}, Delivery(Outcome.GONE, "status 410")),
        (429, {"Retry-After": "120"}, Delivery(Outcome.AGAIN, "status 429", 120)),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, Delivery(Outcome.AGAIN, "status 429")),
        (503, {"Retry-After": "999999999"}, Delivery(Outcome.AGAIN, "status 503", 24 * 3600)),
        (500, {}, Delivery(Outcome.AGAIN, "status 500")),
        (403, {}, Delivery(Outcome.REFUSED, "status 403")),
        (413, {}, Delivery(Outcome.REFUSED, "status 413")),
        (307, {"Location": "http://127.0.0.1:1/"}, Delivery(Outcome.REFUSED, "status 307")),
    ],
)
async def test_what_the_push_service_says_is_understood(
    service: PushService, pushes: WebPush, status: int, headers: dict[str, str], expected: Delivery
) -> None:
    browser = service.browser()
    service.answers.append((status, headers))
    assert await pushes.send(browser.endpoint, Keys.read(**browser.keys), b"{}", topic="news") == expected
    assert len(service.pushed) == 1


async def test_a_push_service_that_is_away_or_says_nothing_is_asked_again_later(service: PushService) -> None:
    browser = service.browser()
    keys = Keys.read(**browser.keys)
    pushes = WebPush(KEY, CONTACT, anywhere=True, seconds=0.1)
    try:
        service.holds = asyncio.Event()
        assert (await pushes.send(browser.endpoint, keys, b"{}", topic="news")).outcome is Outcome.AGAIN
        assert (await pushes.send("http://127.0.0.1:1/to/1", keys, b"{}", topic="news")).outcome is Outcome.AGAIN
    finally:
        await pushes.close()


@pytest.mark.parametrize(
    "found",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1%lo",
     "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::1", "64:ff9b:1::1", "64:ff9b::a00:1", "224.0.0.1"],
)  # fmt: skip
async def test_a_name_that_leads_into_a_private_network_is_not_connected_to(
    service: PushService, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    """Whatever the name looks like; the address that is connected to is the one that was looked at."""
    port = _lead_to(found, service, monkeypatch)
    pushes = WebPush(KEY, CONTACT)
    keys = Keys.read(**service.browser().keys)
    try:
        delivery = await pushes.send(f"https://push.example.com:{port}/to/1", keys, b"{}", topic="news")
    finally:
        await pushes.close()
    assert delivery == Delivery(Outcome.AGAIN, "ConnectError")
    assert service.connections == 0


async def test_in_development_a_name_may_lead_to_this_machine(
    service: PushService, pushes: WebPush, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = _lead_to("127.0.0.1", service, monkeypatch)
    keys = Keys.read(**service.browser().keys)
    delivery = await pushes.send(f"http://push.example.com:{port}/to/1", keys, b"{}", topic="news")
    assert (delivery.outcome, service.connections) == (Outcome.DELIVERED, 1)
    assert service.pushed[0].headers["host"] == f"push.example.com:{port}"


def _lead_to(found: str, service: PushService, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let every name lead to that address; the port of the push service."""
    port = int(service.address.rpartition(":")[2])

    async def looked_up(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (found, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", looked_up, raising=False)
    return port


@pytest.mark.parametrize(
    ("endpoint", "outside", "inside"),
    [
        ("https://push.example.com/to/1", True, True),
        ("https://push.example.com:8443/to/1", True, True),
        ("https://8.8.8.8/to/1", True, True),
        ("https://[2606:4700::1111]/to/1", True, True),
        ("http://push.example.com/to/1", False, True),
        ("https://localhost/to/1", False, True),
        ("https://push.localhost./to/1", False, True),
        ("https://database/to/1", False, True),
        ("https://metadata.internal/to/1", False, True),
        ("https://127.0.0.1/to/1", False, True),
        ("https://10.0.0.1/to/1", False, True),
        ("https://[::1]/to/1", False, True),
        ("https://[::ffff:10.0.0.1]/to/1", False, True),
        ("https://someone@push.example.com/to/1", False, False),
        ("ftp://push.example.com/to/1", False, False),
        ("https:///to/1", False, False),
        ("https://push.example.com:99999/to/1", False, False),
        ("https://push.example.com/to/ 1", False, False),
        ("https://push.example.com/tø/1", False, False),
        ("https://push.example.com/\r\nX: y", False, False),
        ("https://[push/to/1", False, False),
        ("https://push.example.com/" + "x" * 1_000, False, False),
        ("", False, False),
    ],
)  # fmt: skip
def test_an_endpoint_is_an_address_outside(endpoint: str, outside: bool, inside: bool) -> None:
    assert is_endpoint(endpoint, anywhere=False) is outside
    assert is_endpoint(endpoint, anywhere=True) is inside
