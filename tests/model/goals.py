"""Judges the goals that a learner set, each again from the event that set it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.model.criteria import State, holds
from tests.model.history import Event
from tests.model.natures import goal_nature

__all__ = ["reached_goals", "reflected_goals"]


def reached_goals(pack: dict[str, Any], prefix: list[Event], state: State) -> Iterator[str]:
    """Name the goals whose criterion holds at the last event, on a date that still counts."""
    for place, event in enumerate(prefix):
        if event.type == "vekst.goal-set" and _holds(pack, event, prefix[place + 1 :], prefix[-1], state):
            yield event.data["goal"]


def reflected_goals(prefix: list[Event]) -> list[str]:
    """Name the goals that were looked back at."""
    return [event.data["goal"] for event in prefix if event.type == "vekst.goal-reflected"]


def _holds(pack: dict[str, Any], first: Event, later: list[Event], now: Event, state: State) -> bool:
    """Count what came after the goal was set, on dates up to the last one as it was known then."""
    earn, until = json.loads(first.data["earn"]), date.fromisoformat(first.data["until"])
    counted = []
    for event in later:
        if event.type == "vekst.goal-changed" and event.data["goal"] == first.data["goal"] and event.date <= until:
            until = max(until, date.fromisoformat(event.data.get("until", first.data["until"])))
            earn = json.loads(event.data.get("earn", json.dumps(earn)))
        if event.date <= until:
            counted.append(event)
    return now.date <= until and goal_nature(pack, earn) == "effort" and holds(earn, counted, state)
