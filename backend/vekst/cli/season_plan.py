"""The plan of a demonstration: which events are history, and which a phone sends; run again, it is the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Self

from vekst.cli.failures import Failure
from vekst.demo import SEASON_DAYS, Acceptance, PersonalGoal, Season, SeasonEvent, TimeOff, tell_season
from vekst.demo.season import ZONE
from vekst.domain.calendars import day_start, zone

__all__ = ["SeasonPlan"]

_FORTNIGHT: Final = timedelta(days=14)
_PHONES_CATCH_UP: Final = timedelta(days=29)
"""A day less than the pack allows, so that nothing comes too late while it is under way."""
_FILE: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """A season and the way of each event: `history` ends where the last fortnight began when it was first told."""

    season: Season
    until: datetime
    now: datetime
    told_until: datetime | None
    path: Path

    @classmethod
    def make(cls, data_dir: Path, as_of: date | None) -> Self:
        """The plan for a data folder, which remembers when its season began and how far it was told."""
        path, now = data_dir / _FILE, datetime.now(UTC)
        today = now.astimezone(zone(ZONE)).date()
        day = as_of or today
        until = now if day >= today else datetime.combine(day, time(20), zone(ZONE)).astimezone(UTC)
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        first = date.fromisoformat(kept["first"]) if kept else day - timedelta(days=SEASON_DAYS)
        told_until = datetime.fromisoformat(kept["told_until"]) if kept.get("told_until") else None
        if told_until is not None and until < told_until:
            raise Failure(f"the season of {data_dir} is told until {told_until:%Y-%m-%d}; give --data another folder")
        plan = cls(tell_season(first, until), until, now, told_until, path)
        plan._write(told_until)
        return plan

    def history(self) -> tuple[SeasonEvent, ...]:
        """What is imported: all before the last fortnight, and what no phone may send any more."""
        return tuple(event for event in self.season.events if event.at < self._boundary or self._came_too_late(event))

    def sent(self) -> dict[str, list[SeasonEvent]]:
        """What phones send, by the person whose phone it is, in order."""
        by_recorder: dict[str, list[SeasonEvent]] = {}
        for event in self._recent():
            by_recorder.setdefault(event.recorder, []).append(event)
        return by_recorder

    def times_off(self) -> dict[str, list[TimeOff]]:
        """What is declared by phone, by person."""
        told = [
            replace(each, declared_at=at) for each in self.season.times_off if (at := self._told_at(each.declared_at))
        ]
        return {person: [each for each in told if each.person == person] for person in {each.person for each in told}}

    def acceptances(self) -> dict[str, list[Acceptance]]:
        """What is accepted by phone, by person."""
        told = [
            replace(each, accepted_at=at) for each in self.season.acceptances if (at := self._told_at(each.accepted_at))
        ]
        return {person: [each for each in told if each.person == person] for person in {each.person for each in told}}

    def goals(self) -> dict[str, list[PersonalGoal]]:
        """What is set by phone, by person: goals whose beginning a phone may still tell."""
        earliest = self.now - _PHONES_CATCH_UP
        return {
            person: [goal for goal in self.season.goals if goal.person == person and goal.set_at >= earliest]
            for person in {goal.person for goal in self.season.goals}
        }

    def keep(self) -> None:
        """Remember that the season is told."""
        self._write(self.until)

    @property
    def _boundary(self) -> datetime:
        last = self.season.first + timedelta(days=SEASON_DAYS)
        return day_start(last.toordinal(), ZONE) - _FORTNIGHT

    def _recent(self) -> Iterator[SeasonEvent]:
        earliest = max(self._boundary, self.now - _PHONES_CATCH_UP)
        return (event for event in self.season.events if event.at >= earliest)

    def _came_too_late(self, event: SeasonEvent) -> bool:
        told = self.told_until is not None and event.at <= self.told_until
        return event.at < self.now - _PHONES_CATCH_UP and not told

    def _told_at(self, at: datetime) -> datetime | None:
        """When a choice of that instant is told: in time, or as early as phones may; None if it was told long ago."""
        earliest = self.now - _PHONES_CATCH_UP
        if at < earliest and self.told_until is not None:
            return None
        return max(at, earliest.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1))

    def _write(self, told_until: datetime | None) -> None:
        kept = {"first": str(self.season.first), "told_until": told_until.isoformat() if told_until else None}
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(self.path)
