"""`vekst events`: history from other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org, new_app

__all__ = ["app"]

app = new_app("Progress events from other systems.")


@app.callback()
def events() -> None:
    """Progress events from other systems."""


@app.command(
    "import", epilog="Example: vekst events import log.csv.gz --org acme --mapping log.yaml --report refused.csv"
)
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON lines or XES; plain or gzip.")],
    org: Org,
    mapping: Annotated[Path, typer.Option(metavar="M.yaml", help="Says which column is which.")],
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Where to list every refused row with its reason.")
    ] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Import events from a file; safe to run twice, and to run again after it was interrupted.

    Ends with 1 where rows were refused and none is stored, now or before.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.importing import summary_lines, watched_import
    from vekst.cli.using import use_services
    from vekst.imports import load_mapping

    read = load_mapping(mapping)
    size = file.stat().st_size
    with connected(data) as settings:
        summary = use_services(
            settings,
            lambda services: watched_import(
                services, org, file, size=size, mapping=read, mapping_path=mapping, report=report
            ),
        )
    answer(as_json, summary.as_json(), *summary_lines(summary, report))
    raise typer.Exit(1 if summary.in_vain else 0)
