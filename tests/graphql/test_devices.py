"""Devices through the API: from the subscription of a browser to the message on its screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from tests.support.push_service import Browser, push_service
from vekst.api import create_app
from vekst.factory import Factory
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

SignIn = Callable[..., Client]


async def register(client: Client, subscription: dict[str, str]) -> Any:
    """The answer to `registerDevice`."""
    return (await client.ask(operation("register_device"), input=subscription))["registerDevice"]


async def test_from_a_subscription_to_a_message_in_ones_language(
    organisation: Organisation, app: FastAPI, sign_in: SignIn
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    kari = sign_in("kari", language="nb-NO")
    sender = (await kari.ask(operation("push")))["push"]["publicKey"]
    async with push_service() as service:
        browser = service.browser()
        assert await register(kari, browser.subscription) == {"language": "nb"}
        await organisation.record("kari", *(new_event(f"d{n}", "deal.closed") for n in range(2)))
        await organisation.judge()
        pushing = Factory(app.state.process).pushing()
        assert await pushing.send_due(organisation.id) == 1
        [told] = service.to(browser)
        assert (told["lang"], told["title"], told["body"]) == ("nb", "Closer", "Et merke for det du gjorde.")
        assert service.sender_of(service.pushed[0])[0] == sender
        for removed in (True, False):
            answer = await kari.ask(operation("remove_device"), input={"endpoint": browser.endpoint})
            assert answer == {"removeDevice": {"removed": removed}}
        await organisation.record("kari", *(new_event(f"c{n}") for n in range(3)))
        await organisation.judge()
        assert await pushing.send_due(organisation.id) == 0
        assert len(service.pushed) == 1


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"endpoint": "ftp://push.example.com"}, "ENDPOINT_NOT_VALID", "endpoint"),
        ({"endpoint": "https://push.example.com/\x00"}, "ENDPOINT_NOT_VALID", "endpoint"),
        ({"p256dh": "AAAA"}, "DEVICE_KEYS_NOT_VALID", "p256dh"),
        ({"auth": "*"}, "DEVICE_KEYS_NOT_VALID", "p256dh"),
    ],
)
async def test_what_can_not_be_sent_to_is_refused_with_a_cure(
    organisation: Organisation, sign_in: SignIn, wrong: dict[str, str], code: str, field: str
) -> None:
    await organisation.hire("kari")
    refused = await register(sign_in("kari"), {**Browser("https://push.example.com/to/1").subscription, **wrong})
    assert (refused["code"], refused["field"], bool(refused["cure"])) == (code, field, True)
    removed = await sign_in("kari").ask(operation("remove_device"), input={"endpoint": "https://x.example/\x00"})
    assert removed == {"removeDevice": {"removed": False}}


async def test_where_no_pushes_are_sent_it_is_said(
    organisation: Organisation, settings: Settings, issuer: DevelopmentIssuer
) -> None:
    await organisation.hire("kari")
    quiet = create_app(settings)
    async with (
        quiet.router.lifespan_context(quiet),
        Client(quiet, token=issuer.token(organisation.key, person="kari")) as kari,
    ):
        assert await kari.ask(operation("push")) == {"push": None}
        refused = await register(kari, Browser("https://push.example.com/to/1").subscription)
        assert refused["code"] == "PUSH_OFF"
