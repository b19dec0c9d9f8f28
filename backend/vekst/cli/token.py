"""`vekst token`: sign-in for development."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, Data, Org, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory

__all__ = ["app"]

app = new_app()


@app.command(short_help="Sign in for development.", epilog="Example: vekst token --org demo --as kari")
def token(
    org: Org,
    person: Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Sign in as this person.")] = None,
    integration: Annotated[str | None, typer.Option(metavar="NAME", help="Sign in as this integration.")] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print a signed token from the local development issuer, and nothing else.

    An integration that the organisation does not know yet is registered. Refused where a real issuer is set. The API
    of the same data folder trusts the token in development mode.
    """
    from vekst.cli.connecting import read_settings
    from vekst.cli.failures import Failure
    from vekst.tokens import DevelopmentIssuer

    if (person is None) == (integration is None):
        raise Failure("name either a person or an integration: --as PERSON or --integration NAME", code=2)
    settings = read_settings(data)
    if settings.issuer is not None:
        raise Failure(f"tokens come from {settings.issuer}; unset VEKST_ISSUER to use the development issuer")
    if integration is not None:
        _register(data, org, integration)
    issuer = DevelopmentIssuer.open(settings.data_dir)
    print(issuer.token(org, person=person, integration=integration))


def _register(data: Path, org: str, integration: str) -> None:
    """Let the organisation know the integration; known already, nothing changes."""
    from vekst.cli.connecting import connected
    from vekst.cli.using import organisation, use_services

    async def work(services: Factory) -> None:
        await services.people().add_integration(await organisation(services, org), integration)

    with connected(data) as settings:
        use_services(settings, work)
