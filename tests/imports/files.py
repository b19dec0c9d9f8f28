"""Small files to import, and a place where events land, for the tests of imports."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vekst.domain.receipts import NewEvent, Receipt, ReceiptStatus
from vekst.imports import NewPerson, Refusal, Summary, import_events, load_mapping

MAPPING = """\
format: csv
source: shop
person: {column: who, create: true, name: "Agent {who}", zone: Europe/Oslo}
id: [deal, step]
at: when
type:
  columns: [step, state]
  map:
    - {when: {step: call, state: [done, DONE]}, type: call.practised}
    - {when: {step: lost}, type: loss.reflected}
data:
  minutes: {column: minutes, as: number}
  brave: {column: brave, as: flag}
  channel: {value: phone}
skip: [{when: {who: robot}, because: a robot's call}]
"""

HEADER = "who,deal,step,state,when,minutes,brave\n"
ROW = "kari,1,call,done,2026-03-02T09:00:00+01:00,5,yes\n"


@dataclass(slots=True)
class Landing:
    """Keeps what an import hands over, the way ingestion would tell it."""

    events: dict[tuple[str | None, str], NewEvent] = field(default_factory=dict)
    people: dict[str, NewPerson] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)

    async def add_people(self, people: Sequence[NewPerson]) -> int:
        added = [person for person in people if person.person not in self.people]
        self.people.update({person.person: person for person in added})
        return len(added)

    async def record(self, events: Sequence[NewEvent]) -> list[Receipt]:
        self.batches.append(len(events))
        return [self._receipt(event) for event in events]

    def _receipt(self, event: NewEvent) -> Receipt:
        known = self.events.setdefault((event.person, event.id), event)
        if known is event:
            return Receipt(event.id, ReceiptStatus.STORED)
        return Receipt(event.id, ReceiptStatus.DUPLICATE if known == event else ReceiptStatus.CONFLICT)


@dataclass(slots=True)
class Imported:
    """What came of an import."""

    summary: Summary
    landing: Landing
    refused: list[Refusal]

    @property
    def events(self) -> list[NewEvent]:
        return [*self.landing.events.values()]

    @property
    def codes(self) -> list[tuple[int, str]]:
        return [(refusal.row, refusal.code) for refusal in self.refused]


def run(
    folder: Path,
    content: str | bytes,
    mapping: str = MAPPING,
    *,
    landing: Landing | None = None,
    batch_size: int = 2_000,
) -> Imported:
    """Import a file of that content under that mapping."""
    mapping_path, path = folder / "mapping.yaml", folder / "rows"
    mapping_path.write_text(mapping, encoding="utf-8")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    into = landing or Landing()
    refused: list[Refusal] = []
    importing = import_events(
        path,
        mapping=load_mapping(mapping_path),
        mapping_path=mapping_path,
        sink=into,
        on_refused=refused.append,
        batch_size=batch_size,
    )
    return Imported(asyncio.run(importing), into, refused)
