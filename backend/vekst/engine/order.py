"""Which rules may keep what the order of arrival gave: those that look at order, and all that rest on them (M1, M3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.engine.goals import AllOf, AnyOf, BadgeNode, Goal, Node, QuestNode, SkillNode, SomeOf
from vekst.engine.pack import Pack

__all__ = ["OrderBound", "goal_rests_on_order", "order_bound", "rests_on_order"]

OrderBound = frozenset[tuple[str, str]]
"""Rules by the kind of their recognitions (BADGE, QUEST or LEVEL) and key."""


def order_bound(pack: Pack) -> OrderBound:
    """The rules with `improvement` or `personal_best` among their criteria, themselves or through what they name."""
    bound: set[tuple[str, str]] = set()
    size = -1
    while len(bound) > size:
        size = len(bound)
        for kind, key, skill, goals in _rules(pack):
            if any(goal.looks_at_order or _names(pack, goal.root, bound) for goal in goals):
                bound.add((kind, key))
                if skill is not None:
                    bound.add((RecognitionKind.LEVEL, skill))
    return frozenset(bound)


def rests_on_order(bound: OrderBound, identity: Identity) -> bool:
    """Whether the recognition comes from one of the rules; a learner's goal comes from none of them."""
    kind = RecognitionKind.QUEST if identity.kind == RecognitionKind.STEP else identity.kind
    return (kind, identity.key.partition("/")[0]) in bound


def goal_rests_on_order(pack: Pack, bound: OrderBound, goal: Goal) -> bool:
    """Whether a learner's goal looks at order itself, or waits for one of the rules."""
    return goal.looks_at_order or _names(pack, goal.root, bound)


def _rules(pack: Pack) -> Iterator[tuple[str, str, str | None, Iterable[Goal]]]:
    for badge in pack.badges:
        yield RecognitionKind.BADGE, badge.key, badge.skill, [tier.goal for tier in badge.tiers]
    for quest in pack.quests:
        requires = [quest.requires] if quest.requires is not None else []
        yield RecognitionKind.QUEST, quest.key, quest.skill, [*requires, *(step.goal for step in quest.steps)]


def _names(pack: Pack, node: Node, bound: AbstractSet[tuple[str, str]]) -> bool:
    match node:
        case AllOf() | AnyOf() | SomeOf():
            return any(_names(pack, below, bound) for below in node.nodes)
        case BadgeNode():
            return (RecognitionKind.BADGE, pack.badges[node.badge].key) in bound
        case QuestNode():
            return (RecognitionKind.QUEST, pack.quests[node.quest].key) in bound
        case SkillNode():
            return (RecognitionKind.LEVEL, pack.skills[node.skill].key) in bound
        case _:
            return False
