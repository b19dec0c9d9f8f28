"""Learners set aside: tried again a bounded number of times, told apart from who waits, and retried by command."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT_CHANGED
from vekst.domain.errors import NotFound
from vekst.domain.events import ProgressEvent
from vekst.engine.pack import Pack
from vekst.engine.standing import Standing
from vekst.factory import Factory, Process
from vekst.services.judgement import Judgement, judge_again, judge_on_top
from vekst.settings import Settings
from vekst.storage.standings_store import TRIES_AT_MOST

TRIES = 12
PAUSES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]


class Clock:
    """Begins now, and is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def settings(quiet_settings: Settings) -> Settings:
    """What waits and what is set aside are counted over all organisations."""
    return quiet_settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def craft(organisation: Organisation, settings: Settings, clock: Clock) -> AsyncIterator[Organisation]:
    """An organisation of two, by a clock that the test moves."""
    await organisation.publish()
    await organisation.hire("kari", "per")
    async with Process.running(settings, clock=clock) as process:
        yield Organisation(Factory(process), organisation.id, organisation.key)


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A mistake in the judging of events named `poison`; called, it is mended."""

    def on_top(pack: Pack, standing: Standing, pending: Sequence[ProgressEvent]) -> Judgement:
        if any(event.id == "poison" for event in pending):
            raise ValueError("a mistake")
        return judge_on_top(pack, standing, pending)

    def again(*arguments: object) -> Judgement:
        raise ValueError("the same mistake")

    monkeypatch.setattr("vekst.services.judging.judge_on_top", on_top)
    monkeypatch.setattr("vekst.services.judging.judge_again", again)

    def mended() -> None:
        monkeypatch.setattr("vekst.services.judging.judge_on_top", judge_on_top)
        monkeypatch.setattr("vekst.services.judging.judge_again", judge_again)

    return mended


async def _failures(craft: Organisation) -> list[tuple[object, ...]]:
    return await craft.rows("SELECT failures, retry_at FROM standings WHERE failures > 0")


async def _fail_for_good(craft: Organisation, clock: Clock) -> None:
    for pause in (*PAUSES, 0):
        await craft.judge()
        clock.now += timedelta(seconds=pause)
    assert await _failures(craft) == [(TRIES, None)]


async def test_the_tries_are_bounded_and_each_pause_is_twice_as_long(
    craft: Organisation, clock: Clock, poison: Callable[[], None]
) -> None:
    assert TRIES_AT_MOST == TRIES
    await craft.record("kari", new_event("poison"), new_event("2"))
    for tries, pause in enumerate(PAUSES, start=1):
        await craft.judge()
        assert await _failures(craft) == [(tries, clock() + timedelta(seconds=pause))]
        clock.now += timedelta(seconds=pause - 0.5)
        assert not await craft.factory.judging().judge_batch(craft.id), "not before the pause is over"
        clock.now += timedelta(seconds=0.5)
    await craft.judge()
    assert await _failures(craft) == [(TRIES, None)]
    clock.now += timedelta(days=400)
    await craft.record("per", new_event("1", at=clock()))
    await craft.judge()
    assert await _failures(craft) == [(TRIES, None)]
    assert {line[0] for line in await craft.ledger()} == {"per"}, "nobody else waits"
    # More of the learner's events are stored as ever, and do not begin the tries anew.
    await craft.record("kari", new_event("3", at=clock()))
    assert not await craft.factory.judging().judge_batch(craft.id)


async def test_once_it_is_mended_a_retry_judges_everyone(
    craft: Organisation, clock: Clock, poison: Callable[[], None]
) -> None:
    await craft.record("kari", new_event("poison"), new_event("2"))
    await craft.record("per", new_event("1"))
    await _fail_for_good(craft, clock)
    replaying = craft.factory.replaying()
    tried = await replaying.retry(craft.id)
    assert (tried.learners, tried.failed) == (1, 1)
    [(failures, retry_at)] = await _failures(craft)
    assert (failures, retry_at) == (2, clock() + timedelta(seconds=2)), "the tries begin anew"
    poison()
    assert (await replaying.retry(craft.id, "per")).learners == 0
    tried = await replaying.retry(craft.id, "kari")
    assert (tried.learners, tried.failed) == (1, 0)
    assert await craft.pending() == 0
    assert await _failures(craft) == []
    assert (await replaying.verify(craft.id)).differences == ()
    with pytest.raises(NotFound, match="UNKNOWN_PERSON"):
        await replaying.retry(craft.id, "nobody")


async def test_another_version_of_the_pack_has_them_tried_again(
    craft: Organisation, clock: Clock, poison: Callable[[], None]
) -> None:
    await craft.record("kari", new_event("poison"))
    await _fail_for_good(craft, clock)
    poison()
    await craft.publish(CRAFT_CHANGED)
    await craft.judge()
    assert await craft.pending() == 0


async def test_who_is_set_aside_is_not_among_what_waits(
    craft: Organisation, clock: Clock, process: Process, poison: Callable[[], None]
) -> None:
    """The organisation is not hinted at in vain, no alarm says that events wait, and numbers of their own tell it."""
    await craft.record("per", new_event("1"))
    await craft.judge()
    before = await process.totals()
    assert before is not None
    await craft.record("kari", new_event("poison"), new_event("2"))
    waits = await process.totals()
    assert waits is not None
    assert (waits.waiting - before.waiting, waits.held - before.held) == (2, 0)
    assert craft.id in await craft.factory.judging().pending_organisations()
    clock.now += timedelta(hours=1)
    await craft.judge()
    assert craft.id not in await craft.factory.judging().pending_organisations()
    aside = await process.totals()
    assert aside is not None
    assert (aside.waiting - before.waiting, aside.held - before.held) == (0, 2)
    assert (aside.set_aside - before.set_aside, aside.stuck - before.stuck) == (1, 0)
    for pause in PAUSES:
        clock.now += timedelta(seconds=pause)
        await craft.judge()
    stuck = await process.totals()
    assert stuck is not None
    assert (stuck.set_aside - before.set_aside, stuck.stuck - before.stuck) == (1, 1)
    # A new version of the pack makes everybody outdated; a learner who is stuck after it is not hinted at for ever.
    await craft.publish(CRAFT_CHANGED)
    assert craft.id in await craft.factory.judging().pending_organisations()
    for pause in (*PAUSES, 0):
        await craft.judge()
        clock.now += timedelta(seconds=pause)
    assert craft.id not in await craft.factory.judging().pending_organisations()
    poison()
    await craft.factory.replaying().retry(craft.id)
