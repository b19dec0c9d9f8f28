from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from tests.cli.running import vekst
from vekst.cli.root import app

HEAVY = {"alembic", "arq", "asyncpg", "fastapi", "graphql", "holidays", "pydantic", "rich", "sqlalchemy", "strawberry"}


def _commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    context = Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, TyperGroup):
            yield from _commands(command, (*path, name))


def _all() -> list[tuple[tuple[str, ...], Any]]:
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    return [*_commands(root)]


def test_help_takes_less_than_three_tenths_of_a_second() -> None:
    def seconds() -> float:
        # The time on the processor: what the machine does besides is not ours.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "vekst", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.3


def test_help_imports_nothing_of_the_app() -> None:
    script = (
        "import sys; sys.argv = ['vekst', '--help']\n"
        "from vekst.cli import main\n"
        "try: main()\n"
        "except SystemExit: print('MODULES', *sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    modules = {name.partition(".")[0] for name in said.partition("MODULES")[2].split()}
    assert "typer" in modules
    assert modules & HEAVY == set()


def test_the_supervisor_imports_nothing_of_the_app() -> None:
    script = "import sys, vekst.cli.machine, vekst.cli.up, vekst.embedded; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert {name.partition(".")[0] for name in said.split()} & HEAVY == set()


@pytest.mark.parametrize(
    ("path", "command"), _all(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_says_what_it_does_and_gives_an_example_of_itself(path: tuple[str, ...], command: Any) -> None:
    assert command.help
    if not isinstance(command, TyperGroup):
        assert re.search(rf"Example: .*\bvekst {' '.join(path)}\b", command.epilog or "") or command.hidden, path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["upp"], "vekst: No such command 'upp'. Did you mean 'up'?; see: vekst --help\n"),
        (["up", "--prot", "1"], "vekst: No such option: --prot (Possible options: --port); see: vekst up --help\n"),
        (["token"], "vekst: Missing option '--org'; see: vekst token --help\n"),
        (["token", "--org", "x"], "vekst: name either a person or an integration: --as PERSON or --integration NAME\n"),
        (
            ["demo", "--as-of", "2999-01-01"],
            "vekst: a season cannot be told as of a day to come; give --as-of a day that has been\n",
        ),
    ],
)
def test_a_wrong_call_ends_with_2_and_one_line_that_names_the_cure(arguments: list[str], said: str) -> None:
    ended = vekst(*arguments)
    assert (ended.returncode, ended.stderr, ended.stdout) == (2, said, "")


def test_a_value_that_does_not_fit_is_told_with_the_option() -> None:
    ended = vekst("up", "--port", "many")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "'--port'" in ended.stderr
    assert ended.stderr.endswith("; see: vekst up --help\n")
