"""What must be in no file of the repository, and what must be in some."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.repository.tree import ROOT, texts

pytestmark = pytest.mark.check

MACHINE_PATH = re.compile(r"(?<![\w.${}/~-])/(?:work|root|home|Users|mnt)/\w")
REGISTRY_HOST = re.compile(r"pypi[.]org|pythonhosted[.]|npmjs[.]|ghcr[.]io|quay[.]io")
CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number} {line.strip()[:100]}"
        for name, text in texts().items()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_there_are_files_to_look_at() -> None:
    assert {"README.md", "LICENSE", "pyproject.toml", "tests/repository/test_files.py"} <= texts().keys()


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert _found(MACHINE_PATH) == []


def test_no_file_names_a_package_registry() -> None:
    assert _found(REGISTRY_HOST) == []


def test_no_file_holds_the_marks_of_a_merge() -> None:
    assert _found(CONFLICT) == []


def test_the_licence_is_there_and_is_the_one_that_the_project_declares() -> None:
    project = tomllib.loads(texts()["pyproject.toml"])["project"]
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE"]
    assert "Apache License" in texts()["LICENSE"].splitlines()[0] + texts()["LICENSE"].splitlines()[1]
    assert "END OF TERMS AND CONDITIONS" in texts()["LICENSE"]


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "backend" / "vekst" / "py.typed").is_file()
