"""`vekst org`: organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory

__all__ = ["app"]

app = new_app("Organisations.")


@app.callback()
def org() -> None:
    """Organisations."""


@app.command(epilog='Example: vekst org create acme --name "Acme AS"')
def create(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Lower-case words joined by `-`.")],
    name: Annotated[str | None, typer.Option(metavar="N", help="The name that people read.")] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Create an organisation."""
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.using import use_services

    async def work(services: Factory) -> UUID:
        return await services.organisations().create(key, name)

    with connected(data) as settings:
        org_id = use_services(settings, work)
    answer(as_json, {"key": key, "id": str(org_id)}, f"Created the organisation {key}.")
