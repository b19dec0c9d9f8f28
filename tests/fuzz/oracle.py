"""What must hold after every input: no crash, no name from inside, bounded time and memory, and nothing changed."""

from __future__ import annotations

import re
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

import asyncpg
import structlog

from vekst.settings import Settings
from vekst.storage.direct import Driver
from vekst.storage.urls import async_url

__all__ = ["SECONDS_AT_MOST", "Act", "Faulty", "Heard", "Input", "Outcome", "Report", "State", "leaks", "looked_at"]

SECONDS_AT_MOST: Final = 5.0
"""Seconds of this machine's processor that one input may cost."""
GROWTH_AT_MOST: Final = 400 << 20
"""Bytes by which one input may raise the most that the process ever held."""
_INSIDE: Final = re.compile(
    rb"Traceback|File \"|site-packages|(?<!postgresql\+)asyncpg|sqlalchemy|psycopg|pydantic|graphql-core|starlette"
    rb"|vekst[._](?:storage|services|graphql|queries|engine|app|eraser)|org_id|learner_id|pg_catalog|INSERT INTO"
    rb"|SELECT \w+ FROM| object at 0x|<class '|Error\(|/tmp/|/home/|/usr/|/root/|(?<!data)\.py\b"
)
"""Words of the inside that no answer has a use for."""


@dataclass(frozen=True, slots=True)
class Input:
    """Names one input, so that it can be made again: the seed of the run, the entrance and a number."""

    seed: int
    entrance: str
    number: int

    def __str__(self) -> str:
        return f"{self.seed}:{self.entrance}:{self.number}"


class Faulty(Exception):
    """An input was answered as none may be."""


@dataclass(slots=True)
class Outcome:
    """How an input was answered; `accepted` where it was good enough to change something.

    A batch, a file or a line holds many inputs, each wrong in a way of its own and answered by itself. Where it is told
    how many events were `stored`, so many must be there, and nothing else may have changed.
    """

    kind: str
    answer: bytes = b""
    accepted: bool = False
    sent: bytes = b""
    inputs: int = 1
    stored: int | None = None

    def explains(self, changes: Mapping[str, int]) -> bool:
        """Whether all that has changed was to be expected."""
        if self.stored is None:
            return self.accepted or not changes
        return changes == ({"progress_events": self.stored} if self.stored else {})


Act = Callable[[], Awaitable[Outcome]]
"""Gives an input that was made already: what is measured is how it is answered, and not how it was made."""


@dataclass(slots=True)
class Report:
    """What a run came to."""

    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    inputs: int = 0
    acts: int = 0
    accepted: int = 0
    seconds: tuple[float, str] = (0.0, "")
    growth: tuple[int, str] = (0, "")
    began: float = field(default_factory=time.monotonic)

    def given(self, outcome: Outcome | None) -> None:
        """Count what was given; None for what had no answer."""
        held = outcome.inputs if outcome else 1
        self.acts += 1
        self.inputs += held
        if outcome:
            self.kinds[outcome.kind] += held
            self.accepted += outcome.accepted

    def lines(self) -> list[str]:
        """The figures for people."""
        passed = time.monotonic() - self.began
        told = [
            f"{self.inputs:,} inputs in {passed:,.0f} s ({self.inputs / max(passed, 0.001):,.0f} a second)",
            f"{self.acts:,} requests, files, lines and commands held them",
            f"{self.accepted:,} of those also held something that was not bad, and was taken",
            *(f"  {kind}: {count:,}" for kind, count in sorted(self.kinds.items())),
            f"most time on the processor: {self.seconds[0]:.2f} s ({self.seconds[1]})",
            f"most growth of memory: {self.growth[0] / (1 << 20):.0f} MiB ({self.growth[1]})",
            f"faults: {len(self.faults)}",
        ]
        return told + [f"  {fault}" for fault in self.faults[:50]]


class Heard:
    """Hears what the app logs as an error while an input is answered: nothing may be."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, _logger: object, method: str, event: MutableMapping[str, Any]) -> NoReturn:
        """A processor of structlog's that keeps errors and drops everything."""
        if method in {"error", "exception", "critical"}:
            self.lines.append(f"{event.get('event')}: {event.get('exception') or event.get('exc_info')!r}"[-1_500:])
        raise structlog.DropEvent


class State:
    """Whether anything in the database has changed since the last look, nearly for nothing when nothing has.

    What writes takes the number of a transaction. Only where one was taken all tables are looked at.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._number = ""
        self._statement = ""
        self._digests: dict[str, tuple[int, int]] = {}

    @classmethod
    @asynccontextmanager
    async def watched(cls, settings: Settings) -> AsyncIterator[State]:
        """The state as the owner of the tables sees it."""
        url = async_url(settings.database_url.get_secret_value()).set(drivername="postgresql")
        connection: Driver = await asyncpg.connect(url.render_as_string(hide_password=False))
        state = cls(connection)
        try:
            names = [row[0] for row in await connection.fetch(_TABLES)]
            state._statement = " UNION ALL ".join(_DIGEST.format(name) for name in names)
            await state.changes()
            yield state
        finally:
            await connection.close()

    async def changes(self) -> dict[str, int]:
        """The tables that are not as they were at the last look, and by how many rows each has grown."""
        number: str = await self._driver.fetchval(_NUMBER)
        if number == self._number:
            return {}
        before, self._number = self._digests, number
        self._digests = {name: (rows, digest) for name, rows, digest in await self._driver.fetch(self._statement)}
        return {
            name: now[0] - before.get(name, (0, 0))[0] for name, now in self._digests.items() if before.get(name) != now
        }


_NUMBER: Final = "SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)"
_TABLES: Final = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY 1
"""
_DIGEST: Final = """
    SELECT '{0}' AS name, count(*) AS rows, coalesce(sum(hashtextextended(CAST(t AS text), 0)), 0) AS digest
      FROM "{0}" t
"""


@contextmanager
def looked_at(report: Report, which: Input) -> Iterator[None]:
    """Measure what it costs to answer one input, which is made before; `Faulty` if that is too much."""
    held, began = _forget_the_most(), time.process_time()
    yield
    seconds, growth = time.process_time() - began, max(0, _held("VmHWM") - held)
    report.seconds = max(report.seconds, (seconds, str(which)))
    report.growth = max(report.growth, (growth, str(which)))
    if seconds > SECONDS_AT_MOST:
        raise Faulty(f"took {seconds:.1f} s")
    if growth > GROWTH_AT_MOST:
        raise Faulty(f"took {growth >> 20} MiB")


def _forget_the_most() -> int:
    """Let the kernel count the most that is held from now on; how much that is now."""
    if _CLEAR.exists():
        _CLEAR.write_text("5")
    return _held("VmRSS")


def _held(name: str) -> int:
    """Bytes of memory: what is held now (VmRSS), or the most that was held (VmHWM)."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    [line] = [line for line in _STATUS.read_text("ascii").splitlines() if line.startswith(name)]
    return int(line.split()[1]) << 10


_CLEAR: Final = Path("/proc/self/clear_refs")
_STATUS: Final = Path("/proc/self/status")


def leaks(outcome: Outcome) -> list[str]:
    """Words of the inside in an answer, that its sender did not say first."""
    found = {match[0] for match in _INSIDE.finditer(outcome.answer)}
    return sorted(word.decode("utf-8", "replace") for word in found if word not in outcome.sent)
