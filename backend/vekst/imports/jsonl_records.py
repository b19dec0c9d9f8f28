"""JSON lines as records: one object a line; an object inside it gives columns such as `author.name`."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from vekst.imports.files import LONGEST_LINE, Readable, bounded_lines
from vekst.imports.mapping import Scalar
from vekst.imports.records import Columns, Record, Records, Unreadable

__all__ = ["jsonl_records"]

_DEEPEST = 8


def jsonl_records(rows: Readable) -> Records:
    """A record per line; empty lines are passed over."""
    for row, line in enumerate(bounded_lines(rows), start=1):
        if line is None:
            yield Unreadable(row, "TOO_LONG", f"longer than {LONGEST_LINE} bytes")
        elif line.strip():
            yield _record(row, line.removeprefix(b"\xef\xbb\xbf") if row == 1 else line)


def _record(row: int, line: bytes) -> Record | Unreadable:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Unreadable(row, "MALFORMED", f"not JSON: {error}")
    if not isinstance(value, dict):
        return Unreadable(row, "MALFORMED", "not a JSON object")
    columns: Columns = {}
    _flatten(columns, "", value, _DEEPEST)
    return Record(row, columns)


def _flatten(columns: Columns, prefix: str, value: Mapping[str, object], deepest: int) -> None:
    for key, inner in value.items():
        if isinstance(inner, dict):
            if deepest:
                _flatten(columns, f"{prefix}{key}.", inner, deepest - 1)
        elif isinstance(inner, Scalar):
            columns[prefix + key] = inner
