"""Writes random criteria: every node of the language, about a few event types with the same few fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

__all__ = ["EVENT_TYPES", "TOPICS", "WINDOWS", "Author", "criterion", "daily", "improvement", "tally"]

NAMES = ["call.practised", "lesson.completed", "call.reflected", "deal.closed"]
EVENT_TYPES = dict(zip(NAMES, ["practice", "learning", "reflection", "outcome"], strict=True))
TOPICS = ["value", "price", "needs"]
WINDOWS = ["day", "week", "month", "quarter", "year"]
_DIFFERENT = {"score": 4, "topic": 3, "who": 3, "done": 2}
_SCORES = [0, 0.3, 1, 1.0, 5, 5.5, 6]


@dataclass(slots=True)
class Author:
    """Who writes the pack: a source of chance, and what may be named, which is only what is written already."""

    chance: Random
    near: date
    skills: list[str] = field(default_factory=list)
    nodes: list[dict[str, Any]] = field(default_factory=list)

    def now_and_then(self, share: float) -> bool:
        """Decide, with yes in so large a share of the cases."""
        return self.chance.random() < share

    def one_of(self, *choices: Any) -> Any:
        """Choose one of those given."""
        return self.chance.choice(choices)


def criterion(author: Author, state: list[dict[str, Any]], depth: int = 2) -> dict[str, Any]:
    """Write a criterion of any kind, which may read the given nodes of state."""
    if depth and author.now_and_then(0.25):
        return _branch(author, [criterion(author, state, depth - 1) for _ in range(author.chance.randint(1, 3))])
    if state and author.now_and_then(0.3):
        return author.chance.choice(state)
    if author.now_and_then(0.1):
        return improvement(author)
    if author.now_and_then(0.1):
        return _personal_best(author)
    return _measure(author)


def _branch(author: Author, children: list[dict[str, Any]]) -> dict[str, Any]:
    kind = author.one_of("all", "any", "some")
    if kind == "some":
        return {"some": {"at_least": author.chance.randint(1, len(children)), "of": children}}
    return {kind: children}


def daily(author: Author) -> dict[str, Any]:
    """Write a criterion by which a streak may judge one period."""
    if author.now_and_then(0.8):
        return _light_measure(author)
    return _branch(author, [_light_measure(author) for _ in range(author.chance.randint(1, 2))])


def _measure(author: Author) -> dict[str, Any]:
    """Write a count, sum, distinct or days that a few weeks can satisfy."""
    [(kind, said)] = _light_measure(author).items()
    if kind in {"count", "days"}:
        said["at_least"] = author.chance.randint(1, 4)
    if author.now_and_then(0.35):
        said["within"] = author.one_of(
            "1h", "24h", "1d", "48h", "7d", "30d", *(WINDOWS if kind != "days" else WINDOWS[1:])
        )
    return {kind: said}


def _light_measure(author: Author) -> dict[str, Any]:
    """Write a count, sum, distinct or days that one day can satisfy."""
    said = {**_about(author), "at_least": 1}
    kind: str = author.one_of("count", "count", "sum", "distinct", "days", "days")
    match kind:
        case "count":
            said["at_least"] = author.one_of(1, 1, 1, 2)
            if author.now_and_then(0.25):
                times = author.chance.randint(said["at_least"], 3)
                said["at_most"] = {"times": times, "per": author.one_of(*WINDOWS)}
        case "sum":
            said.update(field="score", at_least=author.one_of(0.3, 1, 5.5, 12))
        case "distinct":
            name = author.one_of(*_DIFFERENT)
            said.update(field=name, at_least=author.chance.randint(1, _DIFFERENT[name]))
        case _:
            pass
    return {kind: said}


def tally(author: Author) -> dict[str, Any]:
    """Write what a board may count: a measure over efforts, without a threshold."""
    [(kind, said)] = _light_measure(author).items()
    efforts = [name for name, nature in EVENT_TYPES.items() if nature != "outcome"]
    said.update(event=author.chance.sample(efforts, author.chance.randint(1, 3)))
    del said["at_least"]
    return {kind: said}


def improvement(author: Author) -> dict[str, Any]:
    said = {
        **_about(author),
        "field": "score",
        "by": author.one_of("1%", "10%", "12.5%", "50%"),
        "recent": author.one_of(1, 1, 2, 3),
        "baseline": author.one_of(1, 2, 2, 3),
        "memory": author.one_of("36h", "3d", "7d", "60d"),
    }
    return {"improvement": said}


def _personal_best(author: Author) -> dict[str, Any]:
    said = {**_about(author), "field": "score"}
    if author.now_and_then(0.6):
        said["after"] = author.chance.randint(1, 3)
    return {"personal_best": said}


def _about(author: Author) -> dict[str, Any]:
    """Say which events a node is about."""
    said: dict[str, Any] = {"event": author.one_of(NAMES[0], NAMES[0], *NAMES)}
    if author.now_and_then(0.3):
        said["event"] = author.chance.sample(NAMES, author.chance.randint(1, 3))
    if author.now_and_then(0.2):
        said["where"] = _where(author)
    if author.now_and_then(0.1):
        said["recorded_by"] = author.one_of("self", "manager", "system")
    return said


def _where(author: Author) -> dict[str, Any]:
    chance = author.chance
    score, present = chance.choice(_SCORES), {"present": author.now_and_then(0.5)}
    topic, done = chance.choice(TOPICS), author.now_and_then(0.5)
    conditions: dict[str, list[Any]] = {
        "score": [
            score,
            chance.sample([0, 1, 5, 5.5], 2),
            {"min": score},
            {"max": score},
            {"min": score, "max": score + chance.randint(0, 4)},
            {"not": score},
            present,
        ],
        "topic": [topic, chance.sample(TOPICS, 2), {"not": topic}, present],
        "done": [done, {"not": done}, present],
        "who": ["1", "ann", {"not": "ann"}, present],
    }
    names = chance.sample(list(conditions), chance.randint(1, 2))
    return {name: chance.choice(conditions[name]) for name in names}
