"""Why something was recognised, and what is still missing, in words made from the criteria themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from vekst.domain.periods import Window
from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.engine.conditions import Between, Condition, Constant, Differs, Is, OneOf, Present
from vekst.engine.goals import (
    AllOf,
    AnyOf,
    BadgeNode,
    Goal,
    GoalState,
    LeafNode,
    Node,
    QuestNode,
    SkillNode,
    SomeOf,
    StreakNode,
    Whole,
)
from vekst.engine.improvement import ImprovementLeaf, PersonalBestLeaf
from vekst.engine.leaves import CalendarLeaf, EventLeaf, EverLeaf, RollingLeaf
from vekst.engine.measures import NANO, Count, Days, Distinct, Measure, Sum
from vekst.engine.pack import Pack, Quest, Texts
from vekst.engine.phrases import phrase

__all__ = ["Explainer", "title_text"]

_OF_GOALS: Final[Mapping[str, str]] = {
    RecognitionKind.GOAL: "title_goal",
    RecognitionKind.REFLECTION: "title_reflection",
}
# Why these are given does not depend on the occurrence.
_ALIKE: Final = frozenset({RecognitionKind.STEP, RecognitionKind.QUEST, RecognitionKind.BADGE})


def title_text(texts: Texts, locale: str, otherwise: str) -> str:
    """A text in the locale, or in the pack's first one, or its key."""
    return texts.get(locale) or next(iter(texts.values()), "") or otherwise


class Explainer:
    """Puts one pack's rules into words, in one locale."""

    def __init__(self, pack: Pack, locale: str) -> None:
        self._pack = pack
        self._locale = locale

    def why(self, identity: Identity) -> str:
        """Why a recognition was given; for a rule that the pack no longer has, that it is kept."""
        return self._said(self._why, identity) if identity.kind in _ALIKE else self._why(identity)

    def title(self, identity: Identity) -> str:
        """The title of the rule that a recognition comes from; its key where the pack no longer has it."""
        return self._said(self._title, identity)

    def _said(self, say: Callable[[Identity], str], identity: Identity) -> str:
        """What is the same for everybody and each time, put into words once for all."""
        asked = (say.__name__, self._locale, identity.kind, identity.key, identity.tier)
        words = self._pack.said.get(asked)
        if words is None:
            words = self._pack.said[asked] = say(identity)
        return words

    def _why(self, identity: Identity) -> str:
        match identity.kind:
            case RecognitionKind.EVENT:
                text = self._why_event(identity)
            case RecognitionKind.STEP:
                text = self._why_step(identity)
            case RecognitionKind.QUEST:
                text = self._titled("why_quest", self._pack.quest(identity.key))
            case RecognitionKind.BADGE:
                text = self._why_badge(identity)
            case RecognitionKind.MILESTONE:
                text = self._titled("why_milestone", self._pack.streak(identity.key), n=identity.occurrence)
            case RecognitionKind.LEVEL:
                text = self._why_level(identity)
            case RecognitionKind.CHALLENGE:
                text = self._say("why_challenge")
            case RecognitionKind.GOAL:
                text = self._say("why_goal")
            case RecognitionKind.REFLECTION:
                text = self._say("why_reflection")
            case _:
                text = self._say("why_reversal")
        return text or self._say("why_former")

    def _title(self, identity: Identity) -> str:
        if identity.kind in _OF_GOALS:
            return self._say(_OF_GOALS[identity.kind])
        texts = _titles(self._pack, identity)
        return title_text(texts, self._locale, identity.key) if texts else identity.key

    def criterion(self, goal: Goal) -> str:
        """What a goal asks for."""
        return self._node(goal, goal.root)

    def next_step(self, goal: Goal, state: GoalState, whole: Whole) -> str:
        """The nearest thing that is still missing for a goal that does not hold yet."""
        node = _nearest(goal, goal.root, state, whole)
        have, need = node.progress(state, whole, goal.leaves)
        unit = goal.leaves[node.index].unit if isinstance(node, LeafNode) else 1
        asked = self._node(goal, node)
        if need // unit <= 1:
            return self._say("next", criterion=asked)
        counts = {"have": self._number(Decimal(have) / unit), "need": self._number(Decimal(need) / unit)}
        return self._say("next_more", criterion=asked, **counts)

    def next_of(self, identity: Identity, have: int, need: int) -> str:
        """What is still missing for a milestone or a level: `need` of them, of which `have` are there."""
        why = self.why(identity).rstrip(".")
        return self._say("next_more", criterion=why, have=have, need=need)

    def accept(self, quest: Quest) -> str:
        """That a quest waits to be accepted."""
        return self._say("next", criterion=self._titled("accept", quest))

    def _say(self, code: str, **params: object) -> str:
        return phrase(code, self._locale, **params)

    def _titled(self, code: str, rule: object, **params: object) -> str | None:
        title: Texts | None = getattr(rule, "title", None)
        return None if title is None else self._say(code, title=title_text(title, self._locale, ""), **params)

    def _why_event(self, identity: Identity) -> str | None:
        event_type = self._pack.event_types.get(identity.key)
        if event_type is None or event_type.at_most is None:
            return None
        cap = event_type.at_most
        number = identity.occurrence.rpartition("#")[2]
        return self._titled("why_event", event_type, k=number, times=cap.times, per=self._say(cap.per.value))

    def _why_step(self, identity: Identity) -> str | None:
        quest_key, _, step_key = identity.key.partition("/")
        quest = self._pack.quest(quest_key)
        step = next((step for step in quest.steps if step.key == step_key), None) if quest else None
        if quest is None or step is None:
            return None
        titles = {
            "quest": title_text(quest.title, self._locale, quest_key),
            "step": title_text(step.title, self._locale, step_key),
        }
        return self._say("why_step", **titles, criterion=self.criterion(step.goal))

    def _why_badge(self, identity: Identity) -> str | None:
        badge = self._pack.badge(identity.key)
        tier = next((tier for tier in badge.tiers if tier.tier == identity.tier), None) if badge else None
        return None if tier is None else self._titled("why_badge", badge, criterion=self.criterion(tier.goal))

    def _why_level(self, identity: Identity) -> str | None:
        skill, level = self._pack.skill(identity.key), int(identity.occurrence)
        if skill is None or level > len(skill.levels):
            return None
        return self._titled("why_level", skill, points=skill.levels[level - 1], n=level)

    def _node(self, goal: Goal, node: Node) -> str:
        pack = self._pack
        match node:
            case LeafNode():
                return self._leaf(goal.leaves[node.index])
            case AllOf():
                return self._join_parts("and", self._parts(goal, node.nodes))
            case AnyOf():
                return self._join_parts("or", self._parts(goal, node.nodes))
            case SomeOf():
                return self._say("some", n=node.need, parts="; ".join(self._parts(goal, node.nodes)))
            case StreakNode():
                return self._titled("streak", pack.streaks[node.streak], n=node.at_least) or ""
            case SkillNode():
                return self._titled("skill", pack.skills[node.skill], n=node.level) or ""
            case QuestNode():
                return self._titled("quest", pack.quests[node.quest]) or ""
            case BadgeNode(tier=int(tier_index)):
                tier = pack.badges[node.badge].tiers[tier_index]
                name = title_text(tier.title, self._locale, tier.tier)
                return self._titled("badge_tier", pack.badges[node.badge], tier=name) or ""
            case BadgeNode():
                return self._titled("badge", pack.badges[node.badge]) or ""
            case _:
                raise TypeError(type(node).__name__)

    def _parts(self, goal: Goal, nodes: tuple[Node, ...]) -> list[str]:
        """The nodes in words, those with parts of their own in brackets."""
        texts = [self._node(goal, node) for node in nodes]
        many = [isinstance(node, AllOf | AnyOf | SomeOf) and len(node.nodes) > 1 for node in nodes]
        return [f"({text})" if has_parts else text for text, has_parts in zip(texts, many, strict=True)]

    def _join_parts(self, code: str, parts: list[str]) -> str:
        """Parts that hold a comma are set apart by more than an `and` or an `or`."""
        return self._join(f"{code}_apart" if any(", " in part for part in parts) else code, parts)

    def _join(self, code: str, parts: list[str]) -> str:
        text = parts[0]
        for part in parts[1:]:
            text = self._say(code, a=text, b=part)
        return text

    def _leaf(self, leaf: EventLeaf) -> str:
        events = self._join("or", [self._event(key) for key in sorted(leaf.types)])
        match leaf:
            case ImprovementLeaf():
                by = self._number(Decimal(leaf.by.numerator * 100) / leaf.by.denominator)
                text = self._say("improvement", field=self._field(leaf, leaf.field), events=events, by=by)
            case PersonalBestLeaf():
                text = self._say("personal_best", field=self._field(leaf, leaf.field), events=events)
            case EverLeaf() | CalendarLeaf() | RollingLeaf():
                text = self._ranged(leaf, self._measure(leaf, leaf.measure, events))
            case _:
                raise TypeError(type(leaf).__name__)
        conditions = [self._condition(leaf, name, condition) for name, condition in leaf.where.conditions]
        if leaf.where.recorded_by is not None:
            recorders = [self._say(f"recorded_{recorder.value}") for recorder in sorted(leaf.where.recorded_by)]
            conditions.append(self._join("or", recorders))
        return self._say("where", measure=text, conditions=self._join("and", conditions)) if conditions else text

    def _ranged(self, leaf: EverLeaf | CalendarLeaf | RollingLeaf, text: str) -> str:
        if isinstance(leaf.measure, Count) and leaf.measure.at_most is not None:
            cap = leaf.measure.at_most
            text = self._say("cap", measure=text, times=cap.times, per=self._say(cap.per.value))
        if isinstance(leaf, CalendarLeaf):
            return self._say("within", measure=text, length=self._window(leaf.window))
        if isinstance(leaf, RollingLeaf):
            return self._say("within", measure=text, length=self._length(leaf.length))
        return text

    def _measure(self, leaf: EventLeaf, measure: Measure, events: str) -> str:
        match measure:
            case Count():
                return self._say("count_one" if measure.need == 1 else "count", events=events, n=measure.need)
            case Days():
                return self._say("days", events=events, n=measure.need)
            case Sum():
                n = self._number(Decimal(measure.need) / NANO)
                return self._say("sum", events=events, field=self._field(leaf, measure.field), n=n)
            case Distinct():
                return self._say("distinct", events=events, field=self._field(leaf, measure.field), n=measure.need)
            case _:
                raise TypeError(type(measure).__name__)

    def _event(self, key: str) -> str:
        event_type = self._pack.event_types.get(key)
        return self._say("quoted", text=title_text(event_type.title, self._locale, key)) if event_type else key

    def _field(self, leaf: EventLeaf, name: str) -> str:
        for key in sorted(leaf.types):
            event_type = self._pack.event_types.get(key)
            if event_type is not None and name in event_type.fields:
                return title_text(event_type.fields[name].title, self._locale, name)
        return name

    def _condition(self, leaf: EventLeaf, name: str, condition: Condition) -> str:
        field = self._field(leaf, name)
        match condition:
            case Is():
                return self._say("is", field=field, value=self._value(condition.constant))
            case OneOf():
                values = self._join("or", [self._value(constant) for constant in condition.constants])
                return self._say("is", field=field, value=values)
            case Differs():
                return self._say("differs", field=field, value=self._value(condition.constant))
            case Between(low=None):
                return self._say("at_most", field=field, high=self._value(condition.high))
            case Between(high=None):
                return self._say("at_least", field=field, low=self._value(condition.low))
            case Between():
                low, high = self._value(condition.low), self._value(condition.high)
                return self._say("between", field=field, low=low, high=high)
            case Present():
                return self._say("present" if condition.present else "absent", field=field)
            case _:
                raise TypeError(type(condition).__name__)

    def _value(self, constant: Constant | None) -> str:
        if isinstance(constant, bool):
            return self._say("yes" if constant else "no")
        return self._number(Decimal(str(constant))) if isinstance(constant, int | float) else str(constant)

    def _number(self, number: Decimal) -> str:
        """A number as a reader writes it, without needless zeros."""
        return format(number.normalize(), "f").replace(".", self._say("decimal_mark"))

    def _window(self, window: Window) -> str:
        return self._say(f"one_{window.value}")

    def _length(self, length: timedelta) -> str:
        unit, size = ("hour", timedelta(hours=1)) if length % timedelta(days=1) else ("day", timedelta(days=1))
        n = length // size
        return self._say(f"one_{unit}") if n == 1 else self._say(f"{unit}s_long", n=n)


def _titles(pack: Pack, identity: Identity) -> Texts | None:
    if identity.kind == RecognitionKind.STEP:
        quest_key, _, step_key = identity.key.partition("/")
        quest = pack.quest(quest_key)
        return next((step.title for step in quest.steps if step.key == step_key), None) if quest else None
    rules: dict[RecognitionKind, Callable[[str], object]] = {
        RecognitionKind.EVENT: pack.event_types.get,
        RecognitionKind.QUEST: pack.quest,
        RecognitionKind.BADGE: pack.badge,
        RecognitionKind.MILESTONE: pack.streak,
        RecognitionKind.LEVEL: pack.skill,
    }
    find = rules.get(RecognitionKind(identity.kind))
    rule = find(identity.key) if find else None
    texts: Texts | None = getattr(rule, "title", None)
    return texts


def _nearest(goal: Goal, node: Node, state: GoalState, whole: Whole) -> Node:
    """Of the parts that are missing the one that is nearest, all the way down."""
    if not isinstance(node, AllOf | AnyOf | SomeOf):
        return node
    missing = [part for part in node.nodes if not part.holds(state, whole)]

    def nearness(part: Node) -> float:
        have, need = part.progress(state, whole, goal.leaves)
        return have / need

    return _nearest(goal, max(missing or node.nodes, key=nearness), state, whole)
