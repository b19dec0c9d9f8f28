"""Lives random lives: hard nights in hard zones, ties, duplicates, voids, moves and time off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.model.generate_criteria import EVENT_TYPES, TOPICS

__all__ = ["SCENES", "Scene", "random_history"]


@dataclass(frozen=True, slots=True)
class Scene:
    """A zone and a date near which days are hard to tell."""

    zone: str
    night: date


SCENES = [
    Scene("Europe/Oslo", date(2026, 3, 29)),
    Scene("Europe/Oslo", date(2026, 10, 25)),
    Scene("Europe/Oslo", date(2027, 1, 1)),
    Scene("Europe/Dublin", date(2026, 10, 25)),
    Scene("Africa/Cairo", date(2024, 4, 26)),
    Scene("Africa/Cairo", date(2024, 10, 31)),
    Scene("Asia/Beirut", date(2026, 3, 29)),
    Scene("Asia/Beirut", date(2025, 10, 26)),
    Scene("America/Sao_Paulo", date(2018, 11, 4)),
    Scene("America/Sao_Paulo", date(2019, 2, 17)),
    Scene("Pacific/Apia", date(2011, 12, 30)),
    Scene("Pacific/Kiritimati", date(1994, 12, 31)),
    Scene("Pacific/Kwajalein", date(1993, 8, 21)),
    Scene("Pacific/Pago_Pago", date(2026, 6, 15)),
    Scene("Australia/Lord_Howe", date(2026, 4, 5)),
    Scene("Australia/Lord_Howe", date(2026, 10, 4)),
    Scene("Africa/Casablanca", date(2026, 3, 22)),
    Scene("America/Havana", date(2026, 3, 8)),
    Scene("America/Havana", date(2025, 11, 2)),
    Scene("America/St_Johns", date(2010, 11, 7)),
    Scene("America/St_Johns", date(2026, 3, 8)),
    Scene("Asia/Tehran", date(2022, 3, 22)),
    Scene("Antarctica/Troll", date(2026, 3, 29)),
    Scene("Asia/Kathmandu", date(2024, 2, 29)),
    Scene("UTC", date(2028, 2, 29)),
    Scene("UTC", date(2021, 1, 3)),
]
_ZONES = sorted({scene.zone for scene in SCENES} | {"Asia/Tokyo", "America/Los_Angeles"})
_HOURS = [
    time(0, 0),
    time(0, 0, 30),
    time(0, 30),
    time(1, 30),
    time(2, 30),
    time(8, 0),
    time(12, 0),
    time(12, 0),
    time(17, 45),
    time(23, 0),
    time(23, 30),
    time(23, 59, 59, 999999),
]
_GAPS = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 3]
_LONG_GAPS = [7, 45, 370]
_GAPS_OF_A_TRAVELLER = [0, 0, 0, 0, 1]
_DATE_LINE = ["Pacific/Pago_Pago", "Pacific/Kiritimati", "Pacific/Apia", "America/Los_Angeles", "Asia/Tokyo"]
_KINDS = [*["call.practised"] * 8, *["lesson.completed"] * 3, *EVENT_TYPES, "accept", "rest", "move", "void"]
_KINDS_OF_A_CLIMBER = [*["call.practised"] * 12, "void"]
_KINDS_OF_A_TRAVELLER = [*["call.practised"] * 4, "lesson.completed", "accept", "rest", "move", "move", "move"]
_SCORES = [0, 0.1, 0.2, 0.3, 1, 1.0, 2, 3, 5, 5.5, 5.500000001, 6, 6.6, 7.5, 9, 10]


@dataclass(frozen=True, slots=True)
class _Life:
    """What a learner may do, where, and which of the pack's quests there are to accept."""

    chance: Random
    kinds: list[str]
    clocks: list[str]
    zones: list[str]
    quests: list[str]
    gaps: list[int]


def random_history(chance: Random, scene: Scene, quests: list[str], *, most: int = 25) -> list[dict[str, Any]]:
    """Live a few weeks near the scene's night; events come in no order, and some of them twice."""
    life = _life(chance, scene, quests)
    size = max(chance.randint(1, most), chance.randint(1, most))
    day = scene.night - timedelta(days=chance.randint(0, max(12, size // 2)))
    long_gap_at = chance.randint(0, 4 * most)
    # Ids in no order, so that ties are broken either way.
    names = [(source, f"{number:02}") for source in ("crm", "web") for number in range(most)]
    events: list[dict[str, Any]] = []
    for place, name in enumerate(chance.sample(names, size)):
        day += timedelta(days=chance.choice(_LONG_GAPS if place == long_gap_at else life.gaps))
        events.append(_event(life, name, day, events))
    arrived = [*events, *chance.choices(events, k=chance.randint(0, 2))]
    chance.shuffle(arrived)
    return arrived


def _life(chance: Random, scene: Scene, quests: list[str]) -> _Life:
    clocks = [*[scene.zone] * 4, chance.choice(_ZONES)]
    temper = chance.random()
    if temper < 0.2:
        return _Life(chance, _KINDS_OF_A_CLIMBER, clocks, _ZONES, quests, _GAPS)
    if temper < 0.35:
        clocks = [*clocks[:2], *_DATE_LINE]
        return _Life(chance, _KINDS_OF_A_TRAVELLER, clocks, _DATE_LINE, quests, _GAPS_OF_A_TRAVELLER)
    return _Life(chance, _KINDS, clocks, _ZONES, quests, _GAPS)


def _event(life: _Life, name: tuple[str, str], day: date, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    chance = life.chance
    event = {
        "source": name[0],
        "id": name[1],
        "type": chance.choice(life.kinds),
        "at": _instant(life, day),
        "data": {},
        "recorded_by": "self",
    }
    match event["type"]:
        case "move":
            event.update(type="vekst.zone-changed", data={"zone": chance.choice(life.zones)})
        case "accept" if life.quests:
            event.update(type="vekst.quest-accepted", data={"quest": chance.choice(life.quests)})
        case "void" if earlier:
            wrong = chance.choice(earlier)
            event.update(type="vekst.voided", data={"source": wrong["source"], "id": wrong["id"]})
        case "rest" | "accept" | "void":
            first = day + timedelta(days=chance.randint(-4, 3))
            last = first + timedelta(days=chance.randint(0, 4))
            event.update(type="vekst.time-off", data={"from": first.isoformat(), "until": last.isoformat()})
        case _:
            event.update(data=_data(chance), recorded_by=chance.choice(["self", "self", "manager", "system"]))
    return event


def _instant(life: _Life, day: date) -> datetime:
    chance = life.chance
    wall = datetime.combine(day, chance.choice(_HOURS), ZoneInfo(chance.choice(life.clocks)))
    return wall.replace(fold=chance.randint(0, 1)).astimezone(UTC)


def _data(chance: Random) -> dict[str, Any]:
    values = {
        "score": chance.choice(_SCORES),
        "topic": chance.choice(TOPICS),
        "who": chance.choice(["1", "ann", "bo"]),
        "done": chance.random() < 0.5,
    }
    return {field: value for field, value in values.items() if chance.random() < (0.85 if field == "score" else 0.4)}
