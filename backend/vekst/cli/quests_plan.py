"""`vekst quests plan`: what publishing a pack would do, from the stored events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.quests.plan_records import Plan

__all__ = ["plan"]


def plan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the changed pack.")],
    org: Org,
    people: Annotated[bool, typer.Option("--people", help="Name the learners, too.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the plan as a page with plots.")] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Tell who would gain what, and what would become easier or harder, if a pack were published now.

    Runs the changed files over the organisation's stored events beside those in force. Writes nothing.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.pack_files import read_pack, telling_refusals
    from vekst.cli.plan_answer import as_document, print_plan
    from vekst.cli.plan_page import plan_page
    from vekst.cli.progress import counting
    from vekst.cli.using import organisation, use_services
    from vekst.domain.texts import DEFAULT_LOCALE

    loaded = read_pack(folder)

    async def work(services: Factory) -> Plan:
        org_id = await organisation(services, org)
        with counting("Judging by both versions") as progress:
            return await services.planning().plan(org_id, loaded.files, names=people, on_progress=progress)

    with connected(data) as settings, telling_refusals(folder):
        made = use_services(settings, work)
    if html is not None:
        html.write_text(plan_page(made, org, DEFAULT_LOCALE), encoding="utf-8")
    if as_json:
        answer(as_json, as_document(made, org))
    else:
        print_plan(made, DEFAULT_LOCALE)
        if html is not None:
            print(f"The page with plots is {html}.")
