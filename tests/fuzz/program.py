"""The run: inputs one by one from seeds, each looked at by the oracle, and the state of the database after each."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

import structlog

from tests.fuzz import files, web
from tests.fuzz.batches import in_batches
from tests.fuzz.operations import Operations
from tests.fuzz.oracle import Act, Faulty, Heard, Input, Outcome, Report, State, leaks, looked_at
from tests.fuzz.sockets import over_socket
from tests.fuzz.world import OTHER, World
from tests.graphql.lines import serving
from vekst.api import create_app
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

__all__ = ["ENTRANCES", "Program", "inputs"]

Entrance = Callable[["Program", Random], Act]


def _of_the_web(made: Callable[[World, Operations, Random], Act]) -> Entrance:
    return lambda program, chance: made(program.world, program.operations, chance)


def _of_files(made: Callable[[World, Path, Random], Act]) -> Entrance:
    return lambda program, chance: made(program.world, program.folder, chance)


_ENTRANCES: Final[dict[str, tuple[Entrance, float]]] = {
    "http": (_of_the_web(web.over_http), 40),
    "receipts": (lambda program, chance: in_batches(program.world, chance), 3),
    "token": (_of_the_web(web.with_token), 12),
    "stream": (_of_the_web(web.over_stream), 4),
    "line": (_of_the_web(web.over_line), 4),
    "socket": (_of_the_web(over_socket), 4),
    "people": (_of_files(files.people_file), 6),
    "events": (_of_files(files.events_file), 6),
    "mapping": (_of_files(files.mapping_file), 4),
    "pack": (_of_files(files.pack_folder), 1),
    "settings": (_of_files(files.settings_given), 6),
    "command": (_of_files(files.by_command), 1),
}
ENTRANCES: Final = tuple(_ENTRANCES)


def inputs(seed: int, entrances: Iterable[str] = ENTRANCES) -> Iterator[Input]:
    """The inputs of a run, by the seed alone, without end."""
    chance = Random(seed)
    names = list(entrances)
    weights = [_ENTRANCES[name][1] for name in names]
    return (Input(seed, chance.choices(names, weights)[0], number) for number in count())


@dataclass(slots=True)
class Program:
    """A run against the databases of these settings."""

    settings: Settings
    report: Report = field(default_factory=Report)
    on_progress: Callable[[Report], None] = lambda _: None
    world: World = field(init=False)
    operations: Operations = field(init=False)
    folder: Path = field(init=False)
    _address: str = field(init=False)
    _issuer: DevelopmentIssuer = field(init=False)
    _hears: Heard = field(default_factory=Heard)

    async def run(self, given: Iterable[Input], *, at_most: float = math.inf) -> Report:
        """Give the inputs, or the first so many of them; the report of the whole."""
        before = structlog.get_config()
        structlog.configure(processors=[self._hears])
        try:
            async with AsyncExitStack() as stack:
                await self._begin(stack)
                await self._give(given, at_most)
        finally:
            structlog.configure(**before)
        return self.report

    async def _begin(self, stack: AsyncExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vf")))
        settings = self.settings.model_copy(update={"requests_per_minute": 0, "organisation_requests_per_minute": 0})
        app = create_app(settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        self._issuer = DevelopmentIssuer.open(settings.data_dir)
        self._address = await stack.enter_async_context(serving(app))
        self.world = await World.create(app, app.state.process, self._issuer, self._address)
        self.operations = Operations(self.world.ids)

    async def _give(self, given: Iterable[Input], at_most: float) -> None:
        async with State.watched(self.settings) as state:
            for each in given:
                outcome = await self._give_one(each)
                changed = await state.changes()
                if outcome is not None and not outcome.explains(changed):
                    self.report.faults.append(f"{each}: changed {changed}, said {outcome.stored} stored")
                if changed:
                    await self._still_there()
                    await state.changes()
                self.on_progress(self.report)
                if self.report.inputs >= at_most:
                    return

    async def _still_there(self) -> None:
        """A new world where somebody has gone, as they may for good."""
        for person in ("kari", "ola", "nora", "adam"):
            if await self.world.organisation.factory.actor(self.world.organisation.key, person=person) is None:
                self.world = await World.create(self.world.app, self.world.process, self._issuer, self._address)
                self.operations.ids = self.world.ids
                return

    async def _give_one(self, which: Input) -> Outcome | None:
        self._hears.lines.clear()
        report, outcome = self.report, None
        try:
            act = _ENTRANCES[which.entrance][0](self, Random(str(which)))
            with looked_at(report, which):
                outcome = await act()
            self._look(outcome)
        except Faulty as fault:
            report.faults.append(f"{which}: {fault}")
        except Exception as error:  # noqa: BLE001 - whatever comes out of an entrance unasked is a fault of it
            report.faults.append(f"{which}: {type(error).__name__}: {error}"[:600])
        report.given(outcome)
        return outcome

    def _look(self, outcome: Outcome) -> None:
        if self._hears.lines:
            raise Faulty(f"logged {self._hears.lines[0]}")
        if found := leaks(outcome):
            raise Faulty(f"tells {found}: {outcome.answer[:300]!r}")
        if OTHER.encode() in outcome.answer:
            raise Faulty(f"tells of another organisation: {outcome.answer[:300]!r}")


def shown(report: Report, every: float, last: list[float]) -> None:
    """Print the figures now and then."""
    if time.monotonic() - last[0] > every:
        last[0] = time.monotonic()
        sys.stdout.write("\n".join(report.lines()) + "\n\n")
        sys.stdout.flush()
