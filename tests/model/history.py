"""Turns what was recorded into what is judged: each event once, without the voided ones, in canonical order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.model.days import Stay, local_date

__all__ = ["Event", "accepted_quests", "history", "rest_dates", "stays"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the learner: its `place` in canonical order, and the zone and local date they had at it."""

    at: datetime
    source: str
    id: str
    type: str
    data: dict[str, Any]
    recorded_by: str
    place: int
    zone: str
    date: date


def history(recorded: Iterable[dict[str, Any]], zone: str) -> list[Event]:
    """Put the recorded events in canonical order (M1), each told once (M2), without the voided ones."""
    told = {(event["source"], event["id"]): event for event in recorded}
    standing = [event for key, event in told.items() if not _voided(key, told)]
    standing.sort(key=lambda event: (event["at"].astimezone(UTC), event["source"], event["id"]))
    events = []
    for place, event in enumerate(standing):
        if event["type"] == "vekst.zone-changed":
            zone = event["data"]["zone"]
        at = event["at"].astimezone(UTC)
        events.append(
            Event(
                at=at,
                source=event["source"],
                id=event["id"],
                type=event["type"],
                data=event["data"],
                recorded_by=event.get("recorded_by", "self"),
                place=place,
                zone=zone,
                date=local_date(at, zone),
            )
        )
    return events


def _voided(key: tuple[str, str], told: dict[tuple[str, str], dict[str, Any]]) -> bool:
    """Tell whether a void that is not voided itself names the event."""
    voids = [
        void
        for void, event in told.items()
        if event["type"] == "vekst.voided" and (event["data"]["source"], event["data"]["id"]) == key
    ]
    return any(not _voided(void, told) for void in voids)


def accepted_quests(prefix: list[Event]) -> set[str]:
    """Name the quests that the learner has accepted."""
    return {event.data["quest"] for event in prefix if event.type == "vekst.quest-accepted"}


def rest_dates(prefix: list[Event]) -> set[date]:
    """List the dates that the time off declared so far turns into rest (S7)."""
    dates = set()
    for event in prefix:
        if event.type == "vekst.time-off":
            day, until = (date.fromisoformat(str(event.data[end])) for end in ("from", "until"))
            while day <= until:
                dates.add(day)
                day += timedelta(days=1)
    return dates


def stays(prefix: list[Event], first_zone: str) -> list[Stay]:
    """Tell where the learner has lived, split at the zone changes declared so far; the last zone goes on for ever."""
    places = []
    zone, start = first_zone, None
    for event in prefix:
        if event.type == "vekst.zone-changed":
            places.append(Stay(zone, start, event.at))
            zone, start = event.zone, event.at
    return [*places, Stay(zone, start, None)]
