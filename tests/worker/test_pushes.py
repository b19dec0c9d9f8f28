"""A worker tells devices: at a hint, after one that was lost, and however slow a push service is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from pydantic import SecretStr

from tests.support.organisations import Organisation, new_event
from tests.support.push_service import SENDING, Browser, PushService, push_service
from tests.support.waiting import until
from tests.support.workers import OwnValkey
from vekst.factory import Factory, Process
from vekst.settings import Settings
from vekst.worker.main import work
from vekst.worker.pushing import push_again


@pytest.fixture
async def process(settings: Settings, own_valkey: OwnValkey) -> AsyncIterator[Process]:
    """A process that sends pushes, with a Valkey of its own."""
    own = {"redis_url": SecretStr(own_valkey.url), **SENDING}
    async with Process.running(settings.model_copy(update=own)) as running:
        yield running


@pytest.fixture
async def organisation(process: Process) -> Organisation:
    factory, key = Factory(process), f"org-{uuid4().hex[:12]}"
    made = Organisation(factory, await factory.organisations().create(key, "Test"), key)
    await made.publish()
    await made.hire("kari")
    return made


async def register(organisation: Organisation, browser: Browser) -> None:
    kari = await organisation.actor("kari")
    await organisation.factory.devices().register(kari, **browser.subscription, language="en")


async def arrived(service: PushService, browser: Browser, count: int) -> None:
    async def came() -> bool:
        return len(service.to(browser)) >= count

    await until(came)


async def test_a_worker_judges_and_tells_and_judging_waits_for_no_push_service(
    organisation: Organisation, process: Process
) -> None:
    stop = asyncio.Event()
    async with push_service() as service:
        browser = service.browser()
        await register(organisation, browser)
        working = asyncio.create_task(work(process, stop))
        service.holds = asyncio.Event()
        await organisation.record("kari", *(new_event(f"d{n}", "deal.closed") for n in range(2)))
        await arrived(service, browser, 1)
        # The push service has the message and says nothing; what is recorded now is judged all the same.
        await organisation.record("kari", *(new_event(f"c{n}") for n in range(3)))

        async def judged() -> bool:
            return await organisation.pending() == 0

        await until(judged)
        service.holds.set()
        await arrived(service, browser, 2)
        stop.set()
        await working
        counts = [each["count"] for each in service.to(browser)]
        assert (counts[0], counts[-1] >= 2) == (1, True)


async def test_a_hint_that_was_lost_is_made_good(organisation: Organisation, process: Process) -> None:
    stop = asyncio.Event()
    async with push_service() as service:
        browser = service.browser()
        await register(organisation, browser)
        await organisation.record("kari", *(new_event(f"d{n}", "deal.closed") for n in range(2)))
        await organisation.judge()
        await process.client.flushdb()
        await push_again({"process": process})
        working = asyncio.create_task(work(process, stop))
        await arrived(service, browser, 1)
        stop.set()
        await working
