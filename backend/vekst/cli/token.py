"""`vekst token`: sign-in for development."""

from __future__ import annotations

from typing import Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, Data, Org, new_app

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

    Refused where a real issuer is set. The API of the same data folder trusts it in development mode.
    """
    from vekst.cli.connecting import read_settings
    from vekst.cli.failures import Failure
    from vekst.tokens import DevelopmentIssuer

    if (person is None) == (integration is None):
        raise Failure("name either a person or an integration: --as PERSON or --integration NAME", code=2)
    settings = read_settings(data)
    if settings.issuer is not None:
        raise Failure(f"tokens come from {settings.issuer}; unset VEKST_ISSUER to use the development issuer")
    issuer = DevelopmentIssuer.open(settings.data_dir)
    print(issuer.token(org, person=person, integration=integration))
