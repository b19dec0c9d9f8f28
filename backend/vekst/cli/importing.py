"""An import as the command line shows it: into the services, with a progress bar, a report file and a summary."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from vekst.cli.progress import bar
from vekst.cli.using import organisation
from vekst.domain.receipts import NewEvent, Receipt
from vekst.imports import Mapping, NewPerson, Refusal, Summary, import_events
from vekst.services.people import PersonEntry

if TYPE_CHECKING:
    from vekst.factory import Factory

__all__ = ["ServicesSink", "summary_lines", "watched_import"]


class ServicesSink:
    """Where an import goes: one organisation's people and events."""

    def __init__(self, services: Factory, org_id: UUID, mapping: Mapping) -> None:
        self._people = services.people()
        self._ingestion = services.ingestion()
        self._org_id = org_id
        self._mapping = mapping

    async def add_people(self, people: Sequence[NewPerson]) -> int:
        """Add those who are not there yet; how many were added."""
        entries = [PersonEntry(each.person, name=each.name, zone=each.zone) for each in people]
        return await self._people.add(self._org_id, entries)

    async def record(self, events: Sequence[NewEvent]) -> Sequence[Receipt]:
        """Store the events in one transaction; one receipt per event, in order."""
        source, recorded_by = self._mapping.source, self._mapping.recorded_by
        return await self._ingestion.record_import(self._org_id, source=source, events=events, recorded_by=recorded_by)


async def watched_import(
    services: Factory,
    org: str,
    file: Path,
    *,
    size: int,
    mapping: Mapping,
    mapping_path: Path,
    report: Path | None,
) -> Summary:
    """Import the file with a progress bar; refused rows are written to the report as they come."""
    org_id = await organisation(services, org)
    with _report(report) as on_refused, bar(f"Importing {file.name}", size) as progress:
        return await import_events(
            file,
            mapping=mapping,
            mapping_path=mapping_path,
            sink=ServicesSink(services, org_id, mapping),
            on_refused=on_refused,
            on_progress=lambda position, _: progress(position),
        )


@contextmanager
def _report(path: Path | None) -> Iterator[Callable[[Refusal], None]]:
    if path is None:
        yield lambda _: None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "code", "field", "reason"))
        yield lambda refusal: writer.writerow((refusal.row, refusal.code, refusal.field or "", refusal.text))


def summary_lines(summary: Summary, report: Path | None) -> Iterator[str]:
    """The summary for people."""
    yield f"{summary.rows:,} rows: {summary.stored:,} stored, {summary.duplicates:,} there already."
    if summary.people:
        yield f"{summary.people:,} people added."
    for because, rows in summary.skipped.most_common():
        yield f"{rows:,} left out: {because}."
    for (code, _), reason in sorted(summary.refused.items(), key=lambda one: -one[1].rows):
        yield f"{reason.rows:,} refused, {code}: first in row {reason.first.row:,}, {reason.first.text}"
    if summary.refused:
        yield f"Every refused row is in {report}." if report else "List every refused row with: --report FILE.csv"
