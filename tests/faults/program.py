"""One run: everyone sends, strikes come in the seed's order, then it is calm and everything is compared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.faults.book import Book
from tests.faults.caller import Caller
from tests.faults.clients import Integration, Person, Whom
from tests.faults.comparison import calm, compare
from tests.faults.parts import PartError
from tests.faults.stage import INTEGRATION, Ground, Stage, staged
from tests.faults.strikes import STRIKES, heal
from tests.faults.tally import Tally
from tests.faults.watchers import Watcher
from tests.support.waiting import until
from vekst.graphql.types.recognitions import write_place

__all__ = ["Profile", "run"]

_PENDING: Final = "{ me { pendingEvents } }"
_RECOVERED_WITHIN: Final = 60.0
_ENDS_WITHIN: Final = 20.0
_TWO_AT_ONCE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Profile:
    """How much of everything; times are in seconds."""

    seed: int
    seconds: float
    people: int
    """In each of the two organisations."""
    strikes: tuple[str, ...] = tuple(sorted(STRIKES))
    watchers: int = 8
    events_each: int = 120
    pause: float = 2.0

    def chance(self, of: str) -> Random:
        """Chance of one's own, so that what one does moves nobody else's."""
        return Random(f"{self.seed}:{of}")


@dataclass(slots=True)
class _Crowd:
    """Everybody who talks to the API."""

    book: Book
    people: list[Person]
    integrations: list[Integration]
    watchers: list[Watcher]
    canary: Person

    @property
    def callers(self) -> Iterator[Caller]:
        """All of them."""
        for each in (*self.people, *self.integrations, self.canary):
            yield each.caller


async def run(base: Ground, profile: Profile, tally: Tally) -> None:
    """Run it; what went wrong is in the tally. `PartError` when a part can't even start."""
    async with staged(base, profile.people) as stage, _crowd(stage, profile, tally) as crowd:
        living = [asyncio.create_task(each.live()) for each in (*crowd.people, *crowd.integrations)]
        tally.begin()
        following = [asyncio.create_task(each.follow()) for each in crowd.watchers]
        try:
            await _strike(stage, profile, crowd, tally)
            await heal(stage)
            await stage.ready()
            await _finish(crowd, living, tally)
            tally.violations += await calm(stage, crowd.watchers)
            tally.events = len(crowd.book.acknowledged)
            tally.violations += await compare(stage, crowd.book, crowd.people, crowd.watchers)
        finally:
            for task in (*living, *following):
                task.cancel()
            await asyncio.gather(*living, *following, return_exceptions=True)
        await _end(stage, tally)


async def _strike(stage: Stage, profile: Profile, crowd: _Crowd, tally: Tally) -> None:
    """Strike until the time is over, and see after each strike that an event is stored and judged again."""
    chance = profile.chance("strikes")
    ends = time.monotonic() + profile.seconds
    order = _endless(profile.strikes, chance)
    while time.monotonic() < ends:
        await asyncio.sleep(chance.uniform(0.2, 2.0))
        names = [next(order) for _ in range(2 if chance.random() < _TWO_AT_ONCE else 1)]
        tally.strikes.update(names)
        together = " and ".join(names)
        try:
            await asyncio.gather(*(STRIKES[name](stage, chance) for name in names))
            # Two at once may have let go of each other's prey.
            await heal(stage)
            began = time.monotonic()
            await asyncio.wait_for(_round(crowd.canary), _RECOVERED_WITHIN)
            tally.recovered(time.monotonic() - began, together)
        except TimeoutError:
            tally.wrong(f"{_RECOVERED_WITHIN} s after {together} an event was not stored and judged")
        except (PartError, AssertionError) as error:
            tally.wrong(f"{together}: {error}")
            await heal(stage)


def _endless(strikes: tuple[str, ...], chance: Random) -> Iterator[str]:
    """All strikes in some order, and again in another."""
    while True:
        yield from chance.sample(strikes, len(strikes))


async def _round(canary: Person) -> None:
    """One event is stored, and judged."""
    await canary.act()

    async def judged() -> bool:
        return not (await canary.caller.call(_PENDING, {}, "me"))[0]["pendingEvents"]

    await until(judged, seconds=_RECOVERED_WITHIN)


async def _finish(crowd: _Crowd, living: list[asyncio.Task[None]], tally: Tally) -> None:
    """Let everyone have their last answer."""
    for caller in crowd.callers:
        # What is under way is still sent until it is answered once.
        caller.stops_when_answered = True
    done, hung = await asyncio.wait(living, timeout=_RECOVERED_WITHIN)
    if hung:
        tally.wrong(f"{len(hung)} clients were not answered within {_RECOVERED_WITHIN} s of calm")
    for task in done:
        if (error := task.exception()) is not None:
            raise error


async def _end(stage: Stage, tally: Tally) -> None:
    """Everything of ours ends when it is asked to."""
    for command in stage.commands:
        with suppress(PartError):
            code = await command.end(_ENDS_WITHIN)
            # The API's server ends by the signal itself once it has finished.
            if code not in (0, -15):
                tally.wrong(f"the {command.name} ended with {code}: {command.words}")
            continue
        tally.wrong(f"the {command.name} did not end")


@asynccontextmanager
async def _crowd(stage: Stage, profile: Profile, tally: Tally) -> AsyncIterator[_Crowd]:
    book = Book()

    def caller(whom: str, token: str) -> Caller:
        return Caller(stage.address, token, tally, profile.chance(f"line of {whom}"))

    def person(whom: Whom, place: int) -> Person:
        return Person(
            caller=caller(whom.person, stage.token(whom.org, person=whom.person)),
            book=book,
            tally=tally,
            chance=profile.chance(whom.person),
            pause=profile.pause,
            whom=whom,
            rests=place % 5 == 0,
            at_most=profile.events_each,
        )

    canary, *others = stage.people
    orgs = sorted({each.org for each in others})
    integrations = [
        Integration(
            caller=caller(org, stage.token(org, integration=INTEGRATION)),
            book=book,
            tally=tally,
            chance=profile.chance(f"integration of {org}"),
            pause=profile.pause / 2,
            name=INTEGRATION,
            people=[each for each in others if each.org == org],
        )
        for org in orgs
    ]
    watched = profile.chance("watchers").sample(others, min(profile.watchers, len(others)))
    crowd = _Crowd(
        book,
        [person(whom, place) for place, whom in enumerate(others)],
        integrations,
        [Watcher(each, stage.address, stage.token(each.org, person=each.person), write_place(0)) for each in watched],
        person(canary, 1),
    )
    try:
        yield crowd
    finally:
        await asyncio.gather(*(each.close() for each in crowd.callers))
