"""`vekst erase`: takes a person out of an organisation, for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org, Person, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.privacy import Erased

__all__ = ["app"]

app = new_app()


@app.command(epilog="Example: vekst erase --org acme --person kari --yes")
def erase(
    org: Org,
    person: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; a script is not asked either.")] = False,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Take all that concerns a person away, at once and for good; nobody of that key is taken in again.

    What teams have settled together stays as it was counted. Hand out an export first if the person wants one.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.using import organisation, use_services

    if not yes and sys.stdin.isatty():
        _ask(org, person)

    async def work(services: Factory) -> Erased:
        return await services.privacy().erase(await organisation(services, org), person)

    with connected(data) as settings:
        erased = use_services(settings, work)
    document = {"organisation": org, "person": person, "rows": dict(erased.rows)}
    count = sum(erased.rows.values())
    answer(as_json, document, f"Erased {person} from {org}: {count:,} rows of {len(erased.rows)} tables.")


def _ask(org: str, person: str) -> None:
    from vekst.cli.failures import Failure

    asked = typer.prompt(f"This takes all about {person} out of {org}, for good. Type {person} to go on", default="")
    if asked != person:
        raise Failure("nothing was erased")
