"""Seeded histories of people who practise, learn, close deals and miss days."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.support.organisations import new_event
from vekst.domain.receipts import NewEvent

__all__ = ["history_of"]


def history_of(
    people: Sequence[str], *, days: int, seed: int, prefix: str = "", ends: datetime | None = None
) -> list[NewEvent]:
    """What these people did in the days before `ends`, in its order; about three events a day each."""
    chance = random.Random(seed)
    start = (ends or datetime.now(UTC)) - timedelta(days=days, hours=1)
    events = []
    for day in range(days):
        for person in people:
            for number in range(chance.choice((0, 1, 2, 3, 6))):
                at = start + timedelta(days=day, minutes=chance.randrange(1_440))
                events.append(_event(chance, f"{prefix}{person}-{day}-{number}", at, person))
    return sorted(events, key=lambda event: event.occurred_at)


def _event(chance: random.Random, id: str, at: datetime, person: str) -> NewEvent:
    kind = chance.choices(("call.practised", "lesson.completed", "deal.closed"), (8, 2, 1))[0]
    if kind == "call.practised":
        return new_event(id, kind, at, person=person, score=chance.randrange(11), minutes=chance.randrange(60))
    if kind == "lesson.completed":
        return new_event(id, kind, at, person=person, lesson=chance.choice(("open-questions", "listening")))
    return new_event(id, kind, at, person=person, amount=chance.randrange(1_000))
