"""The staging of the demonstration: a season's history imported, its last days sent as by phones, all of it judged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, DEFAULT_PORT, Data, Port, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory

__all__ = ["app"]

app = new_app()


@app.command(hidden=True, epilog="Example: vekst demo")
def demo_season(
    signing: Annotated[
        str, typer.Option(help="The command that gives a token, but for the person.")
    ] = "vekst token --as",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to tell the season of.")] = None,
    data: Data = DEFAULT_DATA,
    port: Port = DEFAULT_PORT,
) -> None:
    """Tell the season to a machine that runs; `vekst demo` calls this."""
    from vekst.cli.connecting import connected
    from vekst.cli.season_plan import SeasonPlan
    from vekst.cli.season_stage import Stage
    from vekst.cli.season_summary import print_summary
    from vekst.cli.using import use_services

    with connected(data, port=port) as settings:
        plan = SeasonPlan.make(settings.data_dir, as_of.date() if as_of else None)
        stage = Stage(settings, plan)

        async def prepare(services: Factory) -> None:
            await stage.prepare(services)

        use_services(settings, prepare)
        with stage.phones() as phones:
            stage.play(phones)
            stage.wait_until_judged(phones)
            plan.keep()
            print_summary(settings, phones, plan.season, signing)
