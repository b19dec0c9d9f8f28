"""Pushes end to end: what is judged reaches the browsers of its learner, and nobody else's, over a real line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.organisations import Organisation, new_event
from tests.support.packs import changed
from tests.support.push_service import SENDING, Browser, PushService, push_service
from vekst.domain.errors import InvalidInput, NotAllowed
from vekst.factory import Factory, Process
from vekst.services.devices import DEVICES_AT_MOST
from vekst.services.pushing import TRIES_AT_MOST
from vekst.settings import Settings

ONE = ("d0", "d1")
"""Two deals: a badge, and nothing else that is worth a message."""


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def process(settings: Settings, clock: Clock) -> AsyncIterator[Process]:
    """A process that sends pushes."""
    async with Process.running(settings.model_copy(update=SENDING), clock=clock) as running:
        yield running


@pytest.fixture
async def organisation(process: Process) -> Organisation:
    factory, key = Factory(process), f"org-{uuid4().hex[:12]}"
    made = Organisation(factory, await factory.organisations().create(key, "Test"), key)
    await made.publish()
    await made.hire("kari", "ola")
    return made


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as service:
        yield service


async def register(organisation: Organisation, person: str, browser: Browser, language: str = "en") -> None:
    devices = organisation.factory.devices()
    await devices.register(await organisation.actor(person), **browser.subscription, language=language)


async def earn(organisation: Organisation, person: str, *ids: str, type: str = "deal.closed") -> None:
    """Record such events, and have them judged."""
    await organisation.record(person, *(new_event(each, type) for each in ids))
    await organisation.judge()


async def send(organisation: Organisation) -> None:
    """Tell everyone who is due."""
    while await organisation.factory.pushing().send_due(organisation.id):
        pass


async def test_a_badge_is_told_to_every_device_of_its_learner_and_to_nobody_else(
    organisation: Organisation, service: PushService
) -> None:
    phone, laptop, other = (service.browser() for _ in range(3))
    await register(organisation, "kari", phone)
    await register(organisation, "kari", laptop, "nb")
    await register(organisation, "ola", other)
    await earn(organisation, "kari", *ONE)
    await send(organisation)
    newest = {"kind": "BADGE", "key": "closer", "tier": None, "occurrence": "once"}
    assert service.to(phone) == [
        {
            "title": "Closer",
            "body": "A badge for what you did.",
            "lang": "en",
            "tag": "recognitions",
            "count": 1,
            "newest": newest,
        }
    ]
    assert [(each["body"], each["newest"]) for each in service.to(laptop)] == [("Et merke for det du gjorde.", newest)]
    assert service.to(other) == []
    assert {each.headers["topic"] for each in service.pushed} == {"recognitions"}
    assert max(len(each.body) for each in service.pushed) < 500
    rows = "SELECT count(*) FROM devices WHERE delivered_at IS NOT NULL AND tries = 0 AND retry_at IS NULL"
    assert await organisation.rows(rows) == [(2,)]
    await send(organisation)
    assert len(service.pushed) == 2


async def test_many_at_once_are_one_message_and_what_is_small_or_was_before_is_none(
    organisation: Organisation, service: PushService
) -> None:
    browser = service.browser()
    await earn(organisation, "kari", *ONE)
    await register(organisation, "kari", browser)
    await earn(organisation, "kari", "c0", type="call.practised")
    assert await organisation.rows("SELECT count(*) FROM ledger_entries WHERE kind = 'EVENT'") == [(1,)]
    await send(organisation)
    assert service.pushed == []
    await earn(organisation, "kari", "c1", "c2", type="call.practised")
    await send(organisation)
    [told] = service.to(browser)
    assert (told["title"], told["count"]) == ("New for you: 2", 2)
    assert told["body"] in ("Brave caller, and more.", "Discovery, and more.")


async def test_what_was_taken_back_before_it_was_told_is_not_told(
    organisation: Organisation, service: PushService
) -> None:
    """And neither is that it was taken back: no push says that something is lost."""
    browser = service.browser()
    await register(organisation, "kari", browser)
    await earn(organisation, "kari", *ONE)
    await organisation.void("kari", "app", "d1", reason="A mistake")
    await organisation.judge()
    kinds = await organisation.rows("SELECT DISTINCT kind FROM ledger_entries ORDER BY 1")
    assert ("REVERSAL",) in kinds
    await send(organisation)
    assert service.pushed == []
    assert await organisation.factory.pushing().send_due(organisation.id) == 0


async def test_a_device_that_is_gone_is_forgotten(organisation: Organisation, service: PushService) -> None:
    gone, there = service.browser(), service.browser()
    await register(organisation, "kari", gone)
    service.answers += [(410, {})]
    await earn(organisation, "kari", *ONE)
    await send(organisation)
    assert await organisation.rows("SELECT count(*) FROM devices") == [(0,)]
    await register(organisation, "kari", there)
    await send(organisation)
    assert len(service.pushed) == 1


async def test_a_push_that_fails_is_tried_again_after_a_while_and_longer_each_time_and_not_for_ever(
    organisation: Organisation, service: PushService, clock: Clock
) -> None:
    browser = service.browser()
    await register(organisation, "kari", browser)
    await earn(organisation, "kari", *ONE)
    service.answers += [(503, {}), (429, {"Retry-After": "600"}), *[(500, {})] * (TRIES_AT_MOST - 2)]
    pauses: list[float] = []
    while (due := await organisation.rows("SELECT retry_at FROM devices WHERE told_seq = 0")) != []:
        [(retry_at,)] = due
        if isinstance(retry_at, datetime):
            pauses.append((retry_at - clock.now).total_seconds())
            clock.now = retry_at - timedelta(seconds=1)
            assert await organisation.factory.pushing().send_due(organisation.id) == 0
            assert organisation.id not in await organisation.factory.pushing().organisations_due()
            clock.now = retry_at
        assert organisation.id in await organisation.factory.pushing().organisations_due()
        assert await organisation.factory.pushing().send_due(organisation.id) == 1
    assert pauses == [30, 600, 120, 240, 480, 960, 1920]
    assert len(service.pushed) == TRIES_AT_MOST
    assert len({str(each) for each in service.to(browser)}) == 1
    # The device is not forgotten: what comes next is told again.
    await earn(organisation, "kari", "c0", "c1", "c2", type="call.practised")
    await send(organisation)
    assert service.to(browser)[-1]["count"] == 2


async def test_what_the_push_service_refuses_is_not_sent_again(
    organisation: Organisation, service: PushService
) -> None:
    browser = service.browser()
    await register(organisation, "kari", browser)
    await earn(organisation, "kari", *ONE)
    service.answers += [(403, {})]
    await send(organisation)
    assert len(service.pushed) == 1
    assert await organisation.rows("SELECT count(*) FROM devices") == [(1,)]


async def test_a_worker_that_dies_while_it_sends_loses_no_message(
    organisation: Organisation, service: PushService, clock: Clock
) -> None:
    browser = service.browser()
    await register(organisation, "kari", browser)
    await earn(organisation, "kari", *ONE)
    service.holds = asyncio.Event()
    sending = asyncio.create_task(organisation.factory.pushing().send_due(organisation.id))
    await service.came.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    service.holds = None
    # Nobody knows whether it arrived; the others leave the device alone for a while, and then tell it.
    assert await organisation.factory.pushing().send_due(organisation.id) == 0
    clock.now += timedelta(seconds=91)
    assert await organisation.factory.pushing().send_due(organisation.id) == 1
    assert [each["title"] for each in service.to(browser)] == ["Closer"] * 2
    assert await organisation.factory.pushing().send_due(organisation.id) == 0


async def test_two_workers_tell_a_device_once(organisation: Organisation, service: PushService) -> None:
    browsers = [service.browser() for _ in range(5)]
    for browser in browsers:
        await register(organisation, "kari", browser)
    await earn(organisation, "kari", *ONE)
    pushing = organisation.factory.pushing()
    assert sum(await asyncio.gather(*(pushing.send_due(organisation.id) for _ in range(4)))) == len(browsers)
    assert [len(service.to(browser)) for browser in browsers] == [1] * len(browsers)


async def test_a_device_belongs_to_who_registered_it_last(organisation: Organisation, service: PushService) -> None:
    shared = service.browser()
    await register(organisation, "kari", shared)
    await earn(organisation, "ola", *ONE)
    await register(organisation, "ola", shared)
    await earn(organisation, "kari", *ONE)
    await send(organisation)
    assert service.pushed == []
    devices, kari, ola = organisation.factory.devices(), *[await organisation.actor(each) for each in ("kari", "ola")]
    assert not await devices.remove(kari, shared.endpoint)
    assert await devices.remove(ola, shared.endpoint)
    assert not await devices.remove(ola, shared.endpoint)


async def test_who_removed_the_device_left_or_was_erased_hears_nothing(
    organisation: Organisation, service: PushService
) -> None:
    await organisation.hire("nora")
    browsers = {person: service.browser() for person in ("kari", "ola", "nora")}
    for person, browser in browsers.items():
        await register(organisation, person, browser)
        await earn(organisation, person, *ONE)
    await organisation.factory.devices().remove(await organisation.actor("kari"), browsers["kari"].endpoint)
    await organisation.dismiss("ola")
    exported = await organisation.factory.privacy().export(organisation.id, "nora")
    rows: Any = exported.kinds["DEVICES"]["devices"]
    assert [row["endpoint"] for row in rows] == [browsers["nora"].endpoint]
    assert not {"public_key", "secret"} & set(rows[0])
    erased = await organisation.factory.privacy().erase(organisation.id, "nora")
    assert erased.rows["devices"] == 1
    assert organisation.id not in await organisation.factory.pushing().organisations_due()
    await send(organisation)
    assert service.pushed == []


async def test_a_person_has_a_bounded_number_of_devices_and_the_longest_silent_one_goes(
    organisation: Organisation, service: PushService, clock: Clock
) -> None:
    browsers = [service.browser() for _ in range(DEVICES_AT_MOST + 1)]
    for browser in browsers[:-1]:
        clock.now += timedelta(seconds=1)
        await register(organisation, "kari", browser)
    clock.now += timedelta(seconds=1)
    await register(organisation, "kari", browsers[0])
    await register(organisation, "kari", browsers[-1])
    kept = {endpoint for (endpoint,) in await organisation.rows("SELECT endpoint FROM devices")}
    assert kept == {browser.endpoint for browser in browsers} - {browsers[1].endpoint}


async def test_who_can_not_be_reached_is_told_so(
    organisation: Organisation, service: PushService, settings: Settings
) -> None:
    kari, devices, browser = await organisation.actor("kari"), organisation.factory.devices(), service.browser()
    for wrong, code in (
        ({"endpoint": "nowhere"}, "ENDPOINT_NOT_VALID"),
        ({"p256dh": "AAAA"}, "DEVICE_KEYS_NOT_VALID"),
        ({"auth": ""}, "DEVICE_KEYS_NOT_VALID"),
    ):
        with pytest.raises(InvalidInput) as error:
            await devices.register(kari, **{**browser.subscription, **wrong}, language="en")
        assert error.value.code == code
    with pytest.raises(NotAllowed):
        await devices.register(await organisation.integration(), **browser.subscription, language="en")
    async with Process.running(settings) as quiet:
        off = Factory(quiet)
        assert off.devices().public_key is None
        with pytest.raises(InvalidInput) as error:
            await off.devices().register(kari, **browser.subscription, language="en")
        assert error.value.code == "PUSH_OFF"
        assert await off.pushing().send_due(organisation.id) == 0
    assert await organisation.rows("SELECT count(*) FROM devices") == [(0,)]


async def test_a_rule_that_is_no_longer_there_is_told_in_the_words_of_its_version(
    organisation: Organisation, service: PushService
) -> None:
    browser = service.browser()
    await register(organisation, "kari", browser)
    await earn(organisation, "kari", *ONE)
    await organisation.publish(changed("rules.yaml", "title: Closer", "title: Dealer"))
    await send(organisation)
    assert [each["title"] for each in service.to(browser)] == ["Closer"]
