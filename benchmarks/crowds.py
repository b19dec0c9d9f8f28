"""The learners of a benchmark and what they do: mixed events, each learner's in order, the same on every run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from random import Random
from typing import Final

from vekst.demo.details import DETAILS, Telling
from vekst.domain.events import ProgressEvent, RecordedBy
from vekst.domain.ids import uuid7
from vekst.domain.receipts import NewEvent

__all__ = ["PER_DAY", "Crowd", "Doer"]

PER_DAY: Final = 6
"""Events of one learner on one day."""

_MORNING: Final = timedelta(hours=7)
_BETWEEN: Final = timedelta(minutes=50)

_HABITS: Final = {
    "call.practised": 20,
    "lesson.completed": 14,
    "meeting.held": 12,
    "customer.followed-up": 12,
    "meeting.prepared": 9,
    "call.reflected": 8,
    "listening.practised": 6,
    "objection.practised": 6,
    "account.researched": 4,
    "roleplay.done": 3,
    "deal.won": 2,
    "feedback.asked": 2,
    "week.reviewed": 2,
}
"""How often each type comes, in parts of a hundred."""


@dataclass(slots=True)
class Doer:
    """One learner, who does one thing after the other from `first` on, so many a day."""

    person: str
    first: datetime
    per_day: int = PER_DAY
    done: int = 0
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        self.telling = Telling(Random(self.person))  # noqa: S311 - a story, not a secret

    def next(self) -> NewEvent:
        """The next event."""
        day, turn = divmod(self.done, self.per_day)
        self.done += 1
        at = self.first + timedelta(days=day) + _MORNING + turn * min(_BETWEEN, timedelta(hours=16) / self.per_day)
        dice = self.telling.dice
        kind = dice.choices(list(_HABITS), list(_HABITS.values()))[0]
        return NewEvent(str(uuid7(at, dice.randbytes(10))), kind, at, DETAILS[kind](self.telling), self.person)

    def progress(self, events: int) -> list[ProgressEvent]:
        """The next events as the engine sees them."""
        return [_as_judged(number, self.next()) for number in range(self.done + 1, self.done + 1 + events)]


class Crowd:
    """Many learners, dealt out to callers that send events at the same time: a learner's events all come from one."""

    def __init__(self, people: Sequence[str], *, first: datetime, callers: int = 1, per_day: int = PER_DAY) -> None:
        self._doers = [Doer(person, first, per_day) for person in people]
        self._turns: list[Iterator[Doer]] = [cycle(self._doers[caller::callers]) for caller in range(callers)]

    def batch(self, size: int, caller: int = 0) -> list[NewEvent]:
        """The next events of the caller's learners, one after the other."""
        return [doer.next() for doer in islice(self._turns[caller], size)]

    @property
    def now(self) -> datetime:
        """The instant of the latest event so far, or a little later."""
        days = max(doer.done // doer.per_day for doer in self._doers)
        return self._doers[0].first + timedelta(days=days + 1)


def _as_judged(ref: int, event: NewEvent) -> ProgressEvent:
    return ProgressEvent(
        ref, "bench", event.id, event.type, event.occurred_at.astimezone(UTC), event.data, RecordedBy.SYSTEM
    )
