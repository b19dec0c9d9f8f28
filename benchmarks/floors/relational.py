"""Any JSON answer as relational tables, and the one statement that makes the answer of them again.

Objects become columns, and every list of objects becomes a table of its own: what somebody would write by hand who
wants one screen in one statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

__all__ = ["AnswerTable", "Path", "all_tables", "fitting", "load_answers"]

Path = tuple[str, ...]
"""Keys of objects within objects."""
_KEYS: Final = "person text, parent integer, place integer"
_TYPES: Final[dict[type, str]] = {bool: "boolean", int: "bigint", float: "double precision", str: "text"}


@dataclass(slots=True)
class AnswerTable:
    """A table: its columns by path, all paths in the order of the answer, and the tables of lists below."""

    name: str
    columns: dict[Path, str] = field(default_factory=dict)
    order: dict[Path, None] = field(default_factory=dict)
    lists: dict[Path, AnswerTable] = field(default_factory=dict)
    rows: list[tuple[str, int, int, dict[Path, Any]]] = field(default_factory=list)

    def add(self, person: str, parent: int, value: Mapping[str, Any]) -> None:
        """Add an object with all below it."""
        place = len(self.rows)
        row: dict[Path, Any] = {}
        self.rows.append((person, parent, place, row))
        self._take(person, place, (), value, row)

    def _take(self, person: str, place: int, path: Path, value: Mapping[str, Any], row: dict[Path, Any]) -> None:
        for key, each in value.items():
            below = (*path, key)
            self.order.setdefault(below)
            if isinstance(each, Mapping):
                self._take(person, place, below, each, row)
            elif isinstance(each, list):
                table = self.lists.setdefault(below, AnswerTable(f"{self.name}_{'_'.join(below)}".lower()))
                for one in each:
                    table.add(person, place, one)
            else:
                row[below] = each
                if each is not None:
                    known = self.columns.get(below)
                    self.columns[below] = "double precision" if known == "double precision" else _TYPES[type(each)]

    def names(self) -> dict[Path, str]:
        """The columns' names; a path that never held anything but null, or that is an object, has none."""
        return {path: f"c{number}" for number, path in enumerate(self.columns)}

    def definitions(self) -> list[str]:
        """The statements that make the table and those below."""
        columns = "".join(f", {name} {self.columns[path]}" for path, name in self.names().items())
        return [
            f"CREATE TABLE {self.name} ({_KEYS}{columns}, PRIMARY KEY (person, parent, place))",
            *(statement for table in self.lists.values() for statement in table.definitions()),
        ]

    def expression(self) -> str:
        """SQL for one row's object."""
        return self._object(())

    def _object(self, path: Path) -> str:
        names = self.names()
        parts = [f"'{below[-1]}', {self._value(below, names)}" for below in self.order if below[:-1] == path]
        return f"json_build_object({', '.join(parts)})"

    def _value(self, path: Path, names: Mapping[Path, str]) -> str:
        if path in self.lists:
            table = self.lists[path]
            return (
                f"(SELECT coalesce(json_agg({table.expression()} ORDER BY {table.name}.place), '[]') "
                f"FROM {table.name} WHERE {table.name}.person = $1 AND {table.name}.parent = {self.name}.place)"
            )
        within = [name for known, name in names.items() if known[: len(path)] == path and known != path]
        if not within:
            return f"{self.name}.{names[path]}" if path in names else "NULL"
        there = " AND ".join(f"{self.name}.{name} IS NULL" for name in within)
        return f"CASE WHEN {there} THEN NULL ELSE {self._object(path)} END"


async def load_answers(
    connection: asyncpg.Connection[asyncpg.Record],
    schema: str,
    answers: Mapping[str, Mapping[str, Any]],
    *,
    root: str = "home",
) -> str:
    """Make and fill the tables for answers by person; the statement that gives the answer of `$1` as JSON text.

    The names of all tables begin with `root`.
    """
    top = AnswerTable(root)
    for person, answer in answers.items():
        top.add(person, 0, answer)
    await connection.execute(f"SET search_path = {schema}")
    for table in all_tables(top):
        await connection.execute(table.definitions()[0])
        names = table.names()
        records = [
            (person, parent, place, *(fitting(row.get(path), table.columns[path]) for path in names))
            for person, parent, place, row in table.rows
        ]
        await connection.copy_records_to_table(
            table.name, schema_name=schema, records=records, columns=["person", "parent", "place", *names.values()]
        )
        await connection.execute(f"ANALYZE {table.name}")
    return f"SELECT CAST({top.expression()} AS text) FROM {root} WHERE {root}.person = $1"


def all_tables(table: AnswerTable) -> Sequence[AnswerTable]:
    """The table and all below it, parents first."""
    return [table, *(below for child in table.lists.values() for below in all_tables(child))]


def fitting(value: float | str | None, kind: str) -> float | str | None:
    """The value as asyncpg takes it for a column of that type."""
    return float(value) if kind == "double precision" and value is not None else value
