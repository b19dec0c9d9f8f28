"""People files: the CSV that says who is in an organisation, in which team and role; every mistake is told at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from vekst.domain.actors import Role
from vekst.domain.calendars import has_zone
from vekst.imports.csv_records import csv_records
from vekst.imports.errors import ImportStopped
from vekst.imports.files import open_rows
from vekst.imports.records import Record
from vekst.services.people import LONGEST, PersonEntry, can_be

__all__ = ["COLUMNS", "PeopleFileProblem", "read_people"]

COLUMNS: Final = ("person", "name", "email", "role", "team", "zone", "locale", "joined")
"""Only `person` must be there; a person in several teams has a row for each."""

_TEXTS: Final = ("person", "name", "email", "team", "locale")
_ROLES: Final = frozenset(Role) - {Role.INTEGRATION}


class PeopleFileProblem(Exception):
    """The file cannot be used; `problems` has every reason, each with its row."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read_people(path: Path) -> list[PersonEntry]:
    """The entries of the file, an empty column as None; raises `PeopleFileProblem`, `ImportStopped`, `OSError`."""
    people, problems = [], []
    with open_rows(path) as (rows, _):
        header, records = csv_records(rows, delimiter=",", encoding="utf-8")
        unknown = [name for name in header if name not in COLUMNS]
        if "person" not in header or unknown:
            wrong = f"does not know {', '.join(unknown)[:200]}" if unknown else "needs a column `person`"
            raise ImportStopped(f"a people file {wrong}; its columns are {', '.join(COLUMNS)}, with commas between")
        for record in records:
            if not isinstance(record, Record):
                problems.append(f"{path}:{record.row} {record.text}")
                continue
            columns = {name: str(value).strip() or None for name, value in record.columns.items()}
            problems += [f"{path}:{record.row} {problem}" for problem in _problems(columns)]
            if not problems:
                people.append(_person(columns))
    if problems:
        raise PeopleFileProblem(problems)
    return people


def _problems(columns: dict[str, str | None]) -> list[str]:
    problems = []
    if columns["person"] is None:
        problems.append("`person` is empty; give everyone a key of their own")
    for name in _TEXTS:
        text = columns.get(name)
        if text is not None and not can_be(name, text):
            problems.append(f"`{name}` is {text[:40]!r}…; it has 1 to {LONGEST} printable characters")
    role, zone, joined = columns.get("role"), columns.get("zone"), columns.get("joined")
    if role is not None and role not in _ROLES:
        problems.append(f"`role` is {role!r}; it is one of {', '.join(sorted(_ROLES))}")
    if zone is not None and not has_zone(zone):
        problems.append(f"`zone` is {zone!r}, which is no IANA zone (such as Europe/Oslo)")
    if joined is not None and _date(joined) is None:
        problems.append(f"`joined` is {joined!r}; write a date as 2026-03-02")
    return problems


def _person(columns: dict[str, str | None]) -> PersonEntry:
    role, joined = columns.get("role"), columns.get("joined")
    return PersonEntry(
        person=columns["person"] or "",
        name=columns.get("name"),
        email=columns.get("email"),
        role=Role(role) if role else None,
        team=columns.get("team"),
        zone=columns.get("zone"),
        locale=columns.get("locale"),
        joined=_date(joined) if joined else None,
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
