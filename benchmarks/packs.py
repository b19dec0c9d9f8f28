"""The packs that are measured: the one that comes with the project, and packs made up with any number of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from benchmarks.stage import PACKS
from vekst.engine.pack import Pack
from vekst.quests import LoadedPack, load_pack, load_pack_files
from vekst.quests.compiler import compile_pack

__all__ = ["SALES_CRAFT", "pack_of_rules", "sales_craft", "sales_craft_files"]

SALES_CRAFT: Final = PACKS / "sales-craft"
MATCHING: Final = 5
"""Rules of a made-up pack that hear the events that come; all others hear events that never do."""


def sales_craft_files() -> Mapping[str, str]:
    """The texts of the pack `sales-craft`."""
    return load_pack(SALES_CRAFT).files


def sales_craft() -> Pack:
    """The pack `sales-craft`, compiled."""
    return _compiled(load_pack(SALES_CRAFT))


def pack_of_rules(rules: int) -> Pack:
    """A pack of so many badges, of which always the same number hears `work.done`."""
    front = {
        "pack": "many-rules",
        "title": "Many rules",
        "purpose": "To see what a rule costs that does not match",
        "locales": ["en"],
        "zone": "Europe/Oslo",
        "retention": "3650 days",
        "accepts_events_up_to": "30 days",
        "recognition": {"outcomes_at_most": "25%"},
    }
    files = {"pack.yaml": _json(front), "rules.yaml": _json({"events": _event_types(), "badges": _badges(rules)})}
    return _compiled(load_pack_files(files))


def _event_types() -> dict[str, Any]:
    minutes = {"minutes": {"type": "number", "min": 0}}
    return {key: {"title": key, "nature": "practice", "fields": minutes} for key in ("work.done", "work.other")}


def _badges(rules: int) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"count": {"at_least": 1_000_000}},
        {"sum": {"field": "minutes", "at_least": 100_000_000}},
        {"days": {"at_least": 1_000_000}},
        {"count": {"where": {"minutes": {"min": 10}}, "at_least": 1_000_000}},
        {"count": {"at_least": 1_000_000, "within": "30d"}},
    ]
    return {
        f"badge-{number}": _badge(kinds[number % len(kinds)], "work.done" if number < MATCHING else "work.other")
        for number in range(rules)
    }


def _badge(kind: Mapping[str, Mapping[str, Any]], event: str) -> dict[str, Any]:
    [(measure, arguments)] = kind.items()
    return {"title": "Badge", "purpose": "Weight", "earn": {measure: {"event": event, **arguments}}, "points": 1}


def _compiled(loaded: LoadedPack) -> Pack:
    if loaded.document is None:
        raise ValueError("; ".join(each.render("en") for each in loaded.diagnostics))
    return compile_pack(loaded.document, version=1, digest="benchmark")


def _json(document: Mapping[str, Any]) -> str:
    """JSON, which is YAML too."""
    return msgspec.json.encode(document).decode()
