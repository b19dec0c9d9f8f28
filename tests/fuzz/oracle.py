"""What must hold after every input: no crash, no name from inside, bounded time and memory, and nothing changed."""

from __future__ import annotations

import re
import resource
import time
from collections import Counter
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from vekst.settings import Settings
from vekst.storage.urls import async_url

__all__ = ["SECONDS_AT_MOST", "Digests", "Faulty", "Heard", "Input", "Outcome", "Report", "leaks", "looked_at"]

SECONDS_AT_MOST: Final = 5.0
"""Seconds of this machine's processor that one input may cost."""
GROWTH_AT_MOST: Final = 400 << 20
"""Bytes by which one input may raise the most that the process ever held."""
_INSIDE: Final = re.compile(
    rb"Traceback|File \"|site-packages|(?<!postgresql\+)asyncpg|sqlalchemy|psycopg|pydantic|graphql-core|starlette"
    rb"|vekst[._](?:storage|services|graphql|queries|engine|app|eraser)|org_id|learner_id|pg_catalog|INSERT INTO"
    rb"|SELECT \w+ FROM| object at 0x|<class '|Error\(|/tmp/|/home/|/usr/|/root/|\.py\b"
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
    """How an input was answered; `accepted` where it was good enough to change something."""

    kind: str
    answer: bytes = b""
    accepted: bool = False
    sent: bytes = b""


@dataclass(slots=True)
class Report:
    """What a run came to."""

    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    inputs: int = 0
    accepted: int = 0
    seconds: tuple[float, str] = (0.0, "")
    growth: tuple[int, str] = (0, "")
    began: float = field(default_factory=time.monotonic)

    def lines(self) -> list[str]:
        """The figures for people."""
        passed = time.monotonic() - self.began
        told = [
            f"{self.inputs:,} inputs in {passed:,.0f} s ({self.inputs / max(passed, 0.001):,.0f} a second)",
            f"{self.accepted:,} of them were no bad ones and were taken",
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


class Digests:
    """Whether anything in the database has changed, cheaply when nothing has."""

    def __init__(self, settings: Settings) -> None:
        url = async_url(settings.database_url.get_secret_value())
        self._engine: AsyncEngine = create_async_engine(url, poolclass=NullPool)

    async def digest(self) -> dict[str, tuple[object, ...]]:
        """Every table by how many rows it has and what is in them, as its owner sees it."""
        async with self._engine.connect() as connection:
            names = list((await connection.execute(text(_TABLES))).scalars())
            return {name: tuple((await connection.execute(text(_DIGEST.format(name)))).one()) for name in names}

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()


_TABLES: Final = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY 1
"""
_DIGEST: Final = 'SELECT count(*), coalesce(sum(hashtextextended(CAST(t AS text), 0)), 0) FROM "{}" t'


@contextmanager
def looked_at(report: Report, which: Input) -> Iterator[None]:
    """Measure one input; `Faulty` for one that costs too much."""
    most, began = _most_held(), time.process_time()
    yield
    seconds, growth = time.process_time() - began, _most_held() - most
    report.seconds = max(report.seconds, (seconds, str(which)))
    report.growth = max(report.growth, (growth, str(which)))
    if seconds > SECONDS_AT_MOST:
        raise Faulty(f"took {seconds:.1f} s")
    if growth > GROWTH_AT_MOST:
        raise Faulty(f"took {growth >> 20} MiB")


def _most_held() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def leaks(outcome: Outcome) -> list[str]:
    """Words of the inside in an answer, that its sender did not say first."""
    found = {match[0] for match in _INSIDE.finditer(outcome.answer)}
    return sorted(word.decode("utf-8", "replace") for word in found if word not in outcome.sent)
