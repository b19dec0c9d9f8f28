"""Writes random packs: small, over the whole language, and such that the real loader accepts them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.model.generate_criteria import EVENT_TYPES, TOPICS, WINDOWS, Author, criterion, daily, improvement, tally

__all__ = ["random_pack"]

_FIELDS = {
    "score": {"type": "number", "min": 0, "max": 10},
    "topic": {"type": "choice", "of": TOPICS},
    "who": {"type": "text"},
    "done": {"type": "flag"},
}
_WORK_WEEKS = [
    ["mon", "tue", "wed", "thu", "fri"],
    ["sun", "mon", "tue", "wed", "thu"],
    ["tue", "thu"],
    ["sat"],
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
]
_COUNTRIES = [None, "NO", "EG", "US", "JP"]


def random_pack(chance: Random, *, zone: str, near: date) -> dict[str, Any]:
    """Write a pack of at most six rules whose dates lie near the given one."""
    author = Author(chance, near)
    written: dict[str, Any] = {
        "pack": _pack_file(zone, author.one_of("0%", "25%", "33.3%"), author.one_of("730 days", "40 days")),
        "calendars": {"home": _calendar(author), "away": _calendar(author)},
        "skills": {},
        "quests": {},
        "badges": {},
        "streaks": {},
    }
    for key in ["craft", "calm"][: chance.randint(0, 2)]:
        levels = sorted(chance.sample(range(1, 60), chance.randint(1, 3)))
        written["skills"][key] = {**_words(key), "levels": levels, "fresh_for": "60d"}
        author.skills.append(key)
        author.nodes.append({"skill": {"key": key, "level": chance.randint(1, len(levels))}})
    written["events"] = {name: _event_type(author, name) for name in EVENT_TYPES}
    for number in range(chance.randint(1, 6)):
        kind = author.one_of("quests", "badges", "streaks")
        key = f"{kind[:-1]}-{number}"
        match kind:
            case "quests":
                written[kind][key] = _quest(author, key)
            case "badges":
                written[kind][key] = _badge(author, key)
            case _:
                written[kind][key] = _streak(author, key)
    written["leaderboards"] = {f"board-{number}": _board(author, f"board-{number}") for number in range(2)}
    return written


def _pack_file(zone: str, outcomes_at_most: str, retention: str) -> dict[str, Any]:
    return {
        "pack": "random",
        "title": "Random",
        "purpose": "To try the language",
        "locales": ["en"],
        "zone": zone,
        "calendar": "home",
        "retention": retention,
        "accepts_events_up_to": "30 days",
        "recognition": {"outcomes_at_most": outcomes_at_most},
    }


def _words(key: str) -> dict[str, Any]:
    return {"title": key, "description": f"What {key} is for"}


def _calendar(author: Author) -> dict[str, Any]:
    country = author.chance.choice(_COUNTRIES)
    workdays = {"workdays": author.chance.choice(_WORK_WEEKS)}
    return workdays if country is None else {"holidays": country, **workdays}


def _event_type(author: Author, name: str) -> dict[str, Any]:
    event_type = {
        **_words(name),
        "nature": EVENT_TYPES[name],
        "recorded_by": ["self", "manager", "system"],
        "fields": _FIELDS,
        **_tie(author),
    }
    if author.now_and_then(0.5):
        event_type["points"] = author.chance.randint(0, 9)
        event_type["at_most"] = {"times": author.chance.randint(1, 3), "per": author.one_of(*WINDOWS)}
    return event_type


def _tie(author: Author) -> dict[str, Any]:
    skill = author.one_of(None, *author.skills)
    return {} if skill is None else {"skill": skill}


def _span(author: Author) -> dict[str, Any]:
    bounds = {}
    first = author.near + timedelta(days=author.chance.randint(-12, 6))
    if author.now_and_then(0.2):
        bounds["from"] = first.isoformat()
    if author.now_and_then(0.2):
        bounds["until"] = (first + timedelta(days=author.chance.randint(0, 15))).isoformat()
    return bounds


def _quest(author: Author, key: str) -> dict[str, Any]:
    repeat = author.one_of("never", "never", author.one_of(*WINDOWS))
    state = author.nodes if repeat == "never" else []
    quest = {**_words(key), **_tie(author), **_span(author), "repeat": repeat}
    if author.now_and_then(0.4):
        quest["requires"] = criterion(author, author.nodes)
    if author.now_and_then(0.3):
        quest["starts"] = "when_accepted"
    if author.now_and_then(0.6):
        quest["in_order"] = author.now_and_then(0.7)
    if author.now_and_then(0.5):
        quest["points"] = author.chance.randint(0, 50)
    quest["steps"] = [
        {
            "key": f"step-{k}",
            "title": f"Step {k}",
            "earn": criterion(author, state),
            "points": author.chance.randint(0, 9),
        }
        for k in range(author.chance.randint(1, 3))
    ]
    author.nodes.append({"quest": key})
    return quest


def _badge(author: Author, key: str) -> dict[str, Any]:
    repeat = author.one_of("never", "never", "always", author.one_of(*WINDOWS))
    badge = {**_words(key), **_tie(author), **_span(author), "repeat": repeat}
    if author.now_and_then(0.5):
        badge.update(_earn(author, repeat))
        author.nodes.append({"badge": {"key": key}})
        return badge
    names = ["bronze", "silver"][: author.chance.randint(1, 2)]
    badge["tiers"] = [{"tier": name, **_earn(author, repeat)} for name in names]
    author.nodes.extend({"badge": {"key": key, "tier": name}} for name in names)
    return badge


def _earn(author: Author, repeat: str) -> dict[str, Any]:
    match repeat:
        case "always":
            earn = improvement(author)
        case "never":
            earn = criterion(author, author.nodes)
        case _:
            earn = criterion(author, [])
    return {"earn": earn, "points": author.chance.randint(0, 30)}


def _board(author: Author, key: str) -> dict[str, Any]:
    measure = {"points": "effort"} if author.now_and_then(0.4) else tally(author)
    return {**_words(key), "measure": {**measure, "per": author.one_of("week", "month", "ever")}}


def _streak(author: Author, key: str) -> dict[str, Any]:
    chance = author.chance
    streak = {**_words(key), **_tie(author), "every": author.one_of("day", "day", "workday", "workday", "week")}
    streak["counts"] = daily(author)
    if author.now_and_then(0.5):
        streak["calendar"] = "away"
    if author.now_and_then(0.6):
        rules = {
            "start_with": chance.randint(0, 3),
            "earn_one_per": chance.randint(1, 4),
            "bridge_at_most": chance.randint(1, 3),
        }
        streak["freezes"] = {name: rules[name] for name in chance.sample(list(rules), chance.randint(1, 3))}
    lengths = sorted(chance.sample(range(1, 7), chance.randint(0, 3)))
    if lengths:
        streak["milestones"] = {length: chance.randint(0, 20) for length in lengths}
    author.nodes.append({"streak": {"key": key, "at_least": chance.randint(1, 4)}})
    return streak
