"""The run of an import: rows in batches, each stored in one transaction, the next one read while the last is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from vekst.domain.receipts import NewEvent, Receipt, ReceiptStatus
from vekst.domain.texts import DEFAULT_LOCALE, cure, text
from vekst.imports.csv_records import csv_records
from vekst.imports.files import Readable, open_rows
from vekst.imports.jsonl_records import jsonl_records
from vekst.imports.mapping import Mapping
from vekst.imports.mapping_file import missing_columns
from vekst.imports.records import Record, Records
from vekst.imports.summary import Refusal, Summary
from vekst.imports.translation import NewPerson, RefusedRow, SkippedRow, Translator
from vekst.imports.xes_records import xes_records

__all__ = ["BATCH", "NewPerson", "Sink", "import_events"]

BATCH: Final = 2_000


class Sink(Protocol):
    """Where an import goes: the ingestion and people services of one organisation."""

    async def add_people(self, people: Sequence[NewPerson]) -> int:
        """Add those who are not there yet; how many were added."""
        ...

    async def record(self, events: Sequence[NewEvent]) -> Sequence[Receipt]:
        """Store the events in one transaction; one receipt per event, in order."""
        ...


@dataclass(slots=True)
class _Batch:
    """What a slice of the file came to."""

    rows: int = 0
    numbers: list[int] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    people: list[NewPerson] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    position: int = 0


class _Reader:
    """The batches of one file, in order."""

    def __init__(self, mapping: Mapping, records: Records, file: BinaryIO, size: int) -> None:
        self._translate = Translator(mapping)
        self._create = mapping.person.create
        self._seen: set[str] = set()
        self._records = records
        self._file = file
        self._size = size

    def next_batch(self) -> _Batch:
        """The next rows of the file; none at its end."""
        batch = _Batch()
        for record in islice(self._records, self._size):
            batch.rows += 1
            if isinstance(record, Record):
                self._take(record, batch)
            else:
                batch.refusals.append(Refusal(record.row, record.code, record.text))
        batch.position = self._file.tell()
        return batch

    def _take(self, record: Record, batch: _Batch) -> None:
        match self._translate(record):
            case SkippedRow(because):
                batch.skipped.append(because)
            case RefusedRow(code, why):
                batch.refusals.append(Refusal(record.row, code, why))
            case event:
                batch.numbers.append(record.row)
                batch.events.append(event)
                if self._create and event.person is not None and event.person not in self._seen:
                    self._seen.add(event.person)
                    batch.people.append(self._translate.new_person(record))


async def import_events(
    path: Path,
    *,
    mapping: Mapping,
    mapping_path: Path,
    sink: Sink,
    on_refused: Callable[[Refusal], None] = lambda _: None,
    on_progress: Callable[[int, Summary], None] = lambda _position, _summary: None,
    batch_size: int = BATCH,
) -> Summary:
    """Import the file; `on_progress` gets the bytes of the file read so far.

    Raises `ImportStopped` when the file cannot be read to its end and `WrongMapping` when it lacks a column. Everything
    before that is stored; running the import again stores the rest.
    """
    summary = Summary()
    with open_rows(path) as (rows, file):
        reader = _Reader(mapping, _open_records(mapping, mapping_path, rows), file, batch_size)
        batch = await asyncio.to_thread(reader.next_batch)
        while batch.rows:
            upcoming = asyncio.create_task(asyncio.to_thread(reader.next_batch))
            try:
                for refusal in await _store(batch, sink, summary):
                    summary.refuse(refusal)
                    on_refused(refusal)
                on_progress(batch.position, summary)
            finally:
                batch = await upcoming
    return summary


def _open_records(mapping: Mapping, mapping_path: Path, rows: Readable) -> Records:
    match mapping.format:
        case "csv":
            header, records = csv_records(rows, delimiter=mapping.delimiter, encoding=mapping.encoding)
            wrong = missing_columns(mapping_path, mapping, header)
            if wrong:
                raise wrong
            return records
        case "jsonl":
            return jsonl_records(rows)
        case "xes":
            return xes_records(rows)


async def _store(batch: _Batch, sink: Sink, summary: Summary) -> list[Refusal]:
    """Store a batch and count it; the rows that were refused, in the order of the file."""
    if batch.people:
        summary.people += await sink.add_people(batch.people)
    receipts = await sink.record(batch.events) if batch.events else ()
    summary.rows += batch.rows
    summary.skipped.update(batch.skipped)
    summary.statuses.update(receipt.status for receipt in receipts)
    told = [
        _refusal(row, receipt) for row, receipt in zip(batch.numbers, receipts, strict=True) if _is_refused(receipt)
    ]
    return sorted([*batch.refusals, *told], key=lambda refusal: refusal.row)


def _is_refused(receipt: Receipt) -> bool:
    return receipt.status in {ReceiptStatus.CONFLICT, ReceiptStatus.REFUSED}


def _refusal(row: int, receipt: Receipt) -> Refusal:
    problem = receipt.problem
    if problem is None:
        return Refusal(
            row, receipt.status.value, f"the id {receipt.id[:80]!r} is there already, with other content", "id"
        )
    sentences = (
        text(problem.code, DEFAULT_LOCALE, **problem.params),
        cure(problem.code, DEFAULT_LOCALE, **problem.params),
    )
    return Refusal(row, problem.code, " ".join(filter(None, sentences)), problem.field)
