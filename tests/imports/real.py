"""A real data set in an organisation: imported twice by the real import, judged by the real service, and read back."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from tests.support.real_data import ROOT
from vekst.cli.importing import ServicesSink
from vekst.engine.readings import streak_readings
from vekst.engine.standing import decode
from vekst.factory import Factory, Process
from vekst.imports import Refusal, Summary, import_events, load_mapping
from vekst.quests import load_pack
from vekst.settings import Settings

__all__ = ["Told", "longest_run", "told_by", "weeks_of"]


@dataclass(slots=True)
class Told:
    """What Vekst says about a data set."""

    first: Summary
    second: Summary
    refused: list[Refusal]
    longest: dict[str, dict[str, int]] = field(default_factory=dict)
    """Person, streak: the longest run."""
    events: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Person, event type: how many are stored and judged."""
    tiers: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """Person: the badges and tiers that were earned."""


def told_by(settings: Settings, pack: str, mapping: str, file: Path) -> Told:
    """Import the file twice under that pack and mapping, judge it, and read what came of it."""
    return asyncio.run(_told_by(settings, pack, mapping, file))


async def _told_by(settings: Settings, pack: str, mapping: str, file: Path) -> Told:
    mapping_path = ROOT / "quests" / "mappings" / mapping
    read = load_mapping(mapping_path)
    refused: list[Refusal] = []
    async with Process.running(settings) as process:
        services = Factory(process)
        org_id = await services.organisations().create(f"real-{uuid4().hex[:12]}")
        await services.publishing().publish(org_id, load_pack(ROOT / "quests" / pack).files)
        sink = ServicesSink(services, org_id, read)
        first = await import_events(file, mapping=read, mapping_path=mapping_path, sink=sink, on_refused=refused.append)
        second = await import_events(file, mapping=read, mapping_path=mapping_path, sink=sink)
        await services.judging().judge_everything(org_id)
        told = Told(first, second, refused)
        compiled = await services.pack(org_id)
        assert compiled is not None
        async with process.reading(org_id) as connection:
            for person, state in await connection.execute(text(_STANDINGS)):
                readings = streak_readings(compiled, decode(compiled, state), datetime.now(UTC))
                told.longest[person] = {each.key: each.longest for each in readings}
            for person, type_, number in await connection.execute(text(_EVENTS)):
                told.events[person][type_] = number
            for person, key, tier in await connection.execute(text(_BADGES)):
                told.tiers[person].add((key, tier))
    return told


_STANDINGS = """
    SELECT p.person, s.state FROM people p
      JOIN standings s ON s.org_id = p.org_id AND s.learner_id = p.learner_id
"""
_EVENTS = """
    SELECT p.person, e.type, count(*) FROM people p
      JOIN progress_events e ON e.org_id = p.org_id AND e.learner_id = p.learner_id
     WHERE e.judged_at IS NOT NULL GROUP BY 1, 2
"""
_BADGES = """
    SELECT p.person, l.key, l.tier FROM people p
      JOIN ledger_entries l ON l.org_id = p.org_id AND l.learner_id = p.learner_id WHERE l.kind = 'BADGE'
"""


def longest_run(active: Iterable[date], is_due: Callable[[date], bool] | None = None, step: int = 1) -> int:
    """The longest run without freezes, walking every date: an active one adds 1, a due one that was missed ends it."""
    there = set(active)
    best = run = 0
    day = min(there, default=date.max)
    while there and day <= max(there):
        if day in there:
            run += 1
        elif is_due is None or is_due(day):
            run = 0
        best = max(best, run)
        day += timedelta(days=step)
    return best


def weeks_of(active: Iterable[date], days: int = 1) -> list[date]:
    """The Mondays of the weeks in which so many dates were active."""
    counted = Counter(day - timedelta(days=day.weekday()) for day in set(active))
    return [monday for monday, number in counted.items() if number >= days]
