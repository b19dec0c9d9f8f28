"""The cast of the demonstration: twelve invented people in three teams, with habits that make a believable story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from vekst.domain.actors import Role

__all__ = ["CAST", "ORGANISATION", "TEAMS", "Aim", "Character"]

ORGANISATION: Final = ("demo", "Fjordlys")
"""Key and name."""

TEAMS: Final = {"coast": "Coast", "city": "City", "north": "North"}

_EVERY_WEEKDAY: Final = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Aim:
    """A goal that somebody sets for themselves: on which day, for how many, and what they say when that is over.

    Without `looks_back` they say nothing.
    """

    day: int
    lasts: int
    earn: Mapping[str, object]
    why: str
    shared: bool = False
    looks_back: str | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """One person: what they tend to do on a working day, and how that changes over the season.

    `habits` maps an event type to its chance on a working day at the season's start, `becomes` to the chance at its end
    (the same where it is left out). Days are counted from the season's first; `away` includes both its days.
    """

    person: str
    name: str
    team: str
    story: str
    habits: Mapping[str, float]
    becomes: Mapping[str, float] = field(default_factory=dict)
    role: Role = Role.LEARNER
    locale: str = "nb"
    workdays: frozenset[int] = _EVERY_WEEKDAY
    weekends: float = 0.0
    """The part of the habits that is kept up on days off."""
    score: tuple[float, float] = (5.5, 6.5)
    """How practice goes, of 10, at the season's start and end."""
    begins: int = 0
    ends: int | None = None
    away: tuple[int, int] | None = None
    accepts: Mapping[str, int] = field(default_factory=dict)
    """Quests that wait for a yes, and the day on which they get it."""
    aims: tuple[Aim, ...] = ()
    """Goals of the last weeks, so that phones may still tell them."""
    joins_boards: bool = True

    @property
    def manages(self) -> bool:
        """Whether this person leads their team."""
        return self.role is Role.MANAGER


CAST: Final = (
    Character(
        "kari",
        "Kari",
        "coast",
        "improves: practises a little almost every day, and her scores climb",
        {
            "call.practised": 0.9,
            "lesson.completed": 0.3,
            "call.reflected": 0.4,
            "meeting.prepared": 0.3,
            "objection.practised": 0.3,
            "listening.practised": 0.3,
            "week.reviewed": 0.9,
            "feedback.asked": 0.1,
            "customer.followed-up": 0.3,
            "deal.won": 0.02,
        },
        becomes={"call.practised": 1.0, "value-story.rehearsed": 0.4, "feedback.acted-on": 0.15, "meeting.held": 0.5},
        locale="en",
        accepts={"price-without-fear": 66},
        aims=(
            Aim(
                66,
                14,
                {"count": {"event": "call.practised", "where": {"score": {"min": 6}}, "at_least": 4}},
                "I want to leave more silence after a question",
                shared=True,
                looks_back="It worked when I counted to three before I answered",
            ),
        ),
        score=(4.0, 8.5),
    ),
    Character(
        "amina",
        "Amina",
        "coast",
        "is steady: the same quiet quarter of an hour every working day",
        {
            "call.practised": 1.0,
            "closing.practised": 0.4,
            "meeting.prepared": 0.6,
            "meeting.held": 0.5,
            "customer.followed-up": 0.5,
            "week.reviewed": 1.0,
            "deal.won": 0.05,
        },
        aims=(
            Aim(
                84,
                21,
                {"count": {"event": "closing.practised", "at_least": 6}},
                "To end a conversation as calmly as I begin it",
                shared=True,
            ),
        ),
        score=(7.0, 7.2),
    ),
    Character(
        "lars",
        "Lars",
        "coast",
        "closes much and practises little: most of his outcome points are held until he does",
        {
            "meeting.booked": 0.9,
            "meeting.held": 0.7,
            "deal.won": 0.5,
            "customer.renewed": 0.3,
            "call.practised": 0.05,
        },
        joins_boards=False,
    ),
    Character(
        "nora",
        "Nora",
        "coast",
        "leads the coast team: listens in, coaches, and practises what she asks of others",
        {
            "call.practised": 0.4,
            "feedback.given": 0.5,
            "mentoring.given": 0.15,
            "week.reviewed": 0.8,
            "coaching.received": 0.3,
            "call.observed": 0.2,
        },
        role=Role.MANAGER,
        score=(7.5, 8.0),
    ),
    Character(
        "emma",
        "Emma",
        "city",
        "is back from leave: her streak rested while she was away, and goes on",
        {
            "call.practised": 0.95,
            "lesson.completed": 0.3,
            "roleplay.done": 0.3,
            "week.reviewed": 0.8,
            "meeting.held": 0.3,
            "deal.won": 0.04,
        },
        away=(52, 74),
        aims=(
            Aim(
                76,
                13,
                {"count": {"event": "call.practised", "at_least": 3}},
                "Finding my way back, a little at a time",
                looks_back="Three were enough to want a fourth",
            ),
        ),
        score=(6.0, 7.0),
    ),
    Character(
        "sofie",
        "Sofie",
        "city",
        "is new: everything is a first time, and she is warming up",
        {
            "lesson.completed": 0.8,
            "call.practised": 0.6,
            "colleague.shadowed": 0.4,
            "call.reflected": 0.5,
            "goal.set": 0.2,
            "feedback.asked": 0.3,
            "mentoring.received": 0.2,
        },
        locale="en",
        begins=69,
        accepts={"with-a-mentor": 70},
        aims=(
            Aim(
                70,
                13,
                {"count": {"event": "lesson.completed", "at_least": 20}},
                "I would like to have seen everything once",
                shared=True,
                looks_back="Twenty were too many; the eight after which I tried something stayed with me",
            ),
        ),
        score=(3.5, 5.5),
    ),
    Character(
        "mikkel",
        "Mikkel",
        "city",
        "began with a bang and grew silent: nothing is lost, and every door is open",
        {
            "call.practised": 1.0,
            "roleplay.done": 0.5,
            "lesson.completed": 0.6,
            "objection.practised": 0.5,
            "call.reflected": 0.5,
        },
        ends=25,
        score=(5.0, 6.5),
    ),
    Character(
        "jonas",
        "Jonas",
        "city",
        "leads the city team: gives feedback, and keeps his own look back each week",
        {
            "feedback.given": 0.4,
            "week.reviewed": 1.0,
            "reading.finished": 0.4,
            "workshop.attended": 0.05,
            "coaching.received": 0.2,
        },
        role=Role.MANAGER,
    ),
    Character(
        "ole",
        "Ole",
        "north",
        "works three days a week: his streak is one of weeks",
        {
            "call.practised": 0.95,
            "meeting.prepared": 0.5,
            "meeting.held": 0.5,
            "customer.followed-up": 0.4,
            "deal.won": 0.06,
        },
        workdays=frozenset({0, 1, 2}),
        score=(6.0, 6.5),
    ),
    Character(
        "sara",
        "Sara",
        "north",
        "lifts others: feedback with examples, mentoring, and lessons passed on",
        {
            "feedback.given": 0.8,
            "mentoring.given": 0.3,
            "call.practised": 0.5,
            "course.completed": 0.04,
            "workshop.attended": 0.08,
            "call.reflected": 0.3,
            "customer.followed-up": 0.3,
            "deal.won": 0.05,
        },
        score=(6.5, 7.0),
    ),
    Character(
        "tuva",
        "Tuva",
        "north",
        "reads and learns a little every day, at weekends too, and learns most from what was lost",
        {
            "reading.finished": 0.8,
            "lesson.completed": 0.35,
            "call.reflected": 0.7,
            "loss.reflected": 0.25,
            "win.reflected": 0.1,
            "account.researched": 0.5,
            "meeting.prepared": 0.5,
            "deal.won": 0.04,
        },
        weekends=0.8,
    ),
    Character(
        "ingrid",
        "Ingrid",
        "north",
        "leads the north team: rehearses value stories with her people",
        {
            "value-story.rehearsed": 0.6,
            "feedback.given": 0.3,
            "feedback.asked": 0.15,
            "lesson.completed": 0.2,
            "week.reviewed": 0.7,
            "call.observed": 0.1,
        },
        role=Role.MANAGER,
        score=(6.0, 7.5),
    ),
)
