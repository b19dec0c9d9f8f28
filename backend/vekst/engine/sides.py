"""Team beside team: each has a result of its own, by the share of its members who got there (C2); pure.

Teams are unequal, so what they come to in all is never set beside that of another. A team either meets the goal or
has not met it yet; there is no order among them, and so nobody is last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from vekst.engine.challenges import MemberReading, Terms, Verdict, decide
from vekst.engine.leaves import EVIDENCE_AT_MOST

__all__ = ["Outcome", "outcome", "over_all", "taken_together"]

Team = TypeVar("Team")
Person = TypeVar("Person")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Team, Person]):
    """What came of a challenge: `whole` is met where one of the teams met it that stand for themselves.

    `evidence` holds what everyone did for the goal that was met, they and nobody else being recognised for it.
    """

    whole: Verdict
    sides: Mapping[Team, Verdict]
    evidence: Mapping[Person, Sequence[int]]


def over_all(whole: MemberReading, parts: Iterable[MemberReading]) -> MemberReading:
    """What somebody came to in all their teams: `whole` by all of their time, asked where one of the teams asks them.

    Who changed team midway did not belong to either for the whole time, and is asked by neither.
    """
    theirs = list(parts)
    return replace(
        whole, asked=any(each.asked for each in theirs), reached=any(each.asked and each.reached for each in theirs)
    )


def outcome(
    terms: Terms, members: Mapping[Person, MemberReading], sides: Mapping[Team, Mapping[Person, MemberReading]]
) -> Outcome[Team, Person]:
    """What came of a challenge; `sides` has every team that stands for itself, and is empty where all are as one."""
    whole = decide(terms.goal, members.values())
    if not terms.side_by_side:
        return Outcome(whole, {}, _contributors([members]) if whole.met else {})
    verdicts = {team: decide(terms.goal, theirs.values()) for team, theirs in sides.items()}
    met = [theirs for team, theirs in sides.items() if verdicts[team].met]
    return Outcome(replace(whole, met=bool(met)), verdicts, _contributors(met))


def taken_together(verdicts: Iterable[Verdict]) -> Verdict:
    """Several teams' results as one, for who may see them all: met where one of the teams met it."""
    each = list(verdicts)
    return Verdict(
        met=any(one.met for one in each),
        members=sum(one.members for one in each),
        asked=sum(one.asked for one in each),
        reached=sum(one.reached for one in each),
        total=sum(one.total for one in each),
    )


def _contributors(teams: Iterable[Mapping[Person, MemberReading]]) -> dict[Person, Sequence[int]]:
    evidence: dict[Person, dict[int, None]] = {}
    for members in teams:
        for person, reading in members.items():
            if reading.value > 0:
                evidence.setdefault(person, {}).update(dict.fromkeys(reading.evidence))
    return {person: tuple(refs)[:EVIDENCE_AT_MOST] for person, refs in evidence.items()}
