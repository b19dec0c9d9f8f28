"""`vekst demo`: one machine with a season of a sales team's work, told and judged while one watches."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, DEFAULT_PORT, Data, Port, new_app

__all__ = ["app"]

app = new_app()


@app.command(short_help="The same, with a season of a sales team.", epilog="Example: vekst demo --port 8080")
def demo(
    data: Data = DEFAULT_DATA,
    port: Port = DEFAULT_PORT,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Tell the season as of this day instead of today."
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", hidden=True, help="End when the season is judged.")] = False,
) -> None:
    """Run everything on this machine with the organisation `demo`: twelve people, three teams and ninety days of work.

    Older events are imported as history, the last fortnight comes through the API as phones would send it, and the
    worker judges all of it. Run again with the same folder, it goes on where the season had come to.
    """
    from vekst.cli.failures import Failure
    from vekst.cli.machine import Machine
    from vekst.cli.supervisor import run_beside

    if as_of is not None and as_of.date() > datetime.now(UTC).astimezone().date():
        raise Failure("a season cannot be told as of a day to come; give --as-of a day that has been", code=2)
    with Machine(data, port) as machine:
        print("Starting PostgreSQL, Valkey, the API and the worker …", flush=True)
        machine.wait_until_ready()
        if machine.stopping:
            return
        day = ["--as-of", f"{as_of:%Y-%m-%d}"] if as_of else []
        telling = run_beside(["demo-season", *day, "--signing", _signing_in(data)], machine.environment())
        try:
            machine.run(until=lambda: telling.poll() is not None)
        finally:
            telling.terminate()
            code = telling.wait()
        if code > 0:
            raise Failure(f"the season could not be told; the logs are in {machine.logs}")
        if not once and not machine.stopping:
            print(f"The logs are in {machine.logs}. Ctrl-C stops everything.", flush=True)
            machine.run()


def _signing_in(data: Path) -> str:
    """How somebody signs in to the demonstration from where the user is."""
    import shlex
    import shutil
    import sys

    found, own, here = shutil.which("vekst"), Path(sys.argv[0]).resolve(), Path.cwd()
    if found is not None and Path(found).resolve() == own:
        call = "vekst"
    else:
        call = shlex.quote(str(own.relative_to(here) if own.is_relative_to(here) else own))
    folder = "" if data == DEFAULT_DATA else f" --data {shlex.quote(str(data))}"
    return f"{call} token --org demo{folder} --as"
