"""Rules that wait, through quests, badges and streaks, for themselves."""

from collections.abc import Iterator
from typing import TypeAlias

from vekst.quests.checks.report import Report
from vekst.quests.places import Location
from vekst.quests.walk import Rule, named_rules, roots, rule_of, walk

__all__ = ["check_cycles"]

_Waits: TypeAlias = dict[Rule, list[tuple[Rule, Location]]]
"""For every rule, which rules it names, and where."""


def check_cycles(report: Report) -> None:
    """No rule may wait for itself; every cycle is told once, where it closes."""
    waits: _Waits = {}
    for root in roots(report.document):
        for written in walk(root.criterion, root.location):
            waits.setdefault(rule_of(root), []).extend(
                (each, written.location) for each in named_rules(report.document, written.node)
            )
    told: set[frozenset[Rule]] = set()
    done: set[Rule] = set()
    for rule in waits:
        for cycle, location in _cycles(rule, waits, done):
            if frozenset(cycle) not in told:
                told.add(frozenset(cycle))
                report.at(location, "CYCLE", path=" → ".join(" ".join(filter(None, each)) for each in cycle))


def _cycles(start: Rule, waits: _Waits, done: set[Rule]) -> Iterator[tuple[list[Rule], Location]]:
    """Depth first, with a stack of our own: a pack may chain more rules than the interpreter nests calls."""
    if start in done:
        return
    path, stack = [start], [iter(waits.get(start, ()))]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            done.add(path.pop())
            continue
        named, location = step
        if named in path:
            yield [*path[path.index(named) :], named], location
        elif named not in done:
            path.append(named)
            stack.append(iter(waits.get(named, ())))
