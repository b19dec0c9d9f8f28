"""Lets a life have goals of its own: set, made easier, given more time, reflected on, and now and then taken out."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.model.generate_criteria import Author, criterion

__all__ = ["random_goals"]


def random_goals(chance: Random, pack: dict[str, Any], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Set up to three goals somewhere in the life; some ask for what no goal may rest on."""
    author = Author(chance, max(event["at"] for event in events).date(), nodes=_nodes(chance, pack))
    found: list[dict[str, Any]] = []
    for number in range(chance.choice([0, 0, 1, 2, 3])):
        found += _goal(author, f"goal-{number}", events)
    if found and author.now_and_then(0.15):
        wrong = chance.choice(found)
        void = {"source": wrong["source"], "id": wrong["id"]}
        found.append(_event("vekst.voided", "goal", void, chance.choice(events)["at"]))
    return found


def _nodes(chance: Random, pack: dict[str, Any]) -> list[dict[str, Any]]:
    """What of the pack a goal may name: skills and streaks, and wrongly a quest."""
    nodes = [{"skill": {"key": key, "level": chance.randint(1, 2)}} for key in pack["skills"]]
    nodes += [{"streak": {"key": key, "at_least": chance.randint(1, 4)}} for key in pack["streaks"]]
    return [*nodes, *({"quest": key} for key in pack["quests"] if chance.random() < 0.2)]


def _goal(author: Author, name: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    chance = author.chance
    at = chance.choice(events)["at"] + timedelta(hours=chance.choice([0, 0, -1, 1]))
    earn, until = criterion(author, author.nodes), at.date() + timedelta(days=chance.choice([-1, 0, 1, 2, 5, 9]))
    found = [_event("vekst.goal-set", name, {"goal": name, **_terms(earn, until)}, at)]
    for number in range(chance.choice([0, 0, 1, 2])):
        at += timedelta(hours=chance.choice([0, 3, 26, 70]), microseconds=1)
        data: dict[str, Any] = {"goal": name}
        if author.now_and_then(0.7):
            until += timedelta(days=chance.randint(0, 4))
            data["until"] = until.isoformat()
        if author.now_and_then(0.7) and '"within"' not in json.dumps(earn):
            earn = _easier(chance, earn)
            data["earn"] = json.dumps(earn)
        found.append(_event("vekst.goal-changed", f"{name}-{number}", data, at))
    if author.now_and_then(0.4):
        found.append(_event("vekst.goal-reflected", name, {"goal": name}, chance.choice(events)["at"]))
    return found


def _terms(earn: dict[str, Any], until: date) -> dict[str, Any]:
    return {"earn": json.dumps(earn), "until": until.isoformat()}


def _easier(chance: Random, node: dict[str, Any]) -> dict[str, Any]:
    """Ask for as much or for less, in every part."""
    easier = copy.deepcopy(node)
    [(kind, said)] = easier.items()
    children = said["of"] if kind == "some" else said if kind in {"all", "any"} else []
    if children:
        children[:] = [_easier(chance, child) for child in children]
    for name in ("at_least", "level"):
        if isinstance(said, dict) and name in said and said[name] > 1:
            said[name] = chance.randint(1, int(said[name]))
    return easier


def _event(kind: str, name: str, data: dict[str, Any], at: Any) -> dict[str, Any]:
    return {
        "source": "vekst",
        "id": f"{kind}:{name}",
        "type": kind,
        "at": at,
        "data": data,
        "recorded_by": "system",
    }
