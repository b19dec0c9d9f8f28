"""Random cases for property tests, each a pack, a zone and a life, and the smallest case that still shows the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.model.generate_goals import random_goals
from tests.model.generate_histories import SCENES, random_history
from tests.model.generate_packs import random_pack

__all__ = ["Case", "cases", "random_case", "smallest"]


class Case(NamedTuple):
    """What `judge` is given."""

    pack: dict[str, Any]
    events: list[dict[str, Any]]
    zone: str


def cases(*, most: int = 25) -> st.SearchStrategy[Case]:
    """Draw cases of at most so many events by their seeds.

    Hypothesis brings the seeds, their replay and the count. It does not shape the cases: choice by choice, it prefers
    tiny and repeated ones, in which few rules meet. `smallest` shrinks what fails.
    """
    return st.integers(0, 2**63).map(lambda seed: random_case(Random(seed), most=most))


def random_case(chance: Random, *, most: int = 25) -> Case:
    """Write a pack and live a life near one of the hard nights."""
    scene = chance.choice(SCENES)
    pack = random_pack(chance, zone=chance.choice([scene.zone, "Europe/Oslo"]), near=scene.night)
    events = random_history(chance, scene, list(pack["quests"]), most=most)
    events += random_goals(chance, pack, events)
    chance.shuffle(events)
    return Case(pack, events, scene.zone)


def smallest(case: Case, shows: Callable[[Case], bool]) -> Case:
    """Take away events, rules and parts of rules for as long as the case still shows what it shows."""
    while True:
        simpler = next((one for one in _simpler(case) if shows(one)), None)
        if simpler is None:
            return case
        case = simpler


def _simpler(case: Case) -> Iterator[Case]:
    half = len(case.events) // 2
    if half > 1:
        yield case._replace(events=case.events[half:])
        yield case._replace(events=case.events[:half])
    for place in range(len(case.events)):
        yield case._replace(events=case.events[:place] + case.events[place + 1 :])
    for path in _removable(case.pack):
        yield case._replace(pack=_without(case.pack, path))
    for place, event in enumerate(case.events):
        for field in event["data"] if not event["type"].startswith("vekst.") else ():
            data = {key: value for key, value in event["data"].items() if key != field}
            yield case._replace(events=[*case.events[:place], {**event, "data": data}, *case.events[place + 1 :]])


_OPTIONAL = ["requires", "starts", "in_order", "from", "until", "skill", "freezes", "where", "recorded_by", "within"]
_OPTIONAL += ["milestones", "calendar", "at_most", "start_with", "earn_one_per", "bridge_at_most", "repeat", "holidays"]


def _removable(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk to every part of a pack that it may do without; the caller's `shows` refuses what the loader would."""
    if isinstance(part, list):
        for place, child in enumerate(part):
            yield from [(*path, place)] if len(part) > 1 and isinstance(child, dict) else []
            yield from _removable(child, (*path, place))
    elif isinstance(part, dict):
        for key, child in part.items():
            rule = len(path) == 1 and path[0] in {"quests", "badges", "streaks", "skills", "events"}
            paying = key == "at_most" and "points" in part
            if rule or (key in _OPTIONAL and path[:1] != ("pack",) and not paying):
                yield (*path, key)
            if key == "points" and path[:1] == ("events",):
                yield (*path, key)
            yield from _removable(child, (*path, key))


def _without(pack: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    copied = copy.deepcopy(pack)
    parent: Any = copied
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    return copied
