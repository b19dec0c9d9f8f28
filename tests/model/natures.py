"""Tells the nature of every rule: outcome if its criteria name an outcome event, however indirectly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.model.criteria import named

__all__ = ["badge_nature", "event_nature", "goal_nature", "quest_nature", "streak_nature", "tiers_of"]


def event_nature(pack: dict[str, Any], key: str) -> str:
    """Give the nature of an event type's own points."""
    return "outcome" if pack["events"].get(key, {}).get("nature") == "outcome" else "effort"


def quest_nature(pack: dict[str, Any], key: str) -> str:
    """Give the nature that a quest and all its steps share."""
    quest = pack["quests"][key]
    criteria = [step["earn"] for step in quest["steps"]]
    return _worst(pack, [*criteria, quest["requires"]] if "requires" in quest else criteria)


def streak_nature(pack: dict[str, Any], key: str) -> str:
    """Give the nature of a streak's milestones."""
    return _worst(pack, [pack["streaks"][key]["counts"]])


def badge_nature(pack: dict[str, Any], key: str, tier: str | None) -> str:
    """Give the nature of one tier; of the badge as a whole where no tier is named."""
    return _worst(pack, [one["earn"] for one in tiers_of(pack["badges"][key]) if tier in (None, one.get("tier"))])


def goal_nature(pack: dict[str, Any], criterion: dict[str, Any]) -> str | None:
    """Give the nature of what a learner's goal asks for; None where it asks for a quest or a badge."""
    return None if _asks_for_reward(criterion) else _worst(pack, [criterion])


def _asks_for_reward(node: dict[str, Any]) -> bool:
    [(kind, said)] = node.items()
    children = said["of"] if kind == "some" else said if kind in {"all", "any"} else []
    return kind in {"quest", "badge"} or any(_asks_for_reward(child) for child in children)


def tiers_of(badge: dict[str, Any]) -> list[dict[str, Any]]:
    """List a badge's tiers; a badge without tiers is one tier without a name."""
    tiers: list[dict[str, Any]] = badge.get("tiers", [badge])
    return tiers


def _worst(pack: dict[str, Any], criteria: list[dict[str, Any]]) -> str:
    return "outcome" if "outcome" in [one for node in criteria for one in _natures(pack, node)] else "effort"


def _natures(pack: dict[str, Any], node: dict[str, Any]) -> Iterator[str]:
    [(kind, said)] = node.items()
    match kind:
        case "all" | "any":
            for child in said:
                yield from _natures(pack, child)
        case "some":
            for child in said["of"]:
                yield from _natures(pack, child)
        case "quest":
            yield quest_nature(pack, said)
        case "badge":
            yield badge_nature(pack, said["key"], said.get("tier"))
        case "streak":
            yield streak_nature(pack, said["key"])
        case "skill":
            yield "effort"
        case _:
            for event in named(said):
                yield event_nature(pack, event)
