"""CSV files as records, by their header."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from vekst.imports.errors import ImportStopped
from vekst.imports.files import LONGEST_LINE, Readable, bounded_lines
from vekst.imports.records import Record, Records, Unreadable

__all__ = ["csv_records", "read_header"]

_BOM = "\ufeff"


class _Lines:
    """Decoded lines for the CSV reader; bytes that are no text survive as lone surrogates, so that a row is named."""

    def __init__(self, rows: Readable, encoding: str) -> None:
        self._rows = bounded_lines(rows)
        self.encoding = encoding
        self.too_long = False

    def __iter__(self) -> Iterator[str]:
        for line in self._rows:
            self.too_long = self.too_long or line is None
            yield "\n" if line is None else line.decode(self.encoding, "surrogateescape")


def read_header(header: list[str] | None) -> list[str]:
    """The names of the columns; raises `ImportStopped` for a header that cannot name them."""
    if not header:
        raise ImportStopped("the file is empty; a CSV file begins with a row of column names")
    names = [name.removeprefix(_BOM).strip() for name in header]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ImportStopped(
            f"the header names {', '.join(sorted(map(repr, twice)))} twice; give each column its own name"
        )
    return names


def csv_records(rows: Readable, *, delimiter: str, encoding: str) -> tuple[list[str], Records]:
    """The header and the rows below it."""
    lines = _Lines(rows, encoding)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        header = read_header(next(reader, None))
    except csv.Error as error:
        raise ImportStopped(f"the header cannot be read ({error}); is this a CSV file?") from None
    return header, _records(lines, reader, header)


def _records(lines: _Lines, reader: Iterator[list[str]], header: list[str]) -> Records:
    row, width = 1, len(header)
    while True:
        row += 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Unreadable(row, "MALFORMED", f"not a row of CSV: {error}")
            continue
        if lines.too_long:
            lines.too_long = False
            yield Unreadable(row, "TOO_LONG", f"longer than {LONGEST_LINE} bytes")
        elif len(values) == width:
            text = "".join(values)
            if text.isascii() or _is_text(text):
                yield Record(row, dict(zip(header, values, strict=True)))
            else:
                yield Unreadable(row, "WRONG_ENCODING", f"holds bytes that are not {lines.encoding}")
        elif values:
            yield Unreadable(row, "WRONG_COLUMNS", f"has {len(values)} columns, the header has {width}")


def _is_text(text: str) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in text)
