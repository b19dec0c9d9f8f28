"""Judges one criterion on a set of events, straight from the table of nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Protocol

from tests.model.days import window
from tests.model.history import Event
from tests.model.improvement import improvements
from tests.model.quantities import exact, is_number, length_of, same_value

__all__ = ["State", "amount", "holds", "matching", "named", "tries_of"]

_CALENDAR_WINDOWS = ["day", "week", "month", "quarter", "year"]


class State(Protocol):
    """What the nodes about the learner's whole state ask."""

    def longest(self, streak: str) -> int:
        """Give the length of the streak's longest run."""

    def level(self, skill: str) -> int:
        """Give the level reached in the skill."""

    def has_quest(self, quest: str) -> bool:
        """Tell whether the quest was completed."""

    def has_badge(self, badge: str, tier: str | None) -> bool:
        """Tell whether the badge, and its tier where one is named, was earned."""


def holds(node: dict[str, Any], events: list[Event], state: State) -> bool:
    """Tell whether the node holds on the events, in canonical order, and the learner's state."""
    [(kind, said)] = node.items()
    match kind:
        case "all" | "any" | "some":
            children = said["of"] if kind == "some" else said
            holding = sum(holds(child, events, state) for child in children)
            needed = int(said["at_least"]) if kind == "some" else {"all": len(children), "any": 1}[kind]
            return holding >= needed
        case "streak" | "skill" | "quest" | "badge":
            return _state_holds(kind, said, state)
        case "improvement":
            return bool(improvements(tries_of(said, events), said))
        case "personal_best":
            return _personal_best(said, tries_of(said, events))
        case _:
            at_least = exact(said.get("at_least", 1))
            found = matching(said, events)
            return any(amount(kind, said, part) >= at_least for part in _parts(found, said.get("within")))


def _state_holds(kind: str, said: Any, state: State) -> bool:
    match kind:
        case "streak":
            return state.longest(said["key"]) >= int(said["at_least"])
        case "skill":
            return state.level(said["key"]) >= int(said["level"])
        case "quest":
            return state.has_quest(said)
        case _:
            return state.has_badge(said["key"], said.get("tier"))


def named(said: dict[str, Any]) -> list[str]:
    """List the event types that the node names."""
    return [said["event"]] if isinstance(said["event"], str) else list(said["event"])


def matching(said: dict[str, Any], events: list[Event]) -> list[Event]:
    """Keep the events that the node speaks of."""
    return [
        event
        for event in events
        if event.type in named(said)
        and _recorded(said.get("recorded_by"), event)
        and all(_fits(wanted, event.data.get(field)) for field, wanted in (said.get("where") or {}).items())
    ]


def _recorded(wanted: Any, event: Event) -> bool:
    return wanted is None or event.recorded_by in ([wanted] if isinstance(wanted, str) else wanted)


def _fits(wanted: Any, value: Any) -> bool:
    """Judge one line of a `where`; an absent field is None and satisfies only `present: false`."""
    if isinstance(wanted, list):
        return any(_fits(one, value) for one in wanted)
    if not isinstance(wanted, dict):
        return same_value(wanted, value)
    return all(_condition(kind, limit, value) for kind, limit in wanted.items())


def _condition(kind: str, limit: Any, value: Any) -> bool:
    match kind:
        case "present":
            return (value is not None) is limit
        case "not":
            return value is not None and not _fits(limit, value)
        case "min":
            return is_number(value) and exact(value) >= exact(limit)
        case "max":
            return is_number(value) and exact(value) <= exact(limit)
        case _:
            raise ValueError(f"no such condition: {kind}")


def _parts(events: list[Event], within: str | None) -> Iterator[list[Event]]:
    """Give the sets of events that `within` asks about: all of them, each rolling interval, or each calendar window."""
    if within is None:
        yield events
    elif within in _CALENDAR_WINDOWS:
        for name in {window(event.date, within) for event in events}:
            yield [event for event in events if window(event.date, within) == name]
    else:
        for last in events:
            start = last.at - length_of(within)
            yield [event for event in events if start < event.at <= last.at]


def amount(kind: str, said: dict[str, Any], events: list[Event]) -> Fraction:
    """Measure the events that the node speaks of."""
    match kind:
        case "count" if "at_most" in said:
            limit = said["at_most"]
            windows = Counter(window(event.date, limit["per"]) for event in events)
            return Fraction(sum(min(limit["times"], times) for times in windows.values()))
        case "count":
            return Fraction(len(events))
        case "days":
            return Fraction(len({event.date for event in events}))
        case "sum":
            return sum((exact(event.data[said["field"]]) for event in tries_of(said, events)), Fraction())
        case "distinct":
            return Fraction(_different([event.data.get(said["field"]) for event in events]))
        case _:
            raise ValueError(f"no such node: {kind}")


def _different(values: list[Any]) -> int:
    seen: list[Any] = []
    for value in values:
        if value is not None and not any(same_value(value, other) for other in seen):
            seen.append(value)
    return len(seen)


def tries_of(said: dict[str, Any], events: list[Event]) -> list[Event]:
    """Keep the matching events that have the measured field."""
    return [event for event in matching(said, events) if is_number(event.data.get(said["field"]))]


def _personal_best(said: dict[str, Any], tries: list[Event]) -> bool:
    values = [exact(event.data[said["field"]]) for event in tries]
    return any(
        n >= said.get("after", 3) and all(value > earlier for earlier in values[:n]) for n, value in enumerate(values)
    )
