"""A sort done by hand: what a board shows to one viewer, counted anew from what people did, and slow about it.

It shares no code with the product. A new measure or window joins by being listed in `BOARDS`, with a function that says
what somebody's value is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

__all__ = ["BOARDS", "PACK", "PAYS", "Board", "Person", "Row", "Shown", "by_hand"]

PAYS: Final = {"step.small": 1, "step.large": 7}
"""What one event of each type pays."""


@dataclass
class Person:
    """Somebody, and all that decides where they stand."""

    learner_id: UUID
    person: str
    zone: str
    role: str = "learner"
    active: bool = True
    team: str | None = None
    chose: dict[str, bool] = field(default_factory=dict)
    did: list[tuple[datetime, str]] = field(default_factory=list)
    """What was judged: when, and of which type."""

    def day(self, at: datetime) -> date:
        """The person's local date."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def days(self) -> set[date]:
        """The local dates with anything on them."""
        return {self.day(at) for at, _ in self.did}


def current_run(person: Person, now: datetime) -> int:
    """Days in a row up to today; today itself may still come."""
    days, last = person.days(), person.day(now)
    if last not in days:
        last -= timedelta(days=1)
    length = 0
    while last - timedelta(days=length) in days:
        length += 1
    return length


def longest_run(person: Person, now: datetime) -> int:
    """The most days in a row that ever were."""
    del now
    days = person.days()
    best = 0
    for day in days:
        length = 0
        while day - timedelta(days=length) in days:
            length += 1
        best = max(best, length)
    return best


def effort(person: Person, now: datetime) -> int:
    """All points; every event pays."""
    del now
    return sum(PAYS[kind] for _, kind in person.did)


@dataclass(frozen=True)
class Board:
    """A board of the pack: how it is written there, and its value by hand."""

    key: str
    measure: str
    value: Callable[[Person, datetime], int]
    ties: str = "shared"
    top: int = 10
    neighbours: int = 3
    joins: str = "opt_in"
    smallest: int = 2

    def joined(self, person: Person) -> bool:
        """Whether the person is on it."""
        by_default = self.joins == "opt_out" and person.role == "learner"
        return person.active and person.chose.get(self.key, by_default)


BOARDS: Final = (
    Board("runs", "{streak: daily, of: current}", current_run),
    Board("runs-dense", "{streak: daily, of: current}", current_run, "dense", top=2, neighbours=1, joins="opt_out"),
    Board("longest", "{streak: daily, of: longest}", longest_run, top=3, neighbours=2, joins="opt_out", smallest=4),
    Board("effort", "{points: effort, per: ever}", effort, top=4, neighbours=1),
    Board("effort-dense", "{points: effort, per: ever}", effort, "dense", joins="opt_out", smallest=5),
)

_BOARD: Final = """
  {key}:
    title: {key}
    purpose: To be counted
    measure: {measure}
    ties: {ties}
    shows: {{top: {top}, neighbours: {neighbours}}}
    joins: {joins}
    smallest_group: {smallest}
"""
PACK: Final = {
    "pack.yaml": """
pack: ranks
title: Ranks
purpose: To be counted by hand
locales: [en]
zone: Etc/UTC
calendar: always
retention: 3650 days
accepts_events_up_to: 400 days
recognition: {outcomes_at_most: 25%}
""",
    "events.yaml": """
calendars:
  always: {workdays: [mon, tue, wed, thu, fri, sat, sun]}
events:
  step.small: {title: A step, nature: practice, points: 1, at_most: {times: 1000, per: day}, recorded_by: [self]}
  step.large: {title: A large step, nature: practice, points: 7, at_most: {times: 1000, per: day}, recorded_by: [self]}
streaks:
  daily:
    title: Daily
    purpose: Little and often
    every: day
    counts: {count: {event: [step.small, step.large], at_least: 1}}
""",
    "boards.yaml": "leaderboards:" + "".join(_BOARD.format(**vars(board)) for board in BOARDS),
}


@dataclass(frozen=True)
class Row:
    """A place, as it is shown."""

    rank: int
    person: str
    value: int


@dataclass(frozen=True)
class Shown:
    """All that a viewer is shown of a board."""

    size: int
    top: tuple[Row, ...] = ()
    around: tuple[Row, ...] = ()
    me: Row | None = None
    to_next: int | None = None


def by_hand(board: Board, people: Iterable[Person], viewer: Any, now: datetime) -> Shown:
    """L1-L3, sentence by sentence. Ties lie in the order of ids, which decides who is shown of them and no rank."""
    joined = [person for person in people if board.joined(person)]
    if len(joined) < board.smallest:
        return Shown(len(joined))
    values = {person.person: board.value(person, now) for person in joined}
    placed = sorted(
        (person for person in joined if values[person.person] > 0),
        key=lambda person: (values[person.person], person.learner_id),
        reverse=True,
    )

    def row(person: Person) -> Row:
        better = [values[other.person] for other in placed if values[other.person] > values[person.person]]
        rank = 1 + (len(better) if board.ties == "shared" else len(set(better)))
        return Row(rank, person.person, values[person.person])

    def upper(person: Person) -> bool:
        as_good = [other for other in placed if values[other.person] >= values[person.person]]
        return 2 * len(as_good) <= len(joined)

    named = [person for person in placed if upper(person)]
    mine = next((person for person in placed if person.person == viewer), None)
    if mine is None:
        return Shown(len(joined), _rows(named[: board.top], row))
    above = [values[person.person] for person in placed if values[person.person] > values[mine.person]]
    at = placed.index(mine)
    near = placed[max(0, at - board.neighbours) : at + board.neighbours + 1]
    around = [person for person in near if upper(person)] if upper(mine) else [mine]
    to_next = min(above) - values[mine.person] if above else None
    return Shown(len(joined), _rows(named[: board.top], row), _rows(around, row), row(mine), to_next)


def _rows(people: Sequence[Person], row: Callable[[Person], Row]) -> tuple[Row, ...]:
    return tuple(row(person) for person in people)
