"""Commands as documents show them: taken out of shell blocks, and checked against what the command line defines."""

from __future__ import annotations

import re
import shlex

from typer import Context, Exit, TyperException
from typer._click import Command
from typer.core import TyperGroup
from typer.main import get_command

from tests.docs.markdown import Snippet
from vekst.cli.root import app

__all__ = ["Shown", "shown_commands", "vekst_calls", "wrong_with"]

_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=.*")
_SEPARATORS = {"|", "||", "&&", ";", "&"}
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")


class Shown:
    """One command of a console block, and what is shown below it as its output."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.output = ""


def shown_commands(snippet: Snippet) -> list[Shown]:
    """The commands of a block: of a console block those after `$ `, else the whole block as one."""
    if snippet.language != "console":
        return [Shown(snippet.text)]
    shown: list[Shown] = []
    for line in snippet.text.splitlines(keepends=True):
        if line.startswith("$ "):
            shown.append(Shown(line[2:]))
        elif not shown:
            raise AssertionError(f"{snippet.place} begins with output; a command begins with `$ `")
        elif shown[-1].command.endswith("\\\n"):
            shown[-1].command += line.removeprefix("> ")
        else:
            shown[-1].output += line
    return shown


def vekst_calls(snippet: Snippet) -> list[list[str]]:
    """Every call of `vekst` in a block, as arguments."""
    calls: list[list[str]] = []
    for shown in shown_commands(snippet):
        text = shown.command.replace("\\\n", " ")
        for part in [*_SUBSTITUTION.findall(text), _SUBSTITUTION.sub("X", text)]:
            for line in part.splitlines():
                calls += _calls_in(shlex.split(line, comments=True))
    return calls


def _calls_in(words: list[str]) -> list[list[str]]:
    commands: list[list[str]] = [[]]
    for word in words:
        if word in _SEPARATORS:
            commands.append([])
        elif commands[-1] or not _ASSIGNMENT.fullmatch(word):
            commands[-1].append(word)
    return [command[1:] for command in commands if command and command[0].rpartition("/")[2] == "vekst"]


def wrong_with(arguments: list[str]) -> str | None:
    """Why the command line would not understand these arguments; None when it would."""
    command: Command = get_command(app)
    context = Context(command, info_name="vekst")
    rest = list(arguments)
    while isinstance(command, TyperGroup) and rest:
        found = command.get_command(context, rest[0])
        if found is None:
            return f"there is no command {' '.join(arguments)!r}"
        command, parent = found, context
        context = Context(command, info_name=rest.pop(0), parent=parent)
    try:
        command.make_context(context.info_name, rest, parent=context.parent)
    except TyperException as error:
        return f"{' '.join(arguments)}: {error.format_message()}"
    except Exit:
        return None
    return None
