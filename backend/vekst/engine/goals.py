"""Goals: one compiled criteria tree each, over event leaves and over conditions on the learner's whole state.

Its state is a list with one entry per event leaf. Everything here is monotone: no event makes a node false.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from typing_extensions import override

from vekst.domain.events import ProgressEvent
from vekst.domain.instants import micros
from vekst.engine.leaves import EventLeaf, LeafState, Progress

__all__ = [
    "AllOf",
    "AnyOf",
    "BadgeNode",
    "Goal",
    "GoalState",
    "LeafNode",
    "Named",
    "Node",
    "QuestNode",
    "SkillNode",
    "SomeOf",
    "StreakNode",
    "Whole",
    "feed",
    "goal_at",
    "goal_evidence",
    "goal_holds",
    "goal_progress",
    "named_in",
]

GoalState = list[LeafState]


class Whole(Protocol):
    """What state nodes ask of a learner's standing."""

    def longest(self, streak: int) -> int:
        """The longest run of the streak at that index."""
        ...

    def level(self, skill: int) -> int:
        """The level reached in the skill at that index."""
        ...

    def completed(self, quest: int) -> bool:
        """Whether the quest at that index was completed."""
        ...

    def earned(self, badge: int, tier: int | None) -> bool:
        """Whether that tier (None: any) of the badge at that index was earned."""
        ...


class Node(ABC):
    """A node of the tree."""

    @abstractmethod
    def holds(self, state: GoalState, whole: Whole) -> bool:
        """Whether the node holds."""

    @abstractmethod
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        """(have, need) as a reader would count it."""


@dataclass(frozen=True, slots=True)
class LeafNode(Node):
    """The event leaf at `index`."""

    index: int

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        return bool(state[self.index][0])

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return leaves[self.index].progress(state[self.index])


@dataclass(frozen=True, slots=True)
class StreakNode(Node):
    """The streak's longest run reached `at_least`."""

    streak: int
    at_least: int

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        return whole.longest(self.streak) >= self.at_least

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return min(whole.longest(self.streak), self.at_least), self.at_least


@dataclass(frozen=True, slots=True)
class SkillNode(Node):
    """The skill's level was reached."""

    skill: int
    level: int

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        return whole.level(self.skill) >= self.level

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return min(whole.level(self.skill), self.level), self.level


@dataclass(frozen=True, slots=True)
class QuestNode(Node):
    """The quest was completed."""

    quest: int

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        return whole.completed(self.quest)

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return int(self.holds(state, whole)), 1


@dataclass(frozen=True, slots=True)
class BadgeNode(Node):
    """The badge's tier (None: any) was earned."""

    badge: int
    tier: int | None

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        return whole.earned(self.badge, self.tier)

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return int(self.holds(state, whole)), 1


@dataclass(frozen=True, slots=True)
class SomeOf(Node):
    """At least `need` of the nodes hold; progress is how many do."""

    need: int
    nodes: tuple[Node, ...]

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        missing = self.need
        for node in self.nodes:
            if missing and node.holds(state, whole):
                missing -= 1
        return not missing

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return min(self.need, sum(node.holds(state, whole) for node in self.nodes)), self.need


@dataclass(frozen=True, slots=True)
class AllOf(Node):
    """All nodes hold; progress is how many do."""

    nodes: tuple[Node, ...]

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        for node in self.nodes:  # noqa: SIM110 - a generator for every look is slower
            if not node.holds(state, whole):
                return False
        return True

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return sum(node.holds(state, whole) for node in self.nodes), len(self.nodes)


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    """One node holds; progress is that of the node that is nearest."""

    nodes: tuple[Node, ...]

    @override
    def holds(self, state: GoalState, whole: Whole) -> bool:
        for node in self.nodes:  # noqa: SIM110 - a generator for every look is slower
            if node.holds(state, whole):
                return True
        return False

    @override
    def progress(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Progress:
        return self.nearest(state, whole, leaves).progress(state, whole, leaves)

    def nearest(self, state: GoalState, whole: Whole, leaves: tuple[EventLeaf, ...]) -> Node:
        """The node of which the greatest part is there."""

        def part(node: Node) -> float:
            have, need = node.progress(state, whole, leaves)
            return have / need

        return max(self.nodes, key=part)


Named = tuple[type[Node], int]
"""Something that other rules may name, by the kind of node that names it and its index in the pack."""


def named_in(node: Node) -> Iterator[Named]:
    """What the node, and all below it, name of the learner's whole state."""
    match node:
        case AllOf() | AnyOf() | SomeOf():
            for below in node.nodes:
                yield from named_in(below)
        case StreakNode(index) | SkillNode(index) | QuestNode(index) | BadgeNode(index):
            yield type(node), index


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """One compiled criteria tree; `listens` says which event leaves hear an event type.

    It is `windowed` where what is there for it can be gone later, without an event.
    """

    leaves: tuple[EventLeaf, ...]
    root: Node
    listens: Mapping[str, tuple[int, ...]]
    windowed: bool = field(init=False)

    def __post_init__(self) -> None:
        # Once for all: every reading asks for it.
        object.__setattr__(self, "windowed", any(leaf.windowed for leaf in self.leaves))

    @property
    def looks_at_order(self) -> bool:
        """Whether a late event can make the goal read differently (M3)."""
        return any(leaf.looks_at_order for leaf in self.leaves)

    @property
    def rests_on_events(self) -> bool:
        """Whether nothing but its own leaves decides."""
        return next(named_in(self.root), None) is None

    def start(self) -> GoalState:
        """The state before any event."""
        return [leaf.start() for leaf in self.leaves]


def feed(goal: Goal, state: GoalState, event: ProgressEvent, day: int) -> bool:
    """Let the goal's open leaves hear an event; whether one came to hold."""
    listening = goal.listens.get(event.type)
    if listening is None:
        return False
    changed = False
    for index in listening:
        leaf_state = state[index]
        if not leaf_state[0] and goal.leaves[index].add(leaf_state, event, day):
            changed = True
    return changed


def goal_holds(goal: Goal, state: GoalState, whole: Whole) -> bool:
    """Whether the whole tree holds."""
    return goal.root.holds(state, whole)


def goal_progress(goal: Goal, state: GoalState, whole: Whole) -> tuple[float, float]:
    """(have, need) of the tree's root in the author's unit; nothing reads as more than it needs."""
    node = goal.root
    # Not `isinstance`, which takes its time over abstract classes.
    while type(node) is AnyOf:
        node = node.nearest(state, whole, goal.leaves)
    have, need = node.progress(state, whole, goal.leaves)
    unit = goal.leaves[node.index].unit if type(node) is LeafNode else 1
    return (min(have, need), need) if unit == 1 else (min(have, need) / unit, need / unit)


def goal_at(goal: Goal, state: GoalState, now: datetime, day: int) -> GoalState:
    """The state as it reads at an instant on a local date: what lies in windows that are over helps no more."""
    if not goal.windowed:
        return state
    at = micros(now)
    return [leaf.seen_at(each, at, day) for leaf, each in zip(goal.leaves, state, strict=True)]


def goal_evidence(state: GoalState) -> list[int]:
    """The refs of the leaves that hold, in order; none where only the whole state spoke."""
    return sorted({ref for leaf_state in state if leaf_state[0] for ref in leaf_state[1]})
