"""The run: inputs one by one from seeds, each looked at by the oracle, the state of the database after every few."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import structlog

from tests.fuzz import files, web
from tests.fuzz.operations import Operations
from tests.fuzz.oracle import Digests, Faulty, Heard, Input, Outcome, Report, leaks, looked_at
from tests.fuzz.world import OTHER, World
from vekst.api import create_app
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

__all__ = ["ENTRANCES", "Program", "inputs"]

Entrance = Callable[["Program", Random], Awaitable[Outcome]]
_OF_THE_WEB: Final = {
    "http": (web.over_http, 50),
    "token": (web.with_token, 12),
    "stream": (web.over_stream, 6),
    "line": (web.over_line, 4),
}
_OF_FILES: Final = {
    "people": (files.people_file, 8),
    "events": (files.events_file, 8),
    "mapping": (files.mapping_file, 5),
    "pack": (files.pack_folder, 3),
    "settings": (files.settings_given, 4),
    "command": (files.by_command, 1),
}
ENTRANCES: Final = (*_OF_THE_WEB, *_OF_FILES)
_WEIGHTS: Final = [weight for each in (_OF_THE_WEB, _OF_FILES) for _, weight in each.values()]
_BETWEEN_DIGESTS: Final = 200
_LIFE_OF_A_WORLD: Final = 20_000


def inputs(seed: int, count: int, entrances: Iterable[str] = ENTRANCES) -> Iterable[Input]:
    """The inputs of a run, by the seed alone."""
    chance = Random(seed)
    names = list(entrances)
    weights = [_WEIGHTS[ENTRANCES.index(name)] for name in names]
    return (Input(seed, chance.choices(names, weights)[0], number) for number in range(count))


@dataclass(slots=True)
class Program:
    """A run against the databases of these settings."""

    settings: Settings
    report: Report = field(default_factory=Report)
    on_progress: Callable[[Report], None] = lambda _: None
    world: World = field(init=False)
    operations: Operations = field(init=False)
    folder: Path = field(init=False)
    _hears: Heard = field(default_factory=Heard)

    async def run(self, given: Iterable[Input]) -> Report:
        """Give all inputs; the report of the whole."""
        before = structlog.get_config()
        structlog.configure(processors=[self._hears])
        try:
            async with AsyncExitStack() as stack:
                await self._begin(stack)
                await self._give(given, stack)
        finally:
            structlog.configure(**before)
        return self.report

    async def _begin(self, stack: AsyncExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vf")))
        settings = self.settings.model_copy(update={"requests_per_minute": 0})
        app = create_app(settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        issuer = DevelopmentIssuer.open(settings.data_dir)
        self.world = await World.create(app, app.state.process, issuer)
        self.operations = Operations(self.world.ids)

    async def _give(self, given: Iterable[Input], stack: AsyncExitStack) -> None:
        digests = Digests(self.settings)
        stack.push_async_callback(digests.close)
        digest = await digests.digest()
        accepted: list[Input] = []
        recent: list[Input] = []
        for each in given:
            outcome = await self._give_one(each)
            recent.append(each)
            if outcome is None or outcome.accepted:
                accepted.append(each)
            if len(recent) < _BETWEEN_DIGESTS:
                continue
            digest = await self._compare(digests, digest, recent, accepted)
            recent.clear()
            if accepted:
                await self._still_there()
            accepted.clear()
            self.on_progress(self.report)
        await self._compare(digests, digest, recent, accepted)

    async def _compare(
        self, digests: Digests, before: dict[str, tuple[object, ...]], recent: list[Input], accepted: list[Input]
    ) -> dict[str, tuple[object, ...]]:
        after = await digests.digest()
        changed = sorted(name for name in after if after[name] != before.get(name))
        if changed and not accepted:
            self.report.faults.append(f"{recent[0]}..{recent[-1].number}: changed {', '.join(changed)}")
        return after

    async def _still_there(self) -> None:
        """A new world where somebody has gone, as they may for good."""
        for person in ("kari", "ola", "nora", "adam"):
            if await self.world.organisation.factory.actor(self.world.organisation.key, person=person) is None:
                self.world = await World.create(self.world.app, self.world.process, self.world.issuer)
                self.operations.ids = self.world.ids
                return

    async def _give_one(self, which: Input) -> Outcome | None:
        self._hears.lines.clear()
        chance = Random(str(which))
        report, outcome = self.report, None
        report.inputs += 1
        try:
            with looked_at(report, which):
                outcome = await self._entered(which.entrance, chance)
            self._look(outcome)
        except Faulty as fault:
            report.faults.append(f"{which}: {fault}")
        except Exception as error:  # noqa: BLE001 - whatever comes out of an entrance unasked is a fault of it
            report.faults.append(f"{which}: {type(error).__name__}: {error}"[:600])
        if outcome is not None:
            report.kinds[outcome.kind] += 1
            report.accepted += outcome.accepted
        return outcome

    async def _entered(self, entrance: str, chance: Random) -> Outcome:
        if entrance in _OF_THE_WEB:
            return await _OF_THE_WEB[entrance][0](self.world, self.operations, chance)
        return await _OF_FILES[entrance][0](self.world, self.folder, chance)

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
