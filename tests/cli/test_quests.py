"""`vekst quests`: what authors and machines are answered."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.quests.packs import base_files
from vekst.cli.failures import Failure
from vekst.cli.quests import app


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    for pack in ("good", "bad"):
        (tmp_path / pack).mkdir()
        for name, text in base_files().items():
            (tmp_path / pack / name).write_text(text, encoding="utf-8")
    (tmp_path / "bad" / "rules.yaml").write_text("skills: {listening: {title: L, levls: [5]}}", encoding="utf-8")
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_good_pack_exits_with_0_and_says_what_share_outcomes_have(packs: Path) -> None:
    result = run("check", packs / "good")
    assert result.exit_code == 0
    assert result.stdout == (
        f"{packs}/good: 0 errors, 0 warnings, 1 example, outcomes 0.0% of the points in reach (at most 25%)\n"
    )


def test_every_pack_below_a_folder_is_checked_and_one_error_is_enough_for_1(packs: Path) -> None:
    result = run("check", packs)
    assert result.exit_code == 1
    first, last, good = result.stdout.splitlines()
    assert first == f"{packs}/bad/rules.yaml:1:32 UNKNOWN_KEY there is no key `levls` here (did you mean `levels`?)"
    assert last == f"{packs}/bad: 1 error, 0 warnings, 0 examples"
    assert good.startswith(f"{packs}/good: 0 errors")


def test_norwegian_authors_are_answered_in_norwegian(packs: Path) -> None:
    assert "mente du `levels`?" in run("check", packs / "bad", "--locale", "nb").stdout


def test_machines_are_answered_in_json(packs: Path) -> None:
    bad, good = json.loads(run("check", packs, "--json").stdout)
    assert bad["errors"] == 1
    assert bad["diagnostics"][0]["code"] == "UNKNOWN_KEY"
    assert (bad["diagnostics"][0]["line"], bad["diagnostics"][0]["column"]) == (1, 32)
    assert good["outcomeShare"] == 0.0
    assert good["diagnostics"] == []


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_packs_is_a_wrong_call(tmp_path: Path, folder: str) -> None:
    result = run("check", tmp_path / folder)
    assert isinstance(result.exception, Failure)
    assert result.exception.code == 2


def test_the_schema_is_written_and_then_current(tmp_path: Path) -> None:
    file = tmp_path / "schema" / "s.json"
    assert isinstance(run("schema", "--file", file, "--check").exception, Failure)
    assert run("schema", "--file", file).exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["title"] == "Vekst quest file"
    assert run("schema", "--file", file, "--check").exit_code == 0
