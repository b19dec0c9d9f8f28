"""The options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["DEFAULT_DATA", "DEFAULT_PORT", "AsJson", "Data", "Org", "Person", "Port", "new_app"]

DEFAULT_DATA: Final = Path(".vekst")
DEFAULT_PORT: Final = 8000

Data = Annotated[
    Path,
    typer.Option(
        "--data", metavar="DIR", envvar="VEKST_DATA_DIR", help="The folder of this machine's private servers and keys."
    ),
]
Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="N", envvar="VEKST_PORT", min=1, max=65_535, help="The port that the API listens on."
    ),
]
Org = Annotated[str, typer.Option("--org", metavar="KEY", help="The key of the organisation.")]
Person = Annotated[str, typer.Option("--person", metavar="P", help="The key of the person.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def new_app(about: str | None = None) -> typer.Typer:
    """An empty app for a command, or for a group of commands when `about` says what they have in common."""
    return typer.Typer(help=about, no_args_is_help=about is not None, add_completion=False, rich_markup_mode=None)
