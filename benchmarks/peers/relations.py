"""Answers as tables for a peer that makes its schema of a database: keys between them, and columns with real names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from benchmarks.floors.relational import AnswerTable, Path, all_tables, fitting

__all__ = ["SCHEMA", "load_relations"]

SCHEMA: Final = "peers"
_HUMPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


async def load_relations(
    connection: asyncpg.Connection[asyncpg.Record], answers: Mapping[str, Mapping[str, Any]]
) -> str:
    """Make and fill the tables; the operation that asks for all that is known of a `$person`, for PostGraphile."""
    top = AnswerTable("answer")
    for person, answer in answers.items():
        top.add(person, 0, answer)
    await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    await _create(connection, top, None)
    for table in all_tables(top):
        await _fill(connection, table)
    return f"query ($person: String!) {{ answerByPerson(person: $person) {_selection(top)} }}"


async def _create(
    connection: asyncpg.Connection[asyncpg.Record], table: AnswerTable, above: tuple[AnswerTable, Path] | None
) -> None:
    columns = "".join(f", {_column(path)} {table.columns[path]}" for path in table.names())
    bound = "UNIQUE (person)"
    if above is not None:
        bound = f"CONSTRAINT {table.name}_above FOREIGN KEY (person, parent) REFERENCES {SCHEMA}.{above[0].name}"
    await connection.execute(
        f"CREATE TABLE {SCHEMA}.{table.name} (person text NOT NULL, parent integer NOT NULL, place integer NOT NULL"
        f"{columns}, PRIMARY KEY (person, place), {bound})"
    )
    if above is not None:
        await connection.execute(
            f"CREATE INDEX ON {SCHEMA}.{table.name} (person, parent, place);"
            f"COMMENT ON CONSTRAINT {table.name}_above ON {SCHEMA}.{table.name} "
            f"IS '@foreignFieldName {_field(above[1])}'"
        )
    for path, below in table.lists.items():
        await _create(connection, below, (table, path))


async def _fill(connection: asyncpg.Connection[asyncpg.Record], table: AnswerTable) -> None:
    paths = list(table.names())
    records = [
        (person, parent, place, *(fitting(row.get(path), table.columns[path]) for path in paths))
        for person, parent, place, row in table.rows
    ]
    columns = ["person", "parent", "place", *map(_column, paths)]
    await connection.copy_records_to_table(table.name, schema_name=SCHEMA, records=records, columns=columns)
    await connection.execute(f"ANALYZE {SCHEMA}.{table.name}")


def _selection(table: AnswerTable) -> str:
    # A list that nobody had anything in can't be selected: nothing is known of its objects.
    lists = (f"{_field(path)}List {_selection(below)}" for path, below in table.lists.items() if below.columns)
    return f"{{ {' '.join((*map(_field, table.names()), *lists))} }}"


def _column(path: Path) -> str:
    return "_".join(_HUMPS.sub("_", part).lower() for part in path)


def _field(path: Path) -> str:
    """A column's name as PostGraphile says it."""
    first, *others = _column(path).split("_")
    return first + "".join(other.capitalize() for other in others)
