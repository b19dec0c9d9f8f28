"""The nature of every rule, fixed when a pack is compiled: outcome if an outcome event is behind it, else effort."""

from collections import defaultdict
from dataclasses import dataclass

from vekst.domain.recognitions import Nature
from vekst.quests.documents import EventNature, EventNode, PackDocument
from vekst.quests.walk import Rule, named_rules, roots, rule_of, walk

__all__ = ["Natures", "natures"]


@dataclass(frozen=True, slots=True)
class Natures:
    """Which event types and rules stand for outcomes; everything else is effort."""

    outcome_events: frozenset[str]
    outcome_rules: frozenset[Rule]

    def event(self, key: str) -> Nature:
        """The nature of what an event type itself pays."""
        return _nature(outcome=key in self.outcome_events)

    def badge(self, key: str, tier: str | None) -> Nature:
        """The nature of one tier; each has its own."""
        return _nature(outcome=("badge", key, tier or "") in self.outcome_rules)

    def quest(self, key: str) -> Nature:
        """The nature of a quest and of all its steps; `requires` is among its criteria."""
        return _nature(outcome=("quest", key) in self.outcome_rules)

    def streak(self, key: str) -> Nature:
        """The nature of a streak's milestones."""
        return _nature(outcome=("streak", key) in self.outcome_rules)


def natures(document: PackDocument) -> Natures:
    """The natures of a pack's rules: a rule is an outcome if it names an outcome event, or a rule that is one.

    A skill passes nothing on: outcome points never count towards it.
    """
    events = frozenset(key for key, event in document.events.items() if event.nature is EventNature.OUTCOME)
    named_by: defaultdict[Rule, set[Rule]] = defaultdict(set)
    waiting: list[Rule] = []
    for root in roots(document):
        for written in walk(root.criterion, root.location):
            if isinstance(written.node, EventNode) and not events.isdisjoint(written.node.event):
                waiting.append(rule_of(root))
            for named in named_rules(document, written.node):
                named_by[named].add(rule_of(root))
    outcomes: set[Rule] = set()
    while waiting:
        rule = waiting.pop()
        if rule not in outcomes:
            outcomes.add(rule)
            waiting.extend(named_by[rule])
    return Natures(events, frozenset(outcomes))


def _nature(*, outcome: bool) -> Nature:
    return Nature.OUTCOME if outcome else Nature.EFFORT
