"""What each kind of event says: minutes, scores, customers, lessons; drawn from the story so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar

from vekst.domain.events import FieldValue

__all__ = ["DETAILS", "Telling"]

T = TypeVar("T")
Data = dict[str, FieldValue]

_LESSONS: Final = (
    "curiosity",
    "open-questions",
    "active-listening",
    "handling-objections",
    "value-stories",
    "next-steps",
    "following-up",
    "preparing-a-meeting",
    "knowing-the-customer",
    "silence",
    "numbers-that-matter",
    "price-conversations",
    "honest-no",
    "receiving-feedback",
    "learning-from-losses",
)
_CUSTOMERS: Final = (
    "bakery",
    "harbour",
    "hotel",
    "school",
    "shipyard",
    "garage",
    "theatre",
    "dairy",
    "library",
    "clinic",
)
_FOCUS: Final = ("discovery", "listening", "objections", "value", "closing-well", "follow-up", "preparation")
_DOUBTS: Final = ("price", "timing", "trust", "competitor", "no-need", "not-my-decision")
_EXERCISES: Final = ("summing-up", "staying-silent", "following-up-a-word", "hearing-feelings")
_AUDIENCES: Final = ("user", "team-lead", "director", "finance", "it")
_ENDINGS: Final = ("summary", "next-step", "honest-no", "decision")
_WENT_WELL: Final = (
    "I waited a second longer, and there was more to hear",
    "I asked what the delay costs them",
    "We agreed on who does what until Thursday",
    "I summed up in their words, not in mine",
)
_LEARNED: Final = (
    "I heard the no two weeks before I understood it",
    "The one who decides was never in the room",
    "They wanted help with the change, not a lower price",
)


@dataclass(slots=True)
class Telling:
    """One person's story as it is told: the dice, how well practice goes by now, and what came before."""

    dice: Random
    score: float = 5.0
    told: dict[str, int] = field(default_factory=dict)

    def next_of(self, what: str, choices: Sequence[T]) -> T:
        """The choices one after the other, and from the beginning again."""
        turn = self.told.get(what, 0)
        self.told[what] = turn + 1
        return choices[turn % len(choices)]

    def minutes(self, low: int, high: int) -> int:
        """A length of time."""
        return self.dice.randint(low, high)

    def scored(self) -> float:
        """How one try went: around the level of the day, in halves, from 0 to 10."""
        tried = self.dice.gauss(self.score, 0.7)
        return min(10.0, max(0.0, round(tried * 2) / 2))

    def customer(self) -> str:
        """A customer."""
        return self.dice.choice(_CUSTOMERS)


def _practised(telling: Telling) -> Data:
    return {
        "minutes": telling.minutes(6, 20),
        "score": telling.scored(),
        "customer": telling.customer(),
        "focus": telling.next_of("focus", _FOCUS),
    }


def _role_played(telling: Telling) -> Data:
    return {
        "minutes": telling.minutes(10, 25),
        "role": telling.next_of("role", ("seller", "customer", "observer")),
        "focus": telling.dice.choice(("objections", "listening", "discovery")),
        "score": telling.scored(),
    }


def _meeting_held(telling: Telling) -> Data:
    return {
        "customer": telling.customer(),
        "minutes": telling.minutes(20, 60),
        "talk-share": telling.minutes(35, 65),
        "agenda": telling.dice.random() < 0.8,
        "next-step": telling.dice.random() < 0.7,
    }


def _followed_up(telling: Telling) -> Data:
    return {
        "customer": telling.customer(),
        "hours-after": telling.minutes(2, 40),
        "promise-kept": telling.dice.random() < 0.85,
        "useful": "An answer to what they asked",
    }


def _lost(telling: Telling) -> Data:
    return {
        "customer": telling.customer(),
        "reason": telling.dice.choice(("price", "timing", "fit", "no-decision")),
        "learned": telling.next_of("learned", _LEARNED),
        "asked-customer": telling.dice.random() < 0.6,
    }


DETAILS: Final[dict[str, Callable[[Telling], Data]]] = {
    "account.researched": lambda t: {
        "customer": t.customer(),
        "sources": t.minutes(2, 5),
        "minutes": t.minutes(10, 25),
    },
    "meeting.prepared": lambda t: {
        "customer": t.customer(),
        "minutes": t.minutes(10, 30),
        "questions": t.minutes(2, 6),
    },
    "meeting.held": _meeting_held,
    "call.practised": _practised,
    "roleplay.done": _role_played,
    "listening.practised": lambda t: {"exercise": t.next_of("exercise", _EXERCISES), "minutes": t.minutes(5, 15)},
    "objection.practised": lambda t: {
        "kind": t.next_of("doubt", _DOUBTS),
        "minutes": t.minutes(5, 12),
        "asked-first": t.dice.random() < 0.7,
    },
    "value-story.rehearsed": lambda t: {
        "audience": t.next_of("audience", _AUDIENCES),
        "minutes": t.minutes(5, 15),
        "score": t.scored(),
    },
    "closing.practised": lambda t: {"way": t.next_of("ending", _ENDINGS), "minutes": t.minutes(5, 10)},
    "customer.followed-up": _followed_up,
    "lesson.completed": lambda t: {
        "lesson": t.next_of("lesson", _LESSONS),
        "minutes": t.minutes(6, 18),
        "score": t.minutes(60, 100),
    },
    "course.completed": lambda t: {
        "course": t.next_of("course", ("Negotiation", "Service design")),
        "hours": t.minutes(6, 12),
    },
    "workshop.attended": lambda t: {
        "theme": t.next_of("theme", _FOCUS),
        "hours": t.minutes(2, 4),
        "takeaway": "One question fewer, one pause more",
    },
    "reading.finished": lambda t: {"title": "An article on conversations", "minutes": t.minutes(10, 25)},
    "colleague.shadowed": lambda t: {"minutes": t.minutes(30, 60), "noticed": "How calmly the price was said"},
    "mentoring.received": lambda t: {"minutes": t.minutes(25, 45), "theme": "The first months"},
    "mentoring.given": lambda t: {"minutes": t.minutes(20, 45), "theme": "Daring to ask"},
    "call.reflected": lambda t: {"went-well": t.next_of("went-well", _WENT_WELL), "minutes": t.minutes(5, 12)},
    "loss.reflected": _lost,
    "win.reflected": lambda t: {"customer": t.customer(), "learned": "They had met the ones who will do the work"},
    "week.reviewed": lambda t: {
        "minutes": t.minutes(10, 20),
        "proud-of": "That I asked for help",
        "next-focus": t.next_of("next-focus", (*_FOCUS, "rest")),
    },
    "goal.set": lambda t: {"skill": t.next_of("goal", _FOCUS), "goal": "Ask one more question before I answer"},
    "feedback.asked": lambda t: {"about": t.next_of("about", _FOCUS), "question": "Where did I lose you?"},
    "feedback.given": lambda t: {
        "about": t.next_of("gave", _FOCUS),
        "example": "You let the silence work in the last call",
    },
    "feedback.acted-on": lambda t: {"about": t.next_of("acted", _FOCUS), "tried": "I wrote down their words first"},
    "coaching.received": lambda t: {"minutes": t.minutes(15, 30), "focus": t.next_of("coached", _FOCUS)},
    "call.observed": lambda t: {"focus": t.next_of("observed", _FOCUS), "score": t.scored()},
    "meeting.booked": lambda t: {"customer": t.customer()},
    "deal.won": lambda t: {"customer": t.customer(), "amount": t.minutes(20, 200) * 1_000},
    "customer.renewed": lambda t: {"customer": t.customer(), "years": t.minutes(1, 3)},
}
"""The data of an event by its type. Every type that a habit names is here."""
