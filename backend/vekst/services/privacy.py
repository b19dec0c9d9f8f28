"""Privacy: all that is kept about a person, handed out to them, and taken away when they ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.actors import Actor
from vekst.domain.audit import Act, Note
from vekst.domain.errors import NotFound
from vekst.domain.personal_data import TABLES
from vekst.domain.personal_pages import readable
from vekst.domain.storable import is_storable
from vekst.domain.transparency import DATA_KINDS
from vekst.engine.readings import badge_readings, points_reading, quest_readings, skill_readings, streak_readings
from vekst.engine.standing import decode
from vekst.jobs.live import Live
from vekst.services.auditing import Auditor
from vekst.services.clock import Clock
from vekst.services.packs import Packs
from vekst.storage import people_store, privacy_store, standings_store
from vekst.storage.database import Database

__all__ = ["Erased", "PersonalData", "PrivacyService", "as_document", "as_text"]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that concerns a person: plain values throughout, so that it is JSON as it is."""

    person: str
    locale: str | None
    exported_at: datetime
    retention_days: int | None
    kinds: Mapping[str, Mapping[str, object]]
    """By kind of data, by table, the rows; under STANDING also how the standing reads."""


def as_document(data: PersonalData) -> dict[str, object]:
    """The export as one JSON document."""
    return {
        "person": data.person,
        "exportedAt": data.exported_at.isoformat(),
        "retentionDays": data.retention_days,
        "data": [
            {
                "kind": kind.key,
                "purpose": kind.purpose.to(data.locale or ""),
                "seenBy": kind.seen_by.to(data.locale or ""),
                "keptFor": kind.kept_for.to(data.locale or "", days=data.retention_days or "…"),
                "rows": data.kinds[kind.key],
            }
            for kind in DATA_KINDS
            if kind.key in data.kinds
        ],
    }


def as_text(data: PersonalData) -> str:
    """The export in words of the person's language."""
    at = data.exported_at.isoformat(timespec="minutes")
    return readable(data.kinds, person=data.person, at=at, days=data.retention_days, locale=data.locale or "")


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows went, or no longer name the person, by table."""

    rows: Mapping[str, int]


class PrivacyService:
    """What a person may ask for about themselves, and who runs the service for them."""

    def __init__(self, database: Database, packs: Packs, live: Live, clock: Clock, auditor: Auditor) -> None:
        self._database = database
        self._packs = packs
        self._live = live
        self._clock = clock
        self._auditor = auditor

    async def export(self, org_id: UUID, person: str, *, by: Actor | None = None) -> PersonalData:
        """All that concerns the person, as of one moment; `NotFound` for an unknown one.

        Whoever asks for another's stands in the audit log before anything is read.
        """
        now = self._clock()
        if by is None or by.person != person:
            async with self._database.writing(org_id) as connection:
                learner_id, _ = await _find(connection, org_id, person)
                await self._auditor.note(connection, org_id, now, Note(Act.PERSON_EXPORTED, learner_id), by=by)
        async with self._database.snapshot(org_id) as connection:
            learner_id, locale = await _find(connection, org_id, person)
            pack = await self._packs.latest(connection, org_id)
            rows = await privacy_store.rows_of(connection, org_id, learner_id)
            reading = await self._reading(connection, org_id, learner_id, now)
        kinds: dict[str, dict[str, object]] = {kind.key: {} for kind in DATA_KINDS}
        for table, found in rows.items():
            kinds[TABLES[table].kind][table] = [_plain(row) for row in found]
        kinds["STANDING"]["shown"] = _plain(reading)
        days = pack.retention.days if pack else None
        return PersonalData(person, locale, now, days, {key: told for key, told in kinds.items() if told})

    async def erase(self, org_id: UUID, person: str, *, by: Actor | None = None) -> Erased:
        """Take everything about the person away, at once and for good; `NotFound` for an unknown one.

        What teams have settled together stays as it was counted, and what others earned stays theirs. Nobody of that
        key is taken in again. The audit log keeps that somebody was erased, and not whom.
        """
        now = self._clock()
        async with self._database.erasing(org_id) as connection:
            learner_id, _ = await _find(connection, org_id, person)
            # Noted first: so it loses the name with all else.
            await self._auditor.note(connection, org_id, now, Note(Act.PERSON_ERASED, learner_id), by=by)
            rows = await privacy_store.erase(connection, org_id, learner_id)
            await privacy_store.forget(connection, person, now)
        # Streams that are still open look, and find nothing; boards are shown without the person.
        await self._live.publish(org_id, [learner_id])
        return Erased({name: count for name, count in rows.items() if count})

    async def _reading(
        self, connection: AsyncConnection, org_id: UUID, learner_id: UUID, now: datetime
    ) -> dict[str, object] | None:
        """The standing as its learner is shown it; None before the first judging."""
        row = (await standings_store.read(connection, org_id, [learner_id])).get(learner_id)
        if row is None or row.state is None or row.pack_version is None:
            return None
        pack = await self._packs.version(connection, org_id, row.pack_version)
        if pack is None:
            return None
        standing = decode(pack, row.state)
        return {
            "points": points_reading(pack, standing),
            "skills": skill_readings(pack, standing, now),
            "quests": quest_readings(pack, standing, now),
            "badges": badge_readings(pack, standing, now),
            "streaks": streak_readings(pack, standing, now),
        }


async def _find(connection: AsyncConnection, org_id: UUID, person: str) -> tuple[UUID, str | None]:
    """The learner of that key, active or not, and their language."""
    found = await people_store.read_people(connection, org_id, [person]) if is_storable(person) else {}
    if person not in found:
        raise NotFound("UNKNOWN_PERSON", field="person", person=person[:80])
    return found[person].learner_id, found[person].locale


def _plain(value: object) -> object:
    """A value as JSON has it."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal() | Fraction():
            return str(value)
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _plain(asdict(value))
        case msgspec.Struct():
            return _plain(msgspec.structs.asdict(value))
        case tuple() if hasattr(value, "_asdict"):
            return _plain(value._asdict())
        case list() | tuple() | set() | frozenset():
            return [_plain(each) for each in value]
        case _:
            raise TypeError(f"an export has no form for {type(value).__name__}")
