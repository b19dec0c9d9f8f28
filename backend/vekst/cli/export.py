"""`vekst export`: all that is kept about a person, to hand out to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org, Person, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.privacy import PersonalData

__all__ = ["app"]

app = new_app()


@app.command(epilog="Example: vekst export --org acme --person kari --json > kari.json")
def export(org: Org, person: Person, data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Print all that concerns a person, in words of their language, or as JSON: each kind of data with its rows."""
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.using import organisation, use_services
    from vekst.services.privacy import as_document, as_text

    async def work(services: Factory) -> PersonalData:
        return await services.privacy().export(await organisation(services, org), person)

    with connected(data) as settings:
        found = use_services(settings, work)
    answer(as_json, as_document(found), as_text(found).rstrip())
