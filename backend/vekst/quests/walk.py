"""Walking through a pack's criteria, each node with the place where an author wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from vekst.quests.documents import (
    AllOf,
    AnyOf,
    BadgeEarned,
    Criterion,
    EventNode,
    PackDocument,
    QuestCompleted,
    SomeOf,
    StreakLongest,
    TallyBoard,
)
from vekst.quests.documents.criteria import MEASURE_NAMES, NODE_NAMES
from vekst.quests.places import Location

__all__ = ["Rooted", "Rule", "Written", "measures", "named_rules", "roots", "rule_of", "walk"]

Rule: TypeAlias = tuple[str, ...]
"""A rule by name: `("badge", key, tier)` (tier "" without tiers), `("quest", key)` or `("streak", key)`."""


@dataclass(frozen=True, slots=True)
class Written:
    """A node, and the location of what it says: `(…, "earn", "count")`."""

    node: Criterion
    location: Location

    @property
    def name(self) -> str:
        """The word the node is written with."""
        return NODE_NAMES[type(self.node)]


@dataclass(frozen=True, slots=True)
class Rooted:
    """A whole criterion of a rule: `kind` and `key` say whose, `location` where it is written."""

    kind: str
    key: str
    tier: str | None
    location: Location
    criterion: Criterion


def walk(criterion: Criterion, location: Location) -> Iterator[Written]:
    """The node itself and all below it, as they are written."""
    here = (*location, NODE_NAMES[type(criterion)])
    yield Written(criterion, here)
    if isinstance(criterion, AllOf | AnyOf | SomeOf):
        below = (*here, "of") if isinstance(criterion, SomeOf) else here
        for index, child in enumerate(criterion.of):
            yield from walk(child, (*below, index))


def roots(document: PackDocument) -> Iterator[Rooted]:
    """Every criterion of the pack: of badge tiers, quests' `requires` and steps, and streaks."""
    for key, badge in document.badges.items():
        for index, tier in enumerate(badge.tiers):
            yield Rooted("badge", key, tier.tier, ("badges", key, "tiers", index, "earn"), tier.earn)
    for key, quest in document.quests.items():
        if quest.requires is not None:
            yield Rooted("quest", key, None, ("quests", key, "requires"), quest.requires)
        for index, step in enumerate(quest.steps):
            yield Rooted("quest", key, None, ("quests", key, "steps", index, "earn"), step.earn)
    for key, streak in document.streaks.items():
        yield Rooted("streak", key, None, ("streaks", key, "counts"), streak.counts)


def rule_of(root: Rooted) -> Rule:
    """The rule a criterion belongs to; a quest is one rule with all its steps, a badge one for each tier."""
    return (root.kind, root.key, root.tier or "") if root.kind == "badge" else (root.kind, root.key)


def named_rules(document: PackDocument, node: Criterion) -> list[Rule]:
    """The rules a node waits for; a badge without a tier stands for all of its tiers."""
    match node:
        case QuestCompleted(key=key):
            return [("quest", key)]
        case StreakLongest(key=key):
            return [("streak", key)]
        case BadgeEarned(key=key, tier=tier):
            badge = document.badges.get(key)
            tiers = badge.tiers if badge is not None else ()
            return [("badge", key, each.tier or "") for each in tiers if tier in {None, each.tier}]
        case _:
            return []


def measures(document: PackDocument) -> Iterator[tuple[EventNode, Location]]:
    """Every measure of challenges and leaderboards that reads events."""
    for key, challenge in document.challenges.items():
        name = MEASURE_NAMES[type(challenge.measure)]
        yield challenge.measure, ("challenges", key, "measure", name)
    for key, board in document.leaderboards.items():
        if isinstance(board.measure, TallyBoard):
            yield board.measure.tally, ("leaderboards", key, "measure", MEASURE_NAMES[type(board.measure.tally)])
