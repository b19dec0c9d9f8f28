"""What a compiled pack is searched by: who hears an event, who rests on what may move, and where something runs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vekst.engine.conditions import Where
from vekst.engine.goals import Named, named_in
from vekst.engine.pack import Badge, Listener, Listeners, Quest, Resting, Step, Tier

__all__ = ["Heard", "Index", "resting", "windowed"]


@dataclass(slots=True)
class Heard:
    """What a rule hears, gathered while its goals are compiled: what fits its leaves, by event type."""

    wheres: dict[str, list[Where]] = field(default_factory=lambda: defaultdict(list))
    reads_state: bool = False

    def listener(self, rule: int, event: str) -> Listener:
        """How the rule hears the type. One that reads the whole state may hold by any event that begins a run of it."""
        wheres = self.wheres[event]
        hears_all = self.reads_state or any(where.fits_all for where in wheres)
        return Listener(rule, () if hears_all else tuple(wheres))


class Index:
    """Who hears which event type, gathered rule by rule."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, list[Listener]]] = defaultdict(lambda: defaultdict(list))

    def listen(self, kind: str, rule: int, heard: Heard) -> None:
        """The rule of that kind hears what was gathered for it."""
        for event in sorted(heard.wheres):
            self._found[event][kind].append(heard.listener(rule, event))

    def listeners(self, types: Iterable[str]) -> Mapping[str, Listeners]:
        """The rules by event type; the given `types` are there also where no rule hears them."""
        found = {
            event: Listeners(**{kind: tuple(each) for kind, each in kinds.items()})
            for event, kinds in self._found.items()
        }
        return {event: Listeners() for event in types} | found


def windowed(parts: Iterable[Sequence[Step | Tier]]) -> tuple[int, ...]:
    """Of rules, by their parts, those with a goal that is windowed."""
    return tuple(index for index, each in enumerate(parts) if any(part.goal.windowed for part in each))


def resting(quests: Sequence[Quest], badges: Sequence[Badge]) -> dict[Named, Resting]:
    """The rules that name something of the whole state, by what they name."""
    found: dict[Named, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for index, quest in enumerate(quests):
        goals = [quest.requires] if quest.requires is not None else []
        for named in {each for goal in (*goals, *(step.goal for step in quest.steps)) for each in named_in(goal.root)}:
            found[named][0].append(index)
    for index, badge in enumerate(badges):
        for named in {each for tier in badge.tiers for each in named_in(tier.goal.root)}:
            found[named][1].append(index)
    return {named: Resting(tuple(by_quests), tuple(by_badges)) for named, (by_quests, by_badges) in found.items()}
