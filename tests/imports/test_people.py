from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vekst.domain.actors import Role
from vekst.imports import ImportStopped, PeopleFileProblem, read_people
from vekst.services.people import PersonEntry


def write(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_people_file_names_person_role_team_zone_and_the_day_they_joined(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "person,name,email,role,team,zone,locale,joined\n"
        "kari,Kari,kari@example.com,learner,north,Europe/Oslo,nb,2026-01-05\n"
        "nora,,,manager,north,,,\n",
    )
    assert read_people(path) == [
        PersonEntry(
            "kari", "Kari", "kari@example.com", Role.LEARNER, "north", "Europe/Oslo", "nb", joined=date(2026, 1, 5)
        ),
        PersonEntry("nora", role=Role.MANAGER, team="north"),
    ]


def test_every_mistake_is_told_at_once_by_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, "person,role,zone,joined\n,boss,Oslo,5.1.2026\nkari,integration,,\nper\n")
    with pytest.raises(PeopleFileProblem) as wrong:
        read_people(path)
    assert [problem.removeprefix(f"{path}:").split(";")[0] for problem in wrong.value.problems] == [
        "2 `person` is empty",
        "2 `role` is 'boss'",
        "2 `zone` is 'Oslo', which is no IANA zone (such as Europe/Oslo)",
        "2 `joined` is '5.1.2026'",
        "3 `role` is 'integration'",
        "4 has 1 columns, the header has 4",
    ]


def test_a_text_that_cannot_be_kept_is_told_by_its_row(tmp_path: Path) -> None:
    path = write(
        tmp_path, f'person,name,team\nkari,Kari 🎉,red\n{"x" * 201},,\n"two\nlines",,\nola,,"a\tb"\nper,{"n" * 201},\n'
    )
    with pytest.raises(PeopleFileProblem) as wrong:
        read_people(path)
    assert [problem.removeprefix(f"{path}:").split(" is ")[0] for problem in wrong.value.problems] == [
        "3 `person`",
        "4 `person`",
        "5 `team`",
        "6 `name`",
    ]


def test_what_a_spreadsheet_saves_with_semicolons_is_told_to_need_commas(tmp_path: Path) -> None:
    with pytest.raises(ImportStopped, match="with commas between"):
        read_people(write(tmp_path, "person;name\nkari;Kari\n"))


@pytest.mark.parametrize("header", ["name\n", "person,boss\n"])
def test_columns_that_a_people_file_does_not_have_are_told(tmp_path: Path, header: str) -> None:
    with pytest.raises(ImportStopped, match="its columns are person, name"):
        read_people(write(tmp_path, header))
