"""Challenges: what each member comes to (C1), and whether the goal is met (C2); pure, from events and memberships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final, assert_never

from vekst.domain.calendars import has_zone, local_day
from vekst.domain.events import TIME_OFF, VOIDED, ZONE_CHANGED, ProgressEvent
from vekst.engine.fold import without_voided
from vekst.engine.leaves import EVIDENCE_AT_MOST, EverLeaf
from vekst.engine.validation import time_off_days

__all__ = [
    "CIRCUMSTANCES",
    "ChallengeGoal",
    "Everyone",
    "Member",
    "MemberReading",
    "Share",
    "Span",
    "Terms",
    "Together",
    "Verdict",
    "decide",
    "read_member",
]

CIRCUMSTANCES: Final = (ZONE_CHANGED, TIME_OFF, VOIDED)
"""The event types that matter to every challenge, whenever they occurred."""

Span = tuple[datetime, datetime | None]
"""A membership: from when, and until when (None: still)."""

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Everyone:
    """Each member who is asked reaches `need`."""

    need: int


@dataclass(frozen=True, slots=True)
class Together:
    """All members add up to `need`."""

    need: int


@dataclass(frozen=True, slots=True)
class Share:
    """At least this share of the members who are asked reach `need`."""

    share: Fraction
    need: int


ChallengeGoal = Everyone | Together | Share
"""A goal; `need` is in the measure's unit, billionths for a sum."""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What counts, when and towards what; the threshold of `tally` says nothing here."""

    tally: EverLeaf
    goal: ChallengeGoal
    starts: datetime
    ends: datetime
    side_by_side: bool = False
    """Whether each team has a result of its own; see `vekst.engine.sides`."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belonged to one of the teams at some time of the challenge; `zone` is where their fold begins."""

    zone: str
    spans: Sequence[Span]
    active: bool = True


@dataclass(frozen=True, slots=True)
class MemberReading:
    """What a member came to: whether the goal asks them, whether they reached it, and the refs of what counted."""

    value: int
    asked: bool
    reached: bool
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all members came to; `asked` and `reached` count members, and are 0 for `together`."""

    met: bool
    members: int
    asked: int
    reached: int
    total: int


def read_member(terms: Terms, member: Member, events: Sequence[ProgressEvent], now: datetime) -> MemberReading:
    """What the member comes to at `now`, by their events in canonical order: those of the tally and CIRCUMSTANCES."""
    counted = without_voided(events)
    zones = [(_BEGINNING, member.zone)]
    total, evidence = terms.tally.measure.start(), list[int]()
    for event in counted:
        if event.type == ZONE_CHANGED and has_zone(str(event.data.get("zone"))):
            zones.append((event.occurred_at, str(event.data["zone"])))
        elif _counts(terms, member, event):
            day = local_day(event.occurred_at, zones[-1][1])
            if terms.tally.measure.add(total, event, day) and len(evidence) < EVIDENCE_AT_MOST:
                evidence.append(event.ref)
    value = terms.tally.measure.have(total)
    until = max(terms.starts, min(now, terms.ends))
    whole = member.active and _belonged(member.spans, terms.starts, until)
    if isinstance(terms.goal, Together):
        return MemberReading(value, asked=False, reached=False, evidence=tuple(evidence))
    reached = value >= terms.goal.need
    asked = whole and (reached or not _rested(terms, zones, counted))
    return MemberReading(value, asked=asked, reached=asked and reached, evidence=tuple(evidence))


def decide(goal: ChallengeGoal, readings: Iterable[MemberReading]) -> Verdict:
    """Whether the goal is met; where nobody is asked, it is not."""
    members = list(readings)
    asked = sum(member.asked for member in members)
    reached = sum(member.reached for member in members)
    total = sum(member.value for member in members)
    match goal:
        case Together():
            met = total >= goal.need
        case Everyone():
            met = asked > 0 and reached == asked
        case Share():
            met = asked > 0 and reached >= goal.share * asked
        case _:
            assert_never(goal)
    return Verdict(met, len(members), asked, reached, total)


def _counts(terms: Terms, member: Member, event: ProgressEvent) -> bool:
    """C1: an event of the challenge's time that occurred while its learner belonged to a team of it."""
    at = event.occurred_at
    return (
        event.type in terms.tally.types
        and terms.starts <= at < terms.ends
        and any(joined <= at and (left is None or at < left) for joined, left in member.spans)
        and terms.tally.where.matches(event)
    )


def _belonged(spans: Sequence[Span], since: datetime, until: datetime) -> bool:
    """Whether the spans, one after the other, cover `[since, until)` and the instant `since`."""
    reached = since
    for joined, left in sorted(spans, key=lambda span: span[0]):
        if joined > reached:
            return False
        if left is None:
            return True
        reached = max(reached, left)
    return reached > since and reached >= until


def _rested(terms: Terms, zones: Sequence[tuple[datetime, str]], events: Iterable[ProgressEvent]) -> bool:
    """Whether one of the challenge's local dates was time off."""
    first, last = _day(terms.starts, zones), _day(terms.ends - _MOMENT, zones)
    spans = (time_off_days(event.data) for event in events if event.type == TIME_OFF)
    return any(span[0] <= last and first <= span[1] for span in spans if span is not None)


def _day(at: datetime, zones: Sequence[tuple[datetime, str]]) -> int:
    return local_day(at, next(zone for since, zone in reversed(zones) if since <= at))
