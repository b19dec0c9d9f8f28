"""`vekst retry`: tries learners again whose judging failed and who were set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.replaying import Retried

__all__ = ["app"]

app = new_app()


@app.command(epilog="Example: vekst retry --org acme")
def retry(
    org: Org,
    person: Annotated[str | None, typer.Option("--person", metavar="P", help="Only this person.")] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Judge those who are set aside again, now; exit with 1 if somebody's judging fails as before.

    Learners whose judging failed are tried again by themselves for half an hour, and then by this command alone.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.using import organisation, use_services

    async def work(services: Factory) -> Retried:
        return await services.replaying().retry(await organisation(services, org), person)

    with connected(data) as settings:
        retried = use_services(settings, work)
    document = {"organisation": org, "learners": retried.learners, "failed": retried.failed}
    answer(as_json, document, *_lines(org, retried))
    raise typer.Exit(1 if retried.failed else 0)


def _lines(org: str, retried: Retried) -> list[str]:
    if not retried.learners:
        return [f"Nobody of {org} is set aside."]
    told = [f"Tried {retried.learners:,} of {org} again; {retried.learners - retried.failed:,} are judged."]
    if retried.failed:
        told.append(f"{retried.failed:,} failed again; vekst doctor has the error.")
    return told
