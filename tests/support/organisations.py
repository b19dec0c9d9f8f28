"""An organisation in a test, with people who do things; everything goes through the services that the product uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from tests.support.packs import CRAFT
from vekst.domain.actors import Actor, Role
from vekst.domain.calendars import zone as named_zone
from vekst.domain.events import VOIDED, FieldValue, RecordedBy
from vekst.domain.receipts import NewEvent, Receipt
from vekst.factory import Factory
from vekst.services.appending import append_events
from vekst.services.event_forms import json_text
from vekst.services.people import PersonEntry
from vekst.storage.events_store import EventRow

__all__ = ["ZONE", "Organisation", "days_ago", "new_event", "spread"]

ZONE: Final = "Europe/Oslo"
"""The zone of the packs in tests, in which their days begin and end."""


def new_event(
    id: str,
    type: str = "call.practised",
    at: datetime | None = None,
    *,
    person: str | None = None,
    **data: FieldValue,
) -> NewEvent:
    """An event, an hour ago unless said otherwise."""
    return NewEvent(id, type, at or datetime.now(UTC) - timedelta(hours=1), data, person)


def days_ago(days: int, *, of: datetime | None = None) -> datetime:
    """So many days before an instant, else before now: at the same time of day, also where a day had 23 or 25 hours."""
    here = (of or datetime.now(UTC)).astimezone(named_zone(ZONE))
    return (here - timedelta(days=days)).astimezone(UTC)


@dataclass(slots=True)
class Organisation:
    """An organisation with its services."""

    factory: Factory
    id: UUID
    key: str
    people: dict[str, Actor] = field(default_factory=dict)

    async def publish(self, files: Mapping[str, str] = CRAFT) -> int:
        """Publish a pack; its version."""
        return (await self.factory.publishing().publish(self.id, files)).version

    async def hire(
        self, *persons: str, role: Role = Role.LEARNER, team: str | None = None, zone: str | None = None
    ) -> None:
        """Add people."""
        entries = [PersonEntry(person, name=person.title(), role=role, team=team, zone=zone) for person in persons]
        await self.factory.people().upsert(self.id, entries)

    async def dismiss(self, *persons: str) -> None:
        """Let people go."""
        await self.factory.people().upsert(self.id, [PersonEntry(person, active=False) for person in persons])

    async def actor(self, person: str) -> Actor:
        """That person, signed in."""
        found = await self.factory.actor(self.key, person=person)
        assert found is not None
        return found

    async def record(self, person: str, *events: NewEvent) -> list[Receipt]:
        """Record events as that person."""
        return await self.factory.ingestion().record(await self.actor(person), events)

    async def void(self, person: str, source: str, id: str, *, reason: str) -> None:
        """Take an event of that person out of the judgement."""
        learner_id = (await self.actor(person)).learner_id
        assert learner_id is not None
        now = datetime.now(UTC)
        row = EventRow(
            learner_id=learner_id,
            source="app",
            id=f"{VOIDED}:{source}:{id}",
            type=VOIDED,
            occurred_at=now,
            data=json_text({"source": source, "id": id, "reason": reason}),
            recorded_by=RecordedBy.SELF,
        )
        async with self.factory._process.database.writing(self.id) as connection:
            await append_events(connection, self.id, [row], now)

    async def integration(self, name: str = "crm") -> Actor:
        """An integration of that name."""
        await self.factory.people().add_integration(self.id, name)
        found = await self.factory.actor(self.key, integration=name)
        assert found is not None
        return found

    async def judge(self) -> int:
        """Judge until nothing waits; how many recognitions that brought."""
        return (await self.factory.judging().judge_everything(self.id)).recognitions

    async def rows(self, sql: str, **parameters: object) -> list[tuple[object, ...]]:
        """Read rows of this organisation as the app's role; `:org` is its id."""
        async with self.factory._process.reading(self.id) as connection:
            result = await connection.execute(
                text(sql), {"org": self.id, **parameters} if ":org" in sql else parameters
            )
            return [tuple(row) for row in result]

    async def ledger(self) -> list[tuple[object, ...]]:
        """The ledger, as far as the same events promise the same (M1), in an order that does not depend on arrival."""
        return await self.rows(
            """
            SELECT p.person, l.kind, l.key, l.tier, l.occurrence, l.life, l.points, l.nature, l.skill
              FROM ledger_entries l JOIN people p ON p.org_id = l.org_id AND p.learner_id = l.learner_id
             ORDER BY 1, 2, 3, 4, 5, 6
            """
        )

    async def pending(self) -> int:
        """How many events wait."""
        [(count,)] = await self.rows("SELECT count(*) FROM progress_events WHERE judged_at IS NULL")
        assert isinstance(count, int)
        return count


def spread(events: Sequence[NewEvent], size: int) -> Iterable[Sequence[NewEvent]]:
    """The events in batches of that size."""
    return (events[start : start + size] for start in range(0, len(events), size))
