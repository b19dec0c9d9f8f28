"""`vekst people`: who is in an organisation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.people import PeopleChanged

__all__ = ["app"]

app = new_app("People, their teams and roles.")


@app.callback()
def people() -> None:
    """People, their teams and roles."""


@app.command("import", epilog="Example: vekst people import people.csv --org acme")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns: person, name, email, role, team, zone, …")],
    org: Org,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Add and update people from a CSV file with the columns person, name, email, role, team, zone, locale, joined.

    Only `person` must be there; an empty value leaves what is known. Someone in several teams has a row for each, and
    a manager manages the team of the row.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.using import organisation, use_services
    from vekst.imports import read_people

    entries = read_people(file)

    async def work(services: Factory) -> PeopleChanged:
        return await services.people().upsert(await organisation(services, org), entries)

    with connected(data) as settings:
        changed = use_services(settings, work)
    document = {"added": changed.added, "updated": changed.updated, "erased": list(changed.erased)}
    lines = [f"Added {changed.added} people and updated {changed.updated}."]
    if changed.erased:
        lines.append(f"Left out who was erased, as they asked: {', '.join(changed.erased)}.")
    answer(as_json, document, *lines)
