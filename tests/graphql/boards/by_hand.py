"""A sort done by hand: what a board shows to one viewer, counted anew from what people did, and slow about it.

It shares no code with the product. A new measure joins by being listed in `BOARDS`, with a function that says what
somebody's value is, of what they did in the board's window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

__all__ = ["BOARDS", "PACK", "PAYS", "Board", "ChallengeBoard", "Person", "Row", "Shown", "by_hand"]

PAYS: Final = {"step.small": 1, "step.large": 7}
"""What one event of each type pays."""


Window = Callable[[date], str]
"""Names the week or month that a date is in."""


def week(day: date) -> str:
    """As 2026-W07."""
    return f"{day.isocalendar().year}-W{day.isocalendar().week:02}"


def month(day: date) -> str:
    """As 2026-02."""
    return f"{day.year}-{day.month:02}"


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
    belonged: list[tuple[datetime, str | None]] = field(default_factory=list)
    """From when on to which team, in order."""

    def day(self, at: datetime) -> date:
        """The person's local date."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def team_at(self, at: datetime) -> str | None:
        """The team at that instant."""
        return next((team for since, team in reversed(self.belonged) if since <= at), None)

    def only(self, window: Window, period: str) -> Person:
        """The same person, had they done nothing outside that window of their own dates."""
        return replace(self, did=[(at, kind) for at, kind in self.did if window(self.day(at)) == period])

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


def steps(person: Person, now: datetime) -> int:
    """How many events."""
    del now
    return len(person.did)


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
    window: Window | None = None

    def period(self, viewer: Person, now: datetime, back: int = 0) -> str | None:
        """The name of the window that the viewer was in so many days ago; None for a board without windows."""
        return self.window(viewer.day(now) - timedelta(days=back)) if self.window else None

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
    Board("effort-weekly", "{points: effort, per: week}", effort, joins="opt_out", window=week),
    Board(
        "steps-monthly",
        "{count: {event: [step.small, step.large]}, per: month}",
        steps,
        "dense",
        top=4,
        neighbours=1,
        joins="opt_out",
        window=month,
    ),
)


@dataclass(frozen=True)
class ChallengeBoard(Board):
    """The board of a challenge of these teams as one, or of one team of those that stand side by side."""

    teams: tuple[str, ...] = ()

    @classmethod
    def of(cls, key: str, teams: tuple[str, ...], starts: datetime, ends: datetime) -> ChallengeBoard:
        """The board of a challenge that counts steps; as a board of the quest files that says nothing about it."""

        def counted(person: Person, now: datetime) -> int:
            del now
            return sum(starts <= at < ends and person.team_at(at) in teams for at, _ in person.did)

        return cls(key, "", counted, smallest=5, teams=teams)


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


def by_hand(board: Board, people: Sequence[Person], viewer: Any, now: datetime, period: str | None = None) -> Shown:
    """L1-L3, sentence by sentence. Ties lie in the order of ids, which decides who is shown of them and no rank.

    Of a board with windows it is the one of the name `period`.
    """
    joined = [person for person in people if board.joined(person)]
    if board.window is not None:
        assert period is not None
        joined = [person.only(board.window, period) for person in joined]
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
