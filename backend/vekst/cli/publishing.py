"""`vekst quests publish`: puts a pack in force for an organisation, and shows how everyone is judged again under it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.publishing import Published
    from vekst.services.replaying import Progress

__all__ = ["publish"]


def publish(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the pack.")],
    org: Org,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Show how everyone is judged again, or leave that to the workers.")
    ] = True,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Put a pack in force as the organisation's next version; everyone is judged again under it.

    The same files again change nothing. Nothing that was earned is taken away.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.judging_again import as_document, judge_again, lines
    from vekst.cli.pack_files import read_pack, telling_refusals
    from vekst.cli.using import organisation, use_services

    loaded = read_pack(folder)

    async def work(services: Factory) -> tuple[Published, Progress | None]:
        org_id = await organisation(services, org)
        published = await services.publishing().publish(org_id, loaded.files)
        return published, await judge_again(services, org_id) if wait and published.changed else None

    with connected(data) as settings, telling_refusals(folder):
        published, progress = use_services(settings, work)
    version = published.version
    done = f"Published as version {version}." if published.changed else f"Version {version} has these files."
    document: dict[str, object] = {"version": version, "changed": published.changed}
    if progress is not None:
        document |= as_document(progress)
    answer(as_json, document, done, *(lines(progress) if progress else ()))
