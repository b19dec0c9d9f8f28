"""Records: the rows of a file of any format, as columns by name; what cannot be read comes out as such."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vekst.imports.mapping import Scalar

__all__ = ["Columns", "Record", "Records", "Unreadable"]

Columns = dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number (a CSV header is row 1; an XES event counts from 1) and its columns."""

    row: int
    columns: Columns


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no record; the import refuses it and goes on."""

    row: int
    code: str
    text: str


Records = Iterator[Record | Unreadable]
