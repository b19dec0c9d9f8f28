"""The append that every event goes through: once per key, with an answer for each that says what is stored now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.errors import InvalidInput
from vekst.domain.events import VEKST_SOURCE
from vekst.domain.receipts import Problem, ReceiptStatus
from vekst.storage import events_store, people_store
from vekst.storage.events_store import EventKey, EventRow

__all__ = ["append_each", "append_events", "was_appended"]


async def append_events(
    connection: AsyncConnection, org_id: UUID, rows: Sequence[EventRow], at: datetime, *, any_time: bool = False
) -> list[ReceiptStatus]:
    """Append all or none: `InvalidInput` where one can't be stored; see `append_each`."""
    answers = await append_each(connection, org_id, rows, at, any_time=any_time)
    for answer in answers:
        if isinstance(answer, Problem):
            raise InvalidInput(answer.code, field=answer.field, **answer.params)
    return [answer for answer in answers if not isinstance(answer, Problem)]


async def append_each(
    connection: AsyncConnection, org_id: UUID, rows: Sequence[EventRow], at: datetime, *, any_time: bool = False
) -> list[ReceiptStatus | Problem]:
    """Append the first row of each key; every other row is compared with what is then stored under its key (M2).

    With `any_time` the instant is not compared: it was the server's, and a repeated call has another one. A learner who
    was erased since their request was let in has no events.
    """
    if not rows:
        return []
    places = _first_of_each(rows)
    there = await events_store.append(connection, org_id, [rows[place] for place in places], at)
    known: list[int] = []
    if there or len(places) < len(rows):
        added = {places[number] for number in range(len(places)) if number not in there}
        known = [place for place in range(len(rows)) if place not in added]
    answers: list[ReceiptStatus | Problem] = [ReceiptStatus.STORED] * len(rows)
    if known:
        equal = await events_store.equal_keys(connection, org_id, [rows[place] for place in known], any_time=any_time)
        for place, same in zip(known, equal, strict=True):
            answers[place] = ReceiptStatus.DUPLICATE if same else ReceiptStatus.CONFLICT
    unlike = [place for place, answer in enumerate(answers) if answer is ReceiptStatus.CONFLICT]
    if unlike:
        present = await people_store.find_present(connection, org_id, {rows[place].learner_id for place in unlike})
        for place in unlike:
            if rows[place].learner_id not in present:
                answers[place] = Problem("PERSON_ERASED", "person")
    return answers


async def was_appended(
    connection: AsyncConnection, org_id: UUID, learner_id: UUID, name: str, about: Mapping[str, str]
) -> bool:
    """Whether there is an event of Vekst's own under that name which is about that: what it belonged to may be gone."""
    found = await events_store.find(connection, org_id, learner_id, VEKST_SOURCE, name)
    return found is not None and about.items() <= found.data.items()


def _first_of_each(rows: Sequence[EventRow]) -> Sequence[int]:
    """The places of the first rows of all keys."""
    if len({row.id for row in rows}) == len(rows):
        return range(len(rows))
    first: dict[EventKey, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row.key, place)
    return list(first.values())
