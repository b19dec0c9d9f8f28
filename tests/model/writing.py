"""Short words for writing packs, events and expectations by hand."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from tests.model.judge import Judged, judge

__all__ = [
    "accept",
    "at",
    "badge",
    "calls",
    "event",
    "holds_on",
    "move",
    "pack",
    "reached",
    "rest",
    "told",
    "void",
]

_ids = count()


def at(written: str) -> datetime:
    """Read an instant; Oslo's winter offset unless another is written."""
    return datetime.fromisoformat(written if written[16:] else written + "+01:00")


def event(when: str, kind: str = "call", *, name: str | None = None, by: str = "self", **data: Any) -> dict[str, Any]:
    """Record one event of the learner's, with an id that sorts in the order of writing."""
    return {
        "source": "test",
        "id": name or f"{next(_ids):06}",
        "type": kind,
        "at": at(when),
        "data": data,
        "recorded_by": by,
    }


def accept(when: str, quest: str) -> dict[str, Any]:
    """Record that the learner accepts a quest."""
    return event(when, "vekst.quest-accepted", quest=quest)


def move(when: str, zone: str) -> dict[str, Any]:
    """Record a change of zone."""
    return event(when, "vekst.zone-changed", zone=zone)


def rest(when: str, first: str, last: str) -> dict[str, Any]:
    """Record time off, both dates included."""
    return event(when, "vekst.time-off", **{"from": first, "until": last})


def void(when: str, name: str) -> dict[str, Any]:
    """Record the void of an event."""
    return event(when, "vekst.voided", source="test", id=name)


def pack(**kinds: Any) -> dict[str, Any]:
    """Write a pack with two efforts and an outcome that pay nothing, and the rules given."""
    written: dict[str, Any] = {
        "pack": {
            "pack": "small",
            "zone": "Europe/Oslo",
            "calendar": "norway",
            "recognition": {"outcomes_at_most": "25%"},
        },
        "events": {
            "call": {"nature": "practice", "fields": {"score": {"type": "number", "min": 0}}},
            "lesson": {"nature": "learning"},
            "deal": {"nature": "outcome"},
        },
        "calendars": {"norway": {"holidays": "NO", "workdays": ["mon", "tue", "wed", "thu", "fri"]}},
    }
    written["events"] = {**written["events"], **kinds.pop("events", {})}
    return {**written, **kinds}


def badge(earn: dict[str, Any], **said: Any) -> dict[str, Any]:
    """Write a pack with the one badge `b` for ten points."""
    return pack(badges={"b": {"earn": earn, "points": 10, **said}})


def calls(at_least: int = 1, **said: Any) -> dict[str, Any]:
    """Write the criterion of so many calls."""
    return {"count": {"event": "call", "at_least": at_least, **said}}


def told(judged: Judged) -> set[str]:
    """Name the recognitions as `KIND key tier occurrence`."""
    return {" ".join(filter(None, one[:4])) for one in judged.recognitions}


def holds_on(earn: dict[str, Any], *events: dict[str, Any]) -> bool:
    """Tell whether a badge with the criterion is earned."""
    return told(judge(badge(earn), events)) == {"BADGE b once"}


def reached(judged: Judged, key: str) -> datetime:
    """Give the moment of the one recognition with the key."""
    [moment] = [one.reached_at for one in judged.recognitions if one.key == key]
    return moment
