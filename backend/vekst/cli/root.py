"""The root of the command line: finds the module of a command when it is asked for, and tells failures in one line."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from vekst.cli.failures import explain

if TYPE_CHECKING:
    from typer._click import Command, Context

__all__ = ["main"]

_INTERRUPTED: Final = 130
_MODULES: Final = {
    "up": "vekst.cli.up",
    "demo": "vekst.cli.demo",
    "api": "vekst.cli.api",
    "worker": "vekst.cli.worker",
    "migrate": "vekst.cli.migrate",
    "quests": "vekst.cli.quests",
    "org": "vekst.cli.org",
    "people": "vekst.cli.people",
    "events": "vekst.cli.events",
    "replay": "vekst.cli.replay",
    "retry": "vekst.cli.retry",
    "token": "vekst.cli.token",
    "push-key": "vekst.cli.push_key",
    "doctor": "vekst.cli.doctor",
    "export": "vekst.cli.export",
    "erase": "vekst.cli.erase",
    "audit": "vekst.cli.audit",
    "demo-season": "vekst.cli.staging",
}


class _Root(TyperGroup):
    """The group of all commands, each imported when somebody asks for it."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - Typer asks with its context
        """The names, in the order in which a newcomer needs them."""
        return [*_MODULES]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002 - as above
        """The command of that name; None for another, for which Typer then suggests a known one."""
        if cmd_name not in _MODULES:
            self.commands.update({name: _load(name) for name in _MODULES})
            return None
        return _load(cmd_name)


def _load(name: str) -> Command:
    command = get_command(import_module(_MODULES[name]).app)
    command.name = name
    return command


app = typer.Typer(cls=_Root, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("vekst"))
        raise typer.Exit


@app.callback(epilog="Example: vekst demo")
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Vekst makes growth visible: quests, badges and streaks judged from progress events."""


def main() -> None:
    """Run the command that the arguments name; the process ends with 0, 1 (it failed) or 2 (it was called wrongly)."""
    try:
        code = get_command(app).main(prog_name="vekst", standalone_mode=False)
        if code == _INTERRUPTED:
            print("vekst: interrupted", file=sys.stderr)
    except BrokenPipeError:
        # The reader of a pipe has enough; nothing more is to be flushed to it.
        sys.stdout = None
        code = 1
    except Exception as error:
        failure = explain(error)
        if failure is None:
            raise
        print(f"vekst: {failure.text}", file=sys.stderr)
        code = failure.code
    sys.exit(code if isinstance(code, int) else 0)
